"""One session: shown, published, confirmed, changed, moved, cancelled — and nothing goes out unseen."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from outreach.classes.models import Session, SessionStatus, Shift, VenueHold
from outreach.classes.services import assign
from outreach.contact.models import CallTask, Channel, Consent, ConsentSource, Kind, Message
from outreach.people.models import AccessLog, Engagement, Organisation, Role
from outreach.registration.models import Booking, BookingStatus
from tests import factories
from tests.desk.conftest import SignIn, just_over, said

pytestmark = pytest.mark.django_db


def url(name: str, session: Session, *more: Any) -> str:
    return reverse(f"desk:{name}", args=[session.code, *more])


def now(session: Session) -> str:
    return str(Session.objects.get(pk=session.pk).status)


def test_the_page_shows_everything_and_is_logged(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office, capacity=1)
    booked, waiting = factories.booking(session), factories.booking(session)
    assign(session=session, person=factories.instructor(name="教員 太郎"), duty=Shift.Duty.INSTRUCTOR)
    page = said(desk.get(url("session", session)))
    for words in (booked.resident.name, waiting.resident.name, "教員 太郎", "申込の確認", "満席"):
        assert words in page
    assert AccessLog.objects.filter(action="see_bookings", subject=session.subject).exists()


def test_a_prefecture_sees_the_class_and_no_resident(sign_in: SignIn, office: Organisation) -> None:
    session = factories.session(organisation=office)
    booking = factories.booking(session)
    watching = sign_in(Role.PREFECTURE, prefecture=factories.municipality().prefecture)
    page = said(watching.get(url("session", session)))
    assert session.venue.name in page
    assert booking.resident.name not in page
    assert url("cancel", session) not in page
    assert not AccessLog.objects.exists()


def test_a_session_out_of_reach_does_not_exist(sign_in: SignIn, office: Organisation) -> None:
    session = factories.session(organisation=office)
    other = sign_in(Role.COORDINATOR, organisation=factories.organisation(municipality=None))
    for name in ("session", "edit", "publish", "confirm", "move", "cancel", "staffing", "roster", "attendance"):
        assert other.get(url(name, session)).status_code == 404, name


def test_the_page_costs_the_same_at_1_and_at_30(
    desk: Client, office: Organisation, same_queries_at_1_and_30: Callable[..., None]
) -> None:
    session = factories.session(organisation=office, capacity=40)
    same_queries_at_1_and_30(lambda: factories.booking(session), lambda: desk.get(url("session", session)))


def test_publishing_asks_once_and_shows_the_gauge(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office, status=SessionStatus.DRAFT)
    assert "講師があと1人必要" in said(desk.get(url("publish", session)))
    assert now(session) == SessionStatus.DRAFT
    desk.post(url("publish", session))
    assert now(session) == SessionStatus.PUBLISHED


def test_an_organisation_without_a_telephone_cannot_publish(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office, status=SessionStatus.DRAFT)
    Organisation.objects.update(phone="")
    assert "電話番号がありません" in said(desk.post(url("publish", session), follow=True))
    assert now(session) == SessionStatus.DRAFT


def test_confirming_needs_the_staff(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office)
    assert "まだ決定できません" in said(desk.get(url("confirm", session)))
    desk.post(url("confirm", session))
    assert now(session) == SessionStatus.PUBLISHED
    assign(session=session, person=factories.instructor(), duty=Shift.Duty.INSTRUCTOR)
    desk.post(url("confirm", session))
    assert now(session) == SessionStatus.CONFIRMED


def test_a_confirmation_can_be_taken_back(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office, status=SessionStatus.CONFIRMED)
    desk.post(url("unconfirm", session))
    assert now(session) == SessionStatus.PUBLISHED


def test_more_seats_go_to_those_who_wait(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office, capacity=1)
    factories.booking(session)
    waiting = factories.booking(session)
    desk.post(url("edit", session), {"capacity": 2, "note": ""})
    waiting.refresh_from_db()
    assert waiting.status == BookingStatus.OFFERED


def test_fewer_seats_than_are_taken_are_refused(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office, capacity=3)
    for _ in range(2):
        factories.booking(session)
    assert "2人以上" in said(desk.post(url("edit", session), {"capacity": 1, "note": "x"}))
    session.refresh_from_db()
    assert (session.capacity, session.note) == (3, "")


def test_only_a_draft_changes_its_course(desk: Client, office: Organisation) -> None:
    other = factories.course("maps", name="地図")
    change = {"capacity": 20, "note": "", "course": other.pk}
    draft = factories.session(organisation=office, status=SessionStatus.DRAFT)
    published = factories.session(organisation=office)
    for session in (draft, published):
        desk.post(url("edit", session), change)
        session.refresh_from_db()
    assert (draft.course_id, published.course_id) == ("maps", "phone-basics")


# --- move -----------------------------------------------------------------------------------------------------------
def moved(session: Session, **changes: Any) -> dict[str, Any]:
    day = session.starts_at.astimezone().date() + timedelta(days=1)
    form = {"day": day.isoformat(), "starts": "14:00", "ends": "15:00", "venue": session.venue_id, "reason": "大雪"}
    return {**form, **changes}


def test_a_move_shows_who_is_told_before_anything_changes(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office)
    factories.booking(session)
    factories.booking(session, phone="+81300000777")
    told = Message.objects.count()
    answer = desk.post(url("move", session), moved(session))
    outlook = answer.context["outlook"]
    assert (outlook.sms, outlook.calls, outlook.people) == (1, 1, 2)
    assert outlook.parts >= 1
    assert "日時が変わりました" in outlook.text
    assert Session.objects.get(pk=session.pk).starts_at == session.starts_at
    assert Message.objects.count() == told


def test_a_move_shows_who_waits_and_hears_it_in_other_words(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office, capacity=1)
    factories.booking(session, phone="+81300000777")
    factories.booking(session)
    answer = desk.post(url("move", session), moved(session))
    outlook = answer.context["outlook"]
    assert (outlook.sms, outlook.calls, outlook.people) == (1, 1, 2)
    assert "キャンセル待ちの講習" in outlook.text
    assert "2人に連絡する" in said(answer)


def test_a_sure_move_tells_everyone_and_takes_room_and_staff_along(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office)
    booking = factories.booking(session)
    teacher = factories.instructor(phone="+819000009001")
    assign(session=session, person=teacher, duty=Shift.Duty.INSTRUCTOR)
    desk.post(url("move", session), {**moved(session), "sure": "1"})
    after = Session.objects.get(pk=session.pk)
    assert after.starts_at - session.starts_at == timedelta(days=1, hours=1)
    assert Message.objects.filter(subject=booking.subject, kind=Kind.CHANGE).count() == 1
    assert VenueHold.objects.get(subject=session.subject).starts_at == after.starts_at
    assert Engagement.objects.get(person=teacher).starts_at == after.starts_at
    assert CallTask.objects.filter(number="+819000009001", kind=Kind.CHANGE).exists()


def test_an_office_that_reads_english_writes_to_residents_in_japanese(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office)
    booking = factories.booking(session)
    desk.cookies["django_language"] = "en"
    desk.post(url("move", session), {**moved(session), "sure": "1"})
    assert Message.objects.get(subject=booking.subject, kind=Kind.CHANGE).fields["changed"] == "日時"


def test_a_move_that_the_teacher_cannot_follow_is_refused_whole(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office)
    teacher = factories.instructor()
    assign(session=session, person=teacher, duty=Shift.Duty.INSTRUCTOR)
    next_day = session.starts_at + timedelta(days=1, hours=1)
    other = factories.session(organisation=office, starts_at=next_day)
    assign(session=other, person=teacher, duty=Shift.Duty.INSTRUCTOR)
    answer = desk.post(url("move", session), {**moved(session), "sure": "1"}, follow=True)
    assert "別の予定があるか" in said(answer)
    assert Session.objects.get(pk=session.pk).starts_at == session.starts_at


def test_a_room_of_another_town_is_no_choice(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office)
    elsewhere = factories.venue(municipality=factories.municipality("35202"))
    desk.post(url("move", session), {**moved(session, venue=elsewhere.pk), "sure": "1"})
    assert Session.objects.get(pk=session.pk).venue_id == session.venue_id


# --- cancel ---------------------------------------------------------------------------------------------------------
def test_a_cancellation_is_shown_with_ways_and_cost_first(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office)
    other = factories.session(organisation=office, starts_at=factories.next_week(days=9))
    for _ in range(3):
        factories.booking(session)
    answer = desk.post(url("cancel", session), {"why": "weather"})
    outlook = answer.context["outlook"]
    assert outlook.sms == 3
    assert outlook.yen == outlook.parts * 13
    assert "中止します（大雨・大雪・台風など、天候のため）" in outlook.text
    assert f"{other.code[:2]}-{other.code[2:4]}" in said(answer)
    assert now(session) == SessionStatus.PUBLISHED


def test_a_sure_cancellation_ends_all_and_tells_all_also_the_teacher(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office)
    booking = factories.booking(session)
    teacher = factories.instructor(email="teacher@example.jp")
    assign(session=session, person=teacher, duty=Shift.Duty.INSTRUCTOR)
    desk.post(url("cancel", session), {"why": "other", "words": "停電のため", "sure": "1"})
    assert now(session) == SessionStatus.CANCELLED
    booking.refresh_from_db()
    assert booking.status == BookingStatus.CANCELLED
    assert Message.objects.get(subject=booking.subject, kind=Kind.CANCELLATION).fields["reason"] == "停電のため"
    assert Message.objects.get(to="teacher@example.jp").channel == Channel.EMAIL
    assert not Engagement.objects.exists()


def test_those_who_refused_every_way_are_named_before(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office)
    booking = factories.booking(session)
    Consent.objects.create(
        number=booking.resident.phone,
        channel="any",
        purpose="any",
        given=False,
        at=booking.applied_at,
        source=ConsentSource.SPOKEN,
    )
    outlook = desk.post(url("cancel", session), {"why": "weather"}).context["outlook"]
    assert [one.booking for one in outlook.untold] == [booking]
    assert outlook.sms == outlook.calls == 0


def test_a_reason_of_ones_own_must_be_written(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office)
    assert "理由を書いてください" in said(desk.post(url("cancel", session), {"why": "other", "sure": "1"}))
    assert now(session) == SessionStatus.PUBLISHED


def test_what_is_over_is_not_cancelled(desk: Client, office: Organisation) -> None:
    session = just_over(factories.session(organisation=office, status=SessionStatus.HELD))
    assert "もう中止にできません" in said(desk.post(url("cancel", session), {"why": "weather", "sure": "1"}))
    assert now(session) == SessionStatus.HELD


def test_a_second_press_cancels_nothing_twice(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office)
    booking = factories.booking(session)
    for _ in range(2):
        desk.post(url("cancel", session), {"why": "weather", "sure": "1"})
    assert Message.objects.filter(subject=booking.subject, kind=Kind.CANCELLATION).count() == 1
    assert Booking.objects.get().events.filter(new=BookingStatus.CANCELLED).count() == 1


# --- merge ----------------------------------------------------------------------------------------------------------
def test_a_thin_class_is_merged_into_a_near_one_after_being_shown(desk: Client, office: Organisation) -> None:
    thin = factories.session(organisation=office)
    near = factories.session(organisation=office, starts_at=factories.next_week(days=9))
    elsewhere = factories.venue(municipality=factories.municipality("35202"))
    factories.session(organisation=office, venue=elsewhere)
    booking = factories.booking(thin)
    offered = desk.get(url("merge", thin)).context["others"]
    assert [row.session for row in offered] == [near]
    shown = desk.post(url("merge", thin), {"into": near.code})
    assert shown.context["outlook"].people == 1
    assert now(thin) == SessionStatus.PUBLISHED
    desk.post(url("merge", thin), {"into": near.code, "sure": "1"})
    assert now(thin) == SessionStatus.CANCELLED
    moved_to = Booking.objects.get(session=near)
    assert (moved_to.resident, moved_to.status) == (booking.resident, BookingStatus.CONFIRMED)
    assert Message.objects.filter(subject=booking.subject, kind=Kind.CANCELLATION).count() == 1


def test_no_one_is_moved_where_not_all_find_a_seat(desk: Client, office: Organisation) -> None:
    thin = factories.session(organisation=office)
    full = factories.session(organisation=office, starts_at=factories.next_week(days=9), capacity=1)
    for _ in range(2):
        factories.booking(thin)
    answer = desk.post(url("merge", thin), {"into": full.code, "sure": "1"}, follow=True)
    assert "席が足りません" in said(answer)
    assert now(thin) == SessionStatus.PUBLISHED
    assert not full.bookings.exists()


def test_who_is_in_both_keeps_one_seat(desk: Client, office: Organisation) -> None:
    thin = factories.session(organisation=office)
    near = factories.session(organisation=office, starts_at=factories.next_week(days=9))
    for session in (thin, near):
        factories.booking(session, phone="+819000000001")
    desk.post(url("merge", thin), {"into": near.code, "sure": "1"})
    assert near.bookings.count() == 1


def test_a_class_of_another_office_is_no_choice(desk: Client, office: Organisation) -> None:
    thin = factories.session(organisation=office)
    other = factories.session(organisation=factories.organisation(municipality=None))
    desk.post(url("merge", thin), {"into": other.code, "sure": "1"})
    assert now(thin) == SessionStatus.PUBLISHED
