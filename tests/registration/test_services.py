"""Seats: booked, given up, offered, attended; one pool for every channel (law 1)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone

from outreach.classes.codes import REFERENCE_DIGITS, clean_code
from outreach.classes.models import Session, SessionStatus
from outreach.contact.models import Message, MessageStatus
from outreach.registration.models import Booking, BookingStatus, Intake, Resident
from outreach.registration.retention import forget_residents
from outreach.registration.services import (
    AlreadyBooked,
    BookingError,
    IdempotencyConflict,
    NotOpen,
    accept_offer,
    book,
    book_once,
    cancel,
    cancel_all,
    change_capacity,
    lapse_offers,
    mark_attendance,
)
from tests import factories

pytestmark = pytest.mark.django_db
S = BookingStatus


def seats(session: Session) -> int:
    return Session.objects.get(pk=session.pk).seats_taken


def full(session: Session) -> list[Booking]:
    """Two seats and three who want them: the third waits."""
    Session.objects.filter(pk=session.pk).update(capacity=2)
    return [factories.booking(session) for _ in range(3)]


def test_a_booking_takes_a_seat_and_plans_what_to_tell() -> None:
    session = factories.session()
    booking = factories.booking(session)
    assert (booking.status, seats(session)) == (S.CONFIRMED, 1)
    kinds = set(Message.objects.filter(subject=booking.subject).values_list("kind", flat=True))
    assert kinds == {"confirmation", "reminder_day_before", "reminder_same_day"}


@pytest.mark.parametrize(("intake", "calls"), [(Intake.WEB, 0), (Intake.STAFF_PHONE, 0), (Intake.PAPER, 1)])
def test_a_landline_is_not_rung_merely_to_repeat_what_was_just_said(intake: str, calls: int) -> None:
    her = factories.application(phone="+81300000001")
    booking = book(session=factories.session(), application=her, channel=intake)
    assert Message.objects.filter(subject=booking.subject, kind="confirmation").count() == calls
    assert Message.objects.filter(subject=booking.subject, kind="reminder_day_before").count() == 1


def test_a_mother_whose_daughter_applied_is_told_all_the_same() -> None:
    proxy = {"proxy_name": "娘", "proxy_relation": "長女", "proxy_phone": "+819000000999", "tell": "both"}
    her = factories.application(phone="+81300000001", contact="call", **proxy)
    booking = book(session=factories.session(), application=her, channel=Intake.WEB)
    assert Message.objects.filter(subject=booking.subject, kind="confirmation", channel="call").count() == 1


def test_a_full_class_puts_on_the_waitlist_and_reminds_of_nothing() -> None:
    waiting = full(factories.session())[2]
    assert waiting.status == S.WAITLISTED
    assert list(Message.objects.filter(subject=waiting.subject).values_list("kind", flat=True)) == ["waitlisted"]


@pytest.mark.parametrize("status", [SessionStatus.DRAFT, SessionStatus.HELD])
def test_a_session_that_is_not_open_takes_no_booking(status: str) -> None:
    with pytest.raises(NotOpen):
        factories.booking(factories.session(status=status))


def test_a_session_that_has_begun_takes_no_booking() -> None:
    session = factories.session()
    Session.objects.filter(pk=session.pk).update(starts_at=timezone.now() - timedelta(minutes=1))
    with pytest.raises(NotOpen):
        factories.booking(session)


def test_the_same_person_is_not_booked_twice_but_a_couple_on_one_telephone_is() -> None:
    session, her = factories.session(), factories.application()
    book(session=session, application=her, channel=Intake.WEB)
    with pytest.raises(AlreadyBooked):
        book(session=session, application=her, channel=Intake.COUNTER)
    book(session=session, application=factories.application(kana="ヤマダ タロウ", phone=her.phone), channel=Intake.WEB)
    assert seats(session) == 2


def test_who_gave_up_may_come_back() -> None:
    session, her = factories.session(), factories.application()
    cancel(booking=book(session=session, application=her, channel=Intake.WEB), channel=Intake.WEB)
    assert book(session=session, application=her, channel=Intake.WEB).status == S.CONFIRMED
    assert (seats(session), Resident.objects.count()) == (1, 1)


def test_giving_up_frees_the_seat_and_takes_the_reminders_back() -> None:
    booking = factories.booking()
    cancel(booking=booking, channel=Intake.WEB)
    assert seats(booking.session) == 0
    waiting = Message.objects.filter(subject=booking.subject, kind__startswith="reminder")
    assert set(waiting.values_list("status", flat=True)) == {MessageStatus.WITHDRAWN}


def test_a_freed_seat_is_held_for_the_first_who_waits_until_she_answers() -> None:
    session = factories.session()
    first, _second, waiting = full(session)
    cancel(booking=first, channel=Intake.WEB)
    waiting.refresh_from_db()
    assert (waiting.status, seats(session)) == (S.OFFERED, 2)
    assert factories.booking(session).status == S.WAITLISTED  # nobody slips in
    accept_offer(booking=waiting, channel=Intake.WEB)
    assert (waiting.status, seats(session)) == (S.CONFIRMED, 2)


def test_an_offer_nobody_answers_goes_to_the_next_and_then_frees_the_seat() -> None:
    session = factories.session()
    first, _second, waiting = full(session)
    last = factories.booking(session)
    cancel(booking=first, channel=Intake.WEB)
    assert lapse_offers(now=timezone.now() + timedelta(hours=40)) == 1
    waiting.refresh_from_db()
    last.refresh_from_db()
    assert (waiting.status, last.status) == (S.CANCELLED, S.OFFERED)
    assert lapse_offers(now=timezone.now() + timedelta(days=6)) == 1
    assert seats(session) == 1


def test_a_late_answer_to_an_offer_is_refused() -> None:
    session = factories.session()
    first, _second, waiting = full(session)
    cancel(booking=first, channel=Intake.WEB)
    Booking.objects.filter(pk=waiting.pk).update(offer_expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(BookingError, match="期限"):
        accept_offer(booking=waiting, channel=Intake.WEB)


def test_what_was_given_up_cannot_be_given_up_again() -> None:
    booking = factories.booking()
    cancel(booking=booking, channel=Intake.WEB)
    with pytest.raises(BookingError):
        cancel(booking=booking, channel=Intake.WEB)
    assert seats(booking.session) == 0


def test_new_seats_go_to_those_who_wait_in_order() -> None:
    session = factories.session()
    waiting = [b for b in [*full(session), factories.booking(session)] if b.status == S.WAITLISTED]
    change_capacity(session=session, capacity=3)
    for booking in waiting:
        booking.refresh_from_db()
    assert [b.status for b in waiting] == [S.OFFERED, S.WAITLISTED]
    assert seats(session) == 3


def test_a_class_is_not_made_smaller_than_what_is_taken() -> None:
    session = factories.session()
    full(session)
    with pytest.raises(BookingError, match="2人以上"):
        change_capacity(session=session, capacity=1)


def test_attendance_can_be_undone_and_keeps_the_seat() -> None:
    booking = factories.booking()
    for status in (S.ATTENDED, S.ABSENT, S.CONFIRMED):
        mark_attendance(booking=booking, status=status, by=None)
    assert (booking.status, seats(booking.session)) == (S.CONFIRMED, 1)


def test_someone_on_the_waitlist_is_not_marked_present() -> None:
    with pytest.raises(BookingError):
        mark_attendance(booking=full(factories.session())[2], status=S.ATTENDED, by=None)


def test_cancelling_a_class_ends_every_booking_and_frees_every_seat() -> None:
    session = factories.session()
    full(session)
    assert len(cancel_all(session=session, by=None, reason="大雪")) == 3
    assert seats(session) == 0


def test_the_database_itself_refuses_to_oversell() -> None:
    session = factories.session()
    with pytest.raises(IntegrityError):
        Session.objects.filter(pk=session.pk).update(seats_taken=session.capacity + 1)


def test_a_repeated_key_makes_one_booking() -> None:
    session, her = factories.session(), factories.application()
    wanted: dict[str, Any] = {
        "key": "k1",
        "fingerprint": "f",
        "session": session,
        "application": her,
        "channel": Intake.API,
    }
    first, made = book_once(**wanted)
    again, made_again = book_once(**wanted)
    assert (first.pk, made, made_again) == (again.pk, True, False)
    with pytest.raises(IdempotencyConflict):
        book_once(**{**wanted, "fingerprint": "other"})


def test_a_resident_is_forgotten_a_while_after_the_last_class_and_counts_stay() -> None:
    booking = factories.booking(
        name="山田 花子", needs="車いす", proxy_phone="+819000000999", proxy_name="娘", tell="both"
    )
    later = timezone.now() + timedelta(days=500)
    assert forget_residents(now=timezone.now()) == 0
    assert forget_residents(now=later) == 1
    assert forget_residents(now=later) == 0
    booking.refresh_from_db()
    assert (booking.resident.name, booking.needs, booking.proxy_phone) == ("", "", "")
    assert clean_code(booking.reference, REFERENCE_DIGITS) is None, "the number is free for another booking"
    assert seats(booking.session) == 1
