"""A series: how far someone is, signing up once for all of it, the certificate at its end, and the subsidy."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from outreach.classes.codes import check_digit
from outreach.classes.models import Session, SessionStatus
from outreach.contact.models import Kind, Message
from outreach.people.models import Role
from outreach.registration import services
from outreach.registration.models import Booking, BookingStatus, Certificate, Enrolment, SubsidyStatus
from outreach.registration.series.paper import certificate_paper
from outreach.registration.series.queries import planned_from, progress_in, progress_of
from outreach.registration.series.rules import Attempt, Standing, finished, initials, steps_of
from outreach.registration.services import AlreadyBooked, BookingError, NotOpen
from tests import factories

S = BookingStatus
NOON = datetime(2026, 4, 1, 12, tzinfo=timezone.get_fixed_timezone(540))


# --- rules ----------------------------------------------------------------------------------------------------------
def tried(course: str, status: str, day: int) -> Attempt:
    return Attempt(course, status, NOON + timedelta(days=day))


def standings(lessons: str, *attempts: Attempt) -> list[str]:
    return [step.standing for step in steps_of(list(lessons), attempts)]


def test_a_missed_lesson_that_was_made_up_counts_in_whatever_order() -> None:
    attempts = [tried("a", S.ATTENDED, 0), tried("b", S.ABSENT, 7), tried("c", S.ATTENDED, 14)]
    assert standings("abc", *attempts) == ["done", "missed", "done"]
    assert standings("abc", *attempts, tried("b", S.CONFIRMED, 21)) == ["done", "booked", "done"]
    assert finished(steps_of(list("abc"), [*attempts, tried("b", S.ATTENDED, 21)]))


def test_a_course_that_stands_twice_needs_two_attendances() -> None:
    assert standings("aa", tried("a", S.ATTENDED, 0)) == ["done", "open"]
    assert standings("aa", tried("a", S.ATTENDED, 0), tried("a", S.ATTENDED, 1)) == ["done", "done"]


STATUSES = [S.ATTENDED, S.ABSENT, S.CONFIRMED, S.WAITLISTED, S.OFFERED]


@given(
    st.lists(st.sampled_from("abc"), min_size=1, max_size=6),
    st.lists(st.builds(tried, st.sampled_from("abcd"), st.sampled_from(STATUSES), st.integers(0, 60)), max_size=12),
)
def test_no_attendance_counts_twice_and_none_is_lost(lessons: list[str], attempts: list[Attempt]) -> None:
    steps = steps_of(lessons, attempts)
    for course in set(lessons):
        wanted, came = lessons.count(course), sum(a.course == course and a.status == S.ATTENDED for a in attempts)
        done = [step for step in steps if step.course == course and step.standing == Standing.DONE]
        assert len(done) == min(wanted, came)
    used = [id(step.attempt) for step in steps if step.attempt]
    assert len(used) == len(set(used))


def test_initials_say_little() -> None:
    assert initials("ヤマダ ハナコ") == "ヤ．ハ．"
    assert initials("ヤマダ") == "ヤ．"
    assert initials("") == ""


# --- signing up once ------------------------------------------------------------------------------------------------
pytestmark = pytest.mark.django_db


def enrol(start: Session, **fields: Any) -> list[Booking]:
    key = fields.pop("key", f"t{next(factories.serial)}")
    return services.enrol(
        start=start, application=factories.application(**fields), channel="web", key=key, fingerprint="x"
    )


def attend(booking: Booking, status: BookingStatus = S.ATTENDED) -> None:
    services.mark_attendance(booking=booking, status=status, by=None)


def test_all_lessons_are_booked_and_confirmed_once() -> None:
    sessions = factories.lessons(factories.series())
    made = enrol(sessions[0])
    assert [booking.session_id for booking in made] == [s.pk for s in sessions]
    assert Message.objects.filter(kind=Kind.CONFIRMATION).count() == 1
    assert Message.objects.filter(kind=Kind.REMINDER_DAY_BEFORE).count() == 6
    assert Enrolment.objects.count() == 1


def test_the_same_key_again_gives_the_same_bookings() -> None:
    sessions = factories.lessons(factories.series(lessons=3))
    who = factories.application()
    first, again = (
        services.enrol(start=sessions[0], application=who, channel="web", key="k", fingerprint="x") for _ in range(2)
    )
    assert [b.pk for b in first] == [b.pk for b in again]
    assert Booking.objects.count() == 3


def test_who_starts_in_the_middle_makes_up_the_beginning_later() -> None:
    sessions = factories.lessons(factories.series(lessons=4))
    made = enrol(sessions[2])
    assert [b.session_id for b in made] == [sessions[2].pk, sessions[3].pk]
    progress = progress_in(made[0])
    assert progress
    assert [row.standing for row in progress.lessons] == ["open", "open", "booked", "booked"]
    assert progress.next
    assert progress.next.step.position == 1


def test_a_full_lesson_puts_on_its_waitlist_and_says_so() -> None:
    sessions = factories.lessons(factories.series(lessons=2), capacity=1)
    factories.booking(sessions[1])
    made = enrol(sessions[0])
    assert [b.status for b in made] == [S.CONFIRMED, S.WAITLISTED]
    assert Message.objects.filter(kind=Kind.WAITLISTED, subject=made[1].subject).count() == 1


def test_lessons_booked_before_stay_and_a_second_sign_up_is_refused() -> None:
    sessions = factories.lessons(factories.series(lessons=3))
    who = factories.application()
    own = services.book(session=sessions[1], application=who, channel="web")
    made = services.enrol(start=sessions[0], application=who, channel="web", key="a", fingerprint="x")
    assert {b.session_id for b in made} == {sessions[0].pk, sessions[2].pk}
    assert Booking.objects.filter(pk=own.pk, status=S.CONFIRMED).exists()
    with pytest.raises(AlreadyBooked):
        services.enrol(start=sessions[0], application=who, channel="web", key="b", fingerprint="x")


def test_the_same_hall_and_hour_are_preferred_over_a_few_days_sooner() -> None:
    series = factories.series(lessons=2)
    tuesday = factories.lessons(series)
    other = factories.session(
        course=tuesday[1].course, series=series, organisation=series.organisation,
        starts_at=tuesday[0].starts_at + timedelta(days=2),
    )  # fmt: skip
    assert planned_from(tuesday[0]) == tuesday
    Session.objects.filter(pk=tuesday[1].pk).update(status=SessionStatus.CANCELLED)
    assert planned_from(tuesday[0]) == [tuesday[0], other]


def test_a_closed_start_is_refused_and_nothing_is_booked() -> None:
    sessions = factories.lessons(factories.series(lessons=2))
    Session.objects.filter(pk=sessions[0].pk).update(status=SessionStatus.CANCELLED)
    with pytest.raises(NotOpen):
        enrol(sessions[0])
    assert not Booking.objects.exists()


# --- certificate and subsidy ----------------------------------------------------------------------------------------
def finish(lessons: int = 3) -> tuple[Enrolment, list[Booking]]:
    made = enrol(factories.lessons(factories.series(lessons=lessons))[0], name="髙﨑 花子", kana="タカサキ ハナコ")
    for booking in made:
        attend(booking)
    return Enrolment.objects.select_related("series__organisation", "resident").get(), made


def test_the_certificate_waits_for_every_lesson() -> None:
    enrolment, made = finish()
    attend(made[1], S.ABSENT)
    with pytest.raises(BookingError, match="まだ出席していない"):
        services.issue_certificate(enrolment=enrolment)
    elsewhere = factories.session(
        course=made[1].session.course,
        organisation=enrolment.series.organisation,
        starts_at=factories.next_week(days=40),
    )
    factories.booking(elsewhere, name="髙﨑 花子", kana="タカサキ ハナコ", phone=enrolment.resident.phone)
    attend(Booking.objects.get(session=elsewhere))
    certificate = services.issue_certificate(enrolment=enrolment)
    assert certificate == services.issue_certificate(enrolment=enrolment)
    assert (certificate.initials, len(certificate.code)) == ("タ．ハ．", 10)


def test_the_same_course_of_another_organisation_does_not_count() -> None:
    enrolment, made = finish()
    attend(made[1], S.ABSENT)
    elsewhere = factories.session(course=made[1].session.course, starts_at=factories.next_week(days=40))
    factories.booking(elsewhere, kana="タカサキ ハナコ", phone=enrolment.resident.phone)
    attend(Booking.objects.get(session=elsewhere))
    assert not progress_of([enrolment])[0].finished


def test_the_paper_is_the_same_twice_and_holds_a_name_the_font_lacks_in_kana() -> None:
    enrolment, _made = finish()
    certificate = services.issue_certificate(enrolment=enrolment)
    assert certificate_paper(certificate) == certificate_paper(certificate)
    enrolment.resident.name = "😀"
    certificate.enrolment = enrolment
    assert certificate_paper(certificate).startswith(b"%PDF")


def test_the_subsidy_needs_a_certificate_and_a_day_and_moves_by_compare_and_set() -> None:
    enrolment, _made = finish()
    clerk = factories.user(Role.ADMINISTRATOR)
    note: Callable[..., None] = lambda was, to, on: services.note_subsidy(  # noqa: E731
        enrolment=enrolment, was=was, to=to, on=on, by=clerk
    )
    today = timezone.localdate()
    with pytest.raises(BookingError, match="修了証が出てから"):
        note("not_yet", SubsidyStatus.APPLIED, today)
    services.issue_certificate(enrolment=enrolment)
    with pytest.raises(BookingError, match="日を入れて"):
        note("not_yet", SubsidyStatus.APPLIED, None)
    with pytest.raises(BookingError, match="先の日付"):
        note("not_yet", SubsidyStatus.APPLIED, today + timedelta(days=1))
    note("not_yet", SubsidyStatus.APPLIED, today)
    with pytest.raises(BookingError, match="先に変更"):
        note("not_yet", SubsidyStatus.REFUSED, today)
    note("applied", SubsidyStatus.GRANTED, today)
    note("granted", SubsidyStatus.NOT_YET, None)
    assert [(e.old, e.new) for e in enrolment.events.all()] == [
        ("not_yet", "applied"),
        ("applied", "granted"),
        ("granted", "not_yet"),
    ]


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_issue_one_certificate() -> None:
    enrolment, _made = finish()

    def issue(_n: int) -> str:
        try:
            return services.issue_certificate(enrolment=enrolment).code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        codes = set(pool.map(issue, range(4)))
    assert len(codes) == Certificate.objects.count() == 1


def test_taken_back_and_given_again_each_leave_who_and_when() -> None:
    enrolment, _made = finish()
    certificate, by = services.issue_certificate(enrolment=enrolment), factories.user()
    with pytest.raises(BookingError, match="先に変更"):
        services.restore_certificate(certificate=certificate, by=by)
    services.revoke_certificate(certificate=certificate, by=by)
    services.restore_certificate(certificate=certificate, by=by)
    assert certificate.revoked_on is None
    assert list(certificate.events.values_list("revoked", "by")) == [(True, by.pk), (False, by.pk)]


# --- the public check -----------------------------------------------------------------------------------------------
CHECK = "/certificates/"


def test_anyone_can_check_a_certificate_and_learns_no_name(client: Client) -> None:
    enrolment, _made = finish()
    certificate = services.issue_certificate(enrolment=enrolment)
    page = client.post(CHECK, {"code": f"{certificate.code[:5]} - {certificate.code[5:]}"}).content.decode()
    assert "有効な修了証です" in page
    assert enrolment.series.name in page
    assert "タ．ハ．" in page
    for secret in ("髙﨑", "花子", "タカサキ", "ハナコ", enrolment.resident.phone[-8:]):
        assert secret not in page
    services.revoke_certificate(certificate=certificate, by=factories.user())
    assert "いまは有効ではありません" in client.post(CHECK, {"code": certificate.code}).content.decode()


def test_wrong_numbers_are_told_and_guessing_ends(client: Client) -> None:
    assert "10けたの数字" in client.post(CHECK, {"code": "12345"}).content.decode()
    unknown = "123456789" + check_digit("123456789")
    assert "この番号の修了証は、ありません" in client.post(CHECK, {"code": unknown}).content.decode()
    answers = [client.post(CHECK, {"code": unknown}).status_code for _ in range(5)]
    assert answers == [200] * 4 + [429]


# --- the resident's way ---------------------------------------------------------------------------------------------
def apply(client: Client, session: Session, **fields: str) -> Any:
    form = {
        "whom": "self",
        "name": "渚 はな",
        "kana": "なぎさ はな",
        "phone": "090-0000-1234",
        "contact": "sms",
        **fields,
    }
    review = client.post(f"/classes/{session.code}/apply/", form)
    draft = review.context["draft"]
    return client.post(f"/classes/{session.code}/apply/confirm/", {"draft": draft}, follow=True)


def test_one_form_signs_up_for_the_series_and_any_number_shows_the_progress(client: Client) -> None:
    sessions = factories.lessons(factories.series())
    assert "まとめて申し込む" in client.get(f"/classes/{sessions[0].code}/").content.decode()
    done = apply(client, sessions[0], series="1").content.decode()
    assert Booking.objects.count() == 6
    assert done.count("申込済み") == 6
    last = Booking.objects.get(session=sessions[5])
    other = Client()
    other.post("/bookings/", {"reference": last.reference, "phone": "09000001234"})
    assert "6回のうち 0回 出席" in other.get("/bookings/mine/series/").content.decode()
    refused = other.post("/bookings/mine/series/certificate/", follow=True).content.decode()
    assert "まだ出席していない回がある" in refused
    for booking in Booking.objects.all():
        attend(booking)
    assert other.post("/bookings/mine/series/certificate/").headers["Content-Type"] == "application/pdf"


def test_lesson_by_lesson_books_one(client: Client) -> None:
    sessions = factories.lessons(factories.series())
    apply(client, sessions[0])
    assert Booking.objects.count() == 1
    assert Enrolment.objects.count() == 1


def test_a_class_without_booking_has_no_form(client: Client) -> None:
    open_door = factories.session(kind="consultation", entry="drop_in")
    page = client.get(f"/classes/{open_door.code}/").content.decode()
    assert "予約はいりません" in page
    assert "/apply/" not in page
    assert client.get(f"/classes/{open_door.code}/apply/").status_code == 302
    with pytest.raises(NotOpen):
        factories.booking(open_door)


def test_a_child_is_signed_up_by_a_guardian_only(client: Client) -> None:
    taught = factories.course("scratch", name="プログラミング", audience="children")
    session = factories.session(course=taught)
    page = client.get(f"/classes/{session.code}/apply/").content.decode()
    assert "保護者のお名前" in page
    with pytest.raises(BookingError, match="保護者"):
        factories.booking(session)
    apply(client, session, proxy_name="渚 太郎", proxy_relation="父", proxy_phone="090-0000-1235", phone="")
    booking = Booking.objects.get()
    assert (booking.tell, booking.proxy_phone, booking.resident.phone) == ("proxy", "+819000001235", "+819000001235")


def test_a_closed_session_is_nobodys_to_find(client: Client) -> None:
    school = factories.session(entry="closed")
    assert client.get(f"/classes/{school.code}/").status_code == 404
