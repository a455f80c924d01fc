"""The queue of a full class: passed on in order, past those who cannot come, by staff's word with a reason."""

from datetime import time, timedelta

import pytest
from django.utils import timezone

from outreach.classes.models import Session
from outreach.contact.models import CallTask, Channel, ConsentSource, Kind, Message
from outreach.contact.services import record_consent
from outreach.people.models import Organisation, User
from outreach.registration.models import Booking, BookingStatus, Intake
from outreach.registration.services import (
    BookingError,
    accept_offer,
    application_of,
    book,
    cancel,
    give_seat,
    put_in_queue,
    queue_of,
    turn_of,
)
from tests import factories

pytestmark = pytest.mark.django_db
S = BookingStatus


@pytest.fixture
def full(db: None) -> Session:
    return factories.session(capacity=1, starts_at=factories.next_week(days=20))


@pytest.fixture
def holder(full: Session) -> Booking:
    return factories.booking(full)


@pytest.fixture
def staff(db: None) -> User:
    return factories.user()


def statuses(*bookings: Booking) -> list[str]:
    return [Booking.objects.get(pk=booking.pk).status for booking in bookings]


def test_whoever_sits_elsewhere_then_is_passed_over_and_keeps_their_place(full: Session, holder: Booking) -> None:
    away, next_one = factories.booking(full), factories.booking(full)
    at_once = factories.session(starts_at=full.starts_at + timedelta(minutes=30))
    book(session=at_once, application=application_of(away), channel=Intake.WEB)
    cancel(booking=holder, channel=Intake.WEB)
    assert statuses(away, next_one) == [S.WAITLISTED, S.OFFERED]
    assert away.events.filter(reason__contains="ほかの回の席").exists()
    assert [one.pk for one in queue_of(full)] == [away.pk]


def test_whoever_refuses_offers_is_passed_over(full: Session, holder: Booking) -> None:
    silent, next_one = factories.booking(full), factories.booking(full)
    record_consent(
        number=silent.resident.phone, given=False, at=timezone.now(), source=ConsentSource.SPOKEN, purpose="offer"
    )
    cancel(booking=holder, channel=Intake.WEB)
    assert statuses(silent, next_one) == [S.WAITLISTED, S.OFFERED]


def test_a_letter_gets_a_letters_time_and_a_landline_a_calls(full: Session, holder: Booking) -> None:
    by_post = factories.booking(full, contact="post", address="猿払村1-1", postal_code="0986200")
    by_call = factories.booking(full, phone="+81300000555")
    cancel(booking=holder, channel=Intake.WEB)
    by_post.refresh_from_db()
    assert by_post.offer_expires_at
    assert by_post.offer_expires_at - timezone.now() > timedelta(days=4)
    assert Message.objects.get(subject=by_post.subject, kind=Kind.WAITLIST_OFFER).status == "to_print"
    cancel(booking=by_post, channel=Intake.WEB)
    by_call.refresh_from_db()
    assert by_call.offer_expires_at
    assert CallTask.objects.get(subject=by_call.subject, kind=Kind.WAITLIST_OFFER).needed_by == by_call.offer_expires_at


def test_on_the_eve_a_freed_seat_stays_free_and_staff_may_give_it(full: Session, holder: Booking, staff: User) -> None:
    waiting = factories.booking(full)
    soon = timezone.now() + timedelta(hours=3)
    Session.objects.filter(pk=full.pk).update(starts_at=soon, ends_at=soon + timedelta(hours=1))
    cancel(booking=Booking.objects.get(pk=holder.pk), channel=Intake.WEB)
    full.refresh_from_db()
    assert (statuses(waiting), full.seats_taken) == ([S.WAITLISTED], 0)
    give_seat(booking=waiting, channel=Intake.STAFF_PHONE, by=staff, reason="電話で来ると聞いた")
    full.refresh_from_db()
    assert (statuses(waiting), full.seats_taken) == ([S.CONFIRMED], 1)
    assert waiting.events.filter(by=staff, reason="電話で来ると聞いた").exists()


def test_no_seat_is_given_that_is_not_free(full: Session, holder: Booking, staff: User) -> None:
    waiting = factories.booking(full)
    with pytest.raises(BookingError):
        give_seat(booking=waiting, channel=Intake.STAFF_PHONE, by=staff, reason="急ぐ")
    full.refresh_from_db()
    assert (statuses(waiting), full.seats_taken) == ([S.WAITLISTED], 1)


def test_staff_move_someone_up_with_a_reason_and_the_next_seat_is_theirs(
    full: Session, holder: Booking, staff: User
) -> None:
    first, second, third = (factories.booking(full) for _ in range(3))
    put_in_queue(booking=third, place=1, by=staff, reason="通訳が来られる日はこの日だけ")
    assert [one.pk for one in queue_of(full)] == [third.pk, first.pk, second.pk]
    assert third.events.filter(by=staff, reason__contains="3番から1番へ：通訳").exists()
    late = factories.booking(full)
    assert queue_of(full)[-1].pk == late.pk
    cancel(booking=holder, channel=Intake.WEB)
    assert statuses(third) == [S.OFFERED]


@pytest.mark.parametrize("place", [-5, 0, 99])
def test_a_place_that_is_none_is_an_end_of_the_queue(full: Session, holder: Booking, staff: User, place: int) -> None:
    first, second = factories.booking(full), factories.booking(full)
    put_in_queue(booking=second, place=place, by=staff, reason="x")
    assert [one.pk for one in queue_of(full)] == ([second.pk, first.pk] if place < 1 else [first.pk, second.pk])


def test_without_a_reason_or_a_place_nothing_is_overridden(full: Session, holder: Booking, staff: User) -> None:
    waiting = factories.booking(full)
    with pytest.raises(BookingError):
        put_in_queue(booking=waiting, place=1, by=staff, reason=" ")
    with pytest.raises(BookingError):
        put_in_queue(booking=holder, place=1, by=staff, reason="x")
    assert not waiting.events.filter(by=staff).exists()


def test_an_offered_seat_is_accepted_once(full: Session, holder: Booking) -> None:
    waiting = factories.booking(full)
    cancel(booking=holder, channel=Intake.WEB)
    accept_offer(booking=waiting, channel=Intake.PHONE_LINE)
    with pytest.raises(BookingError):
        accept_offer(booking=waiting, channel=Intake.WEB)
    full.refresh_from_db()
    assert full.seats_taken == 1
    assert Message.objects.filter(subject=waiting.subject, kind=Kind.CONFIRMATION, channel=Channel.SMS).count() == 1


@pytest.mark.parametrize(("closes", "until"), [(time(16), time(16)), (None, time(17, 15))])
def test_who_is_rung_may_answer_until_the_office_stops_answering(
    full: Session, holder: Booking, closes: time | None, until: time
) -> None:
    Organisation.objects.update(phone_opens=closes and time(9), phone_closes=closes)
    waiting = factories.booking(full, phone="+81300000555", contact=Channel.CALL)
    turn = turn_of(waiting, Session.objects.get(pk=full.pk), timezone.now())
    assert turn.until
    assert timezone.localtime(turn.until).time() == until
