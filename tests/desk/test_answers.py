"""After a class was moved or cancelled: everyone is tracked until reached, and what each says is carried out."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outreach.classes.models import Session
from outreach.contact.models import CallStatus, CallTask, Kind, Message, MessageStatus
from outreach.desk import services
from outreach.desk.queries.answers import lines_of, progress_of, sessions_behind, unsettled
from outreach.desk.rules import Standing, standing
from outreach.people.models import AccessLog, Organisation, Role, User
from outreach.people.rules import Scope
from outreach.registration import notices
from outreach.registration.models import Answer, AnswerStatus, Booking, BookingStatus, Intake
from outreach.registration.services import (
    Application,
    BookingError,
    application_of,
    book,
    book_group,
    cancel,
    note_answer,
)
from tests import factories
from tests.desk.conftest import SignIn, said

pytestmark = pytest.mark.django_db
NATION = Scope(nation=True)
LANDLINE = "+81300000555"


def cancelled(session: Session, by: User) -> None:
    services.cancel_session(session=session, by=by, reason="大雪のため")


def moved(session: Session, by: User, days: int = 1) -> None:
    start = session.starts_at + timedelta(days=days)
    services.move_session(
        session=session, starts_at=start, ends_at=start + timedelta(hours=1), venue=None, by=by, reason="大雪のため"
    )


def standings(session: Session) -> list[Standing]:
    return [line.standing for line in lines_of(session, NATION, timezone.now())]


def take(client: Client, answer: Answer, word: str, **more: str) -> str:
    return said(client.post(reverse("desk:answer-take", args=[answer.pk]), {"answer": word, **more}, follow=True))


@pytest.mark.parametrize(
    ("status", "other", "reached", "lost", "barred", "found"),
    [
        ("waiting", False, False, False, False, Standing.TO_TELL),
        ("waiting", False, True, True, False, Standing.TOLD),  # the second try arrived
        ("waiting", False, False, True, False, Standing.NOT_REACHED),
        ("waiting", False, False, False, True, Standing.CANNOT_BE_TOLD),
        ("another", False, True, False, False, Standing.LOOKING),
        ("another", True, True, False, False, Standing.BOOKED),
        ("gives_up", False, False, True, False, Standing.GIVES_UP),
        ("not_reached", False, True, False, False, Standing.NOT_REACHED),
    ],
)
def test_what_was_said_counts_before_what_the_outbox_knows(
    status: str, other: bool, reached: bool, lost: bool, barred: bool, found: Standing
) -> None:
    assert standing(status=status, booked_other=other, reached=reached, lost=lost, barred=barred) == found


def test_everyone_of_a_cancelled_class_is_tracked_until_told(office: Organisation, coordinator: User) -> None:
    session = factories.session(organisation=office)
    texted, rung = factories.booking(session), factories.booking(session, phone=LANDLINE)
    cancelled(session, coordinator)
    assert standings(session) == [Standing.TO_TELL, Standing.TO_TELL]
    assert sessions_behind(NATION, timezone.now(), limit=5)[0][0].open == 2
    Message.objects.filter(subject=texted.subject, kind=Kind.CANCELLATION).update(status=MessageStatus.DELIVERED)
    assert standings(session) == [Standing.TO_TELL, Standing.TOLD]
    CallTask.objects.filter(subject=rung.subject, kind=Kind.CANCELLATION).update(status=CallStatus.GAVE_UP)
    assert standings(session) == [Standing.NOT_REACHED, Standing.TOLD]
    CallTask.objects.filter(subject=rung.subject, kind=Kind.CANCELLATION).update(status=CallStatus.LEFT_WORD)
    progress = progress_of(lines_of(session, NATION, timezone.now()))
    assert (progress.total, progress.reached, progress.open) == (2, 2, 0)
    assert sessions_behind(NATION, timezone.now(), limit=5) == ([], 0)


def test_nothing_is_asked_before_it_is_confirmed(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office)
    near = factories.session(organisation=office, starts_at=factories.next_week(days=9))
    factories.booking(session)
    page = said(desk.post(reverse("desk:cancel", args=[session.code]), {"why": "weather"}))
    assert near.venue.name in page
    assert not Answer.objects.exists()


def test_each_is_offered_what_is_near_to_them_and_free(desk: Client, office: Organisation, coordinator: User) -> None:
    session = factories.session(organisation=office)
    taken = factories.session(organisation=office, starts_at=factories.next_week(days=8))
    later = factories.session(organisation=office, starts_at=factories.next_week(days=10))
    maps = factories.course("maps", name="地図")
    other_course = factories.session(organisation=office, starts_at=factories.next_week(days=9), course=maps)
    full = factories.session(organisation=office, starts_at=factories.next_week(days=9, hour=16), capacity=1)
    factories.booking(full)
    booking = factories.booking(session)
    book(session=taken, application=application(booking), channel=Intake.WEB)
    cancelled(session, coordinator)
    (line,) = lines_of(session, NATION, timezone.now())
    assert [row.session for row in line.others] == [later, other_course]


def application(booking: Booking) -> Application:
    return application_of(booking)


def test_another_class_is_booked_with_the_answer(desk: Client, office: Organisation, coordinator: User) -> None:
    session = factories.session(organisation=office)
    near = factories.session(organisation=office, starts_at=factories.next_week(days=9))
    booking = factories.booking(session, phone=LANDLINE)
    cancelled(session, coordinator)
    answer = Answer.objects.get()
    assert "ほかの回に申し込みました" in take(desk, answer, near.code)
    answer.refresh_from_db()
    assert (answer.status, answer.other) == (AnswerStatus.ANOTHER, Booking.objects.get(session=near))
    assert standings(session) == [Standing.BOOKED]
    assert CallTask.objects.get(subject=booking.subject, kind=Kind.CANCELLATION).status == CallStatus.WITHDRAWN
    assert AccessLog.objects.filter(action="take_answer", subject=booking.subject).exists()


def test_who_does_not_come_to_the_new_date_frees_the_seat(
    desk: Client, office: Organisation, coordinator: User
) -> None:
    session = factories.session(organisation=office, capacity=1)
    booking, waiting = factories.booking(session), factories.booking(session)
    moved(session, coordinator)
    take(desk, Answer.objects.get(booking=booking), "gives_up")
    booking.refresh_from_db()
    waiting.refresh_from_db()
    assert (booking.status, waiting.status) == (BookingStatus.CANCELLED, BookingStatus.OFFERED)
    assert booking.events.filter(reason__contains="返事").exists()


def test_who_comes_to_the_new_date_keeps_the_seat_and_is_not_rung_any_more(
    desk: Client, office: Organisation, coordinator: User
) -> None:
    session = factories.session(organisation=office)
    booking = factories.booking(session, phone=LANDLINE)
    moved(session, coordinator)
    answer = Answer.objects.get()
    take(desk, answer, "comes")
    booking.refresh_from_db()
    assert booking.status == BookingStatus.CONFIRMED
    assert not CallTask.objects.filter(kind=Kind.CHANGE, status=CallStatus.WAITING).exists()
    desk.post(reverse("desk:answer-back", args=[answer.pk]))
    assert standings(session) == [Standing.TO_TELL]


def test_nobody_comes_to_a_cancelled_class(desk: Client, office: Organisation, coordinator: User) -> None:
    session = factories.session(organisation=office)
    factories.booking(session)
    cancelled(session, coordinator)
    answer = Answer.objects.get()
    assert "取り消されています" in take(desk, answer, "comes")
    answer.refresh_from_db()
    assert answer.status == AnswerStatus.WAITING


@pytest.mark.parametrize("word", ["", "waiting", "0000000", "x" * 99])
def test_no_answer_changes_nothing(desk: Client, office: Organisation, coordinator: User, word: str) -> None:
    session = factories.session(organisation=office)
    factories.booking(session)
    cancelled(session, coordinator)
    assert "返事を選んでください" in take(desk, Answer.objects.get(), word)
    assert Answer.objects.get().status == AnswerStatus.WAITING


def test_two_who_note_at_once_do_not_both_count(office: Organisation, coordinator: User) -> None:
    session = factories.session(organisation=office)
    factories.booking(session)
    cancelled(session, coordinator)
    mine, theirs = Answer.objects.get(), Answer.objects.get()
    note_answer(answer=theirs, status=AnswerStatus.GIVES_UP, by=coordinator)
    with pytest.raises(BookingError):
        note_answer(answer=mine, status=AnswerStatus.ANOTHER, by=coordinator)
    assert Answer.objects.get().status == AnswerStatus.GIVES_UP


def test_a_resident_who_answers_alone_is_noted_too(office: Organisation, coordinator: User) -> None:
    away, gone = factories.session(organisation=office), factories.session(organisation=office)
    booking, lost = factories.booking(away), factories.booking(gone)
    moved(away, coordinator)
    cancel(booking=booking, channel=Intake.WEB)
    assert standings(away) == [Standing.GIVES_UP]
    cancelled(gone, coordinator)
    book(session=factories.session(), application=application(lost), channel=Intake.PHONE_LINE)
    assert standings(gone) == [Standing.BOOKED]


def test_whom_a_merge_moved_has_another_class(office: Organisation, coordinator: User) -> None:
    thin, near = factories.session(organisation=office), factories.session(organisation=office)
    factories.booking(thin)
    services.merge_session(session=thin, into=near, by=coordinator, reason="人数")
    assert standings(thin) == [Standing.BOOKED]


def test_a_class_moved_today_is_told_of_from_seven(office: Organisation, coordinator: User) -> None:
    session = factories.session(organisation=office)
    booking = factories.booking(session, phone=LANDLINE)
    before = session.starts_at
    moved(session, coordinator, days=14)
    assert CallTask.objects.get(subject=booking.subject, kind=Kind.CHANGE).needed_by == before


@pytest.fixture
def party(office: Organisation) -> list[Booking]:
    """Three neighbours on one form, with one landline."""
    session = factories.session(organisation=office, capacity=5)
    names = (("山田 ハナコ", "ヤマダ ハナコ"), ("山田 タロウ", "ヤマダ タロウ"), ("佐藤 ウメ", "サトウ ウメ"))
    group = [factories.application(name=name, kana=kana, phone=LANDLINE, contact="call") for name, kana in names]
    return book_group(session=session, applications=group, seats=3, channel=Intake.PAPER)


def claimed(desk: Client, party: list[Booking], kind: Kind) -> CallTask:
    task = CallTask.objects.get(subject=f"booking:{party[0].pk}/party", kind=kind)
    desk.post(reverse("desk:claim", args=[task.pk]))
    return task


def test_a_groups_call_asks_everyone_and_takes_each_answer(
    desk: Client, party: list[Booking], coordinator: User
) -> None:
    near = factories.session(organisation=party[0].session.organisation, starts_at=factories.next_week(days=9))
    session = party[0].session
    moved(session, coordinator)
    task = claimed(desk, party, Kind.CHANGE)
    page = said(desk.get(reverse("desk:call", args=[task.pk])))
    first, second, third = Answer.objects.order_by("booking")
    for answer in (first, second, third):
        assert f'name="answer-{answer.pk}"' in page
    assert "3人全員が同じ返事" in page
    each = {f"answer-{first.pk}": "comes", f"answer-{second.pk}": near.code}
    desk.post(reverse("desk:finish", args=[task.pk]), {"answer": "each", **each})
    assert [a.status for a in Answer.objects.order_by("booking")] == ["comes", "another", "waiting"]
    task.refresh_from_db()
    assert task.status == CallStatus.REACHED
    assert [(b.status, b.session_id) for b in Booking.objects.filter(resident=party[1].resident).order_by("pk")] == [
        (BookingStatus.CANCELLED, session.pk),
        (BookingStatus.CONFIRMED, near.pk),
    ]
    assert standings(session).count(Standing.TOLD) == 1  # the third was reached, and has not answered yet


def test_one_key_is_the_answer_of_all(desk: Client, party: list[Booking], coordinator: User) -> None:
    moved(party[0].session, coordinator)
    task = claimed(desk, party, Kind.CHANGE)
    desk.post(reverse("desk:finish", args=[task.pk]), {"answer": "gives_up"})
    assert {a.status for a in Answer.objects.all()} == {"gives_up"}
    assert {b.status for b in Booking.objects.all()} == {BookingStatus.CANCELLED}


def test_a_group_that_takes_another_class_stays_a_group(desk: Client, party: list[Booking], coordinator: User) -> None:
    near = factories.session(
        organisation=party[0].session.organisation, starts_at=factories.next_week(days=9), capacity=2
    )
    cancelled(party[0].session, coordinator)
    task = claimed(desk, party, Kind.CANCELLATION)
    page = said(desk.post(reverse("desk:finish", args=[task.pk]), {"answer": near.code}, follow=True))
    assert "1人はキャンセル待ち" in page
    there = Booking.objects.filter(session=near)
    assert {booking.party_id for booking in there} == {min(booking.pk for booking in there)}
    assert standings(party[0].session) == [Standing.BOOKED] * 3
    assert CallTask.objects.filter(kind=Kind.REMINDER_DAY_BEFORE, status=CallStatus.WAITING).count() == 1


def test_a_group_of_which_one_is_there_already_changes_nothing(
    desk: Client, party: list[Booking], coordinator: User
) -> None:
    near = factories.session(organisation=party[0].session.organisation, starts_at=factories.next_week(days=9))
    book(session=near, application=application(party[1]), channel=Intake.WEB)
    moved(party[0].session, coordinator)
    task = claimed(desk, party, Kind.CHANGE)
    page = said(desk.post(reverse("desk:finish", args=[task.pk]), {"answer": near.code}, follow=True))
    assert "山田 タロウさんは、この講習会にもう申し込んでいます" in page
    task.refresh_from_db()
    assert task.status == CallStatus.WAITING
    assert {a.status for a in Answer.objects.all()} == {"waiting"}


@pytest.mark.parametrize("sent", [{}, {"answer-1": "comes"}, {"answer-x": "comes"}])
def test_nothing_chosen_for_anyone_finishes_no_call(
    desk: Client, party: list[Booking], coordinator: User, sent: dict[str, str]
) -> None:
    moved(party[0].session, coordinator)
    task = claimed(desk, party, Kind.CHANGE)
    stray = {name.replace("-1", "-0"): word for name, word in sent.items()}
    page = said(desk.post(reverse("desk:finish", args=[task.pk]), {"answer": "each", **stray}, follow=True))
    assert "返事を選んでください" in page
    task.refresh_from_db()
    assert task.status == CallStatus.WAITING


def test_the_printed_list_has_a_line_for_each_of_a_group(desk: Client, party: list[Booking], coordinator: User) -> None:
    moved(party[0].session, coordinator)
    page = said(desk.get("/staff/calls/", {"print": "1"}))
    assert page.count("<b>佐藤 ウメ</b>") == 1


def told_of_wait(booking: Booking) -> list[Message]:
    sent = Message.objects.filter(subject=booking.subject, kind=Kind.WAITLIST_CHANGE)
    return list(sent.exclude(status=MessageStatus.WITHDRAWN))


@pytest.fixture
def full(office: Organisation) -> Session:
    session = factories.session(organisation=office, capacity=1)
    factories.booking(session)
    return session


def test_who_waits_is_told_once_that_the_class_moved_and_still_has_no_seat(full: Session, coordinator: User) -> None:
    texted, rung = factories.booking(full), factories.booking(full, phone=LANDLINE)
    moved(full, coordinator)
    (message,) = told_of_wait(texted)
    assert (message.status, message.fields["changed"]) == (MessageStatus.PENDING, "日時")
    call = CallTask.objects.get(subject=rung.subject, kind=Kind.WAITLIST_CHANGE)
    assert call.needed_by == full.starts_at  # the new time: nobody who has no seat is rung at seven
    assert not Message.objects.filter(subject=texted.subject, kind__in=[Kind.CHANGE, *notices.REMINDERS]).exists()
    again = Booking.objects.select_related("resident", "session").get(pk=texted.pk)
    notices.tell_changed([again], changed="日時")  # a retry of the same revision
    assert Message.objects.filter(subject=texted.subject, kind=Kind.WAITLIST_CHANGE).count() == 1
    full.refresh_from_db()
    moved(full, coordinator, days=2)
    assert len(told_of_wait(texted)) == 1
    assert Answer.objects.filter(kind=Kind.WAITLIST_CHANGE).count() == 4
    assert sessions_behind(NATION, timezone.now(), limit=5)[0][0].open == 3  # each person once, however often it moved


def test_what_who_waits_answers_is_followed_with_the_others(desk: Client, full: Session, coordinator: User) -> None:
    factories.session(organisation=full.organisation, starts_at=factories.next_week(days=9))
    waiting, leaving = factories.booking(full, phone=LANDLINE), factories.booking(full)
    moved(full, coordinator)
    page = said(desk.get(reverse("desk:answers", args=[full.code])))
    assert "このまま待つ" in page
    task = CallTask.objects.get(subject=waiting.subject, kind=Kind.WAITLIST_CHANGE)
    desk.post(reverse("desk:claim", args=[task.pk]))
    page = said(desk.get(reverse("desk:call", args=[task.pk])))
    assert "まだお席はありません" in page
    assert "次の回に席があります" in page
    desk.post(reverse("desk:finish", args=[task.pk]), {"answer": "comes"})
    take(desk, Answer.objects.get(booking=leaving), "gives_up")
    labels = {line.answer.booking_id: line.label for line in lines_of(full, NATION, timezone.now())}
    assert labels[waiting.pk] == "このまま待つ"
    assert waiting.events.filter(reason="返事：このまま待つ").exists()
    waiting.refresh_from_db()
    leaving.refresh_from_db()
    assert (waiting.status, leaving.status) == (BookingStatus.WAITLISTED, BookingStatus.CANCELLED)


def test_who_is_offered_a_seat_meanwhile_is_not_told_that_there_is_none(full: Session, coordinator: User) -> None:
    next_one, behind = factories.booking(full, phone=LANDLINE), factories.booking(full, phone="+81300000556")
    moved(full, coordinator)
    cancel(booking=full.bookings.order_by("pk")[0], channel=Intake.WEB)
    waiting = CallTask.objects.filter(status=CallStatus.WAITING)
    assert [task.kind for task in waiting.filter(subject=next_one.subject)] == [Kind.WAITLIST_OFFER]
    assert [task.kind for task in waiting.filter(subject=behind.subject)] == [Kind.WAITLIST_CHANGE]
    assert [answer.booking for answer in unsettled(NATION, timezone.now())] == [behind]


def test_a_seat_on_offer_is_offered_anew_for_the_new_day(full: Session, coordinator: User) -> None:
    offered = factories.booking(full)
    cancel(booking=full.bookings.order_by("pk")[0], channel=Intake.WEB)
    moved(full, coordinator)
    offers = Message.objects.filter(subject=offered.subject, kind=Kind.WAITLIST_OFFER)
    open_ones = offers.exclude(status=MessageStatus.WITHDRAWN)
    full.refresh_from_db()
    assert [message.fields["when"] for message in open_ones] == [notices.spoken_time(full)]
    assert not Message.objects.filter(subject=offered.subject, kind__in=notices.REMINDERS).exists()


def test_the_call_brings_the_answer_home_with_one_key(desk: Client, office: Organisation, coordinator: User) -> None:
    session = factories.session(organisation=office)
    near = factories.session(organisation=office, starts_at=factories.next_week(days=9))
    booking = factories.booking(session, phone=LANDLINE)
    cancelled(session, coordinator)
    task = CallTask.objects.get(subject=booking.subject, kind=Kind.CANCELLATION)
    desk.post(reverse("desk:claim", args=[task.pk]))
    page = said(desk.get(reverse("desk:call", args=[task.pk])))
    assert "次の回に席があります" in page
    assert f'value="{near.code}" data-key="a"' in page
    desk.post(reverse("desk:finish", args=[task.pk]), {"answer": near.code})
    task.refresh_from_db()
    assert task.status == CallStatus.REACHED
    assert standings(session) == [Standing.BOOKED]
    assert "かわりに案内できる回" not in said(desk.get("/staff/calls/", {"print": "1"}))


def test_paper_names_the_other_classes(desk: Client, office: Organisation, coordinator: User) -> None:
    session = factories.session(organisation=office)
    near = factories.session(organisation=office, starts_at=factories.next_week(days=9))
    factories.booking(session, phone=LANDLINE)
    cancelled(session, coordinator)
    assert near.venue.name in said(desk.get("/staff/calls/", {"print": "1"}))


def test_a_full_class_taken_by_call_leaves_all_as_it_was(desk: Client, office: Organisation, coordinator: User) -> None:
    session = factories.session(organisation=office)
    booking = factories.booking(session, phone=LANDLINE)
    gone = factories.session(organisation=office, starts_at=factories.next_week(days=9))
    cancelled(session, coordinator)
    task = CallTask.objects.get(subject=booking.subject, kind=Kind.CANCELLATION)
    desk.post(reverse("desk:claim", args=[task.pk]))
    cancelled(gone, coordinator)
    desk.post(reverse("desk:finish", args=[task.pk]), {"answer": gone.code})
    task.refresh_from_db()
    assert task.status == CallStatus.WAITING
    assert Answer.objects.get(booking=booking).status == AnswerStatus.WAITING


def test_the_page_leads_from_today_and_costs_the_same_at_1_and_at_30(
    desk: Client, office: Organisation, coordinator: User, same_queries_at_1_and_30: Callable[..., None]
) -> None:
    session = factories.session(organisation=office, capacity=40)
    factories.session(organisation=office, starts_at=factories.next_week(days=9))
    url = reverse("desk:answers", args=[session.code])
    revisions = iter(range(1, 99))

    def one_more() -> None:
        booking = factories.booking(session)
        Answer.objects.create(
            booking=booking,
            session=session,
            kind=Kind.CHANGE,
            revision=next(revisions),
            needed_by=session.starts_at,
        )

    same_queries_at_1_and_30(one_more, lambda: desk.get(url))
    assert url in said(desk.get("/staff/"))
    assert "ひとりずつの返事" in said(desk.get(reverse("desk:session", args=[session.code])))
    lines = desk.get(url, {"format": "csv"}).content.decode("utf-8-sig").splitlines()
    assert sum("ヤマダ" in line for line in lines) == 30


def test_answers_of_another_office_do_not_exist(
    desk: Client, sign_in: SignIn, office: Organisation, coordinator: User
) -> None:
    session = factories.session(organisation=office)
    factories.booking(session)
    cancelled(session, coordinator)
    answer = Answer.objects.get()
    other = sign_in(Role.COORDINATOR, organisation=factories.organisation(municipality=None))
    assert other.get(reverse("desk:answers", args=[session.code])).status_code == 404
    for name in ("answer-take", "answer-back"):
        assert other.post(reverse(f"desk:{name}", args=[answer.pk]), {"answer": "gives_up"}).status_code == 404
    for role in (Role.MINISTRY, Role.INSTRUCTOR):
        assert sign_in(role).get(reverse("desk:answers", args=[session.code])).status_code == 403
    watching = sign_in(Role.PREFECTURE, prefecture=factories.municipality().prefecture)
    assert watching.get(reverse("desk:answers", args=[session.code])).status_code == 403
