"""Another class, or another way to be told: one booking changed in one step."""

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from outreach.classes.models import Session
from outreach.people.models import User
from outreach.registration import notices
from outreach.registration.models import LIVE, MOVED, UNANSWERED, AnswerStatus, Booking, BookingStatus, Resident
from outreach.registration.services.answers import note_answer
from outreach.registration.services.seats import Application, book, give_up
from outreach.registration.services.steps import BookingError, lock, record, too_late


class NoSeat(BookingError):
    """A seat was wanted, not a place in the queue: nothing has changed."""


def application_of(booking: Booking) -> Application:
    """What was asked for, to ask for it again elsewhere."""
    resident = booking.resident
    return Application(
        name=resident.name,
        kana=resident.kana,
        phone=resident.phone,
        contact=booking.contact,
        needs=booking.needs,
        postal_code=resident.postal_code,
        address=resident.address,
        proxy_name=booking.proxy_name,
        proxy_relation=booking.proxy_relation,
        proxy_phone=booking.proxy_phone,
        tell=booking.tell,
    )


@transaction.atomic
def change_class(
    *, booking: Booking, to: Session, channel: str, by: User | None = None, into_queue: bool = False, note: str = ""
) -> Booking:
    """Give up one seat and take another in one step; returns the new booking. Told once: of the new one.

    `into_queue`: a place on the other's waitlist will do. Raises: BookingError, NoSeat; then nothing has changed.
    """
    for pk in sorted({booking.session_id, to.pk}):  # in one order, so that two who swap do not wait for each other
        lock(Session(pk=pk))
    asked = list(booking.answers.filter(kind__in=MOVED, status__in=UNANSWERED))
    give_up(booking=booking, channel=channel, by=by, reason=_("ほかの回へ変更"))
    moved = book(session=to, application=application_of(booking), channel=channel, by=by, sample=booking.sample)
    if moved.status == BookingStatus.WAITLISTED and not into_queue:
        raise NoSeat(_("この講習会は、いま満席です。ほかの回をお選びください。"))
    for answer in asked:
        note_answer(answer=answer, status=AnswerStatus.ANOTHER, by=by, channel=channel, note=note, other=moved)
    return moved


@transaction.atomic
def change_contact(
    *,
    booking: Booking,
    contact: str,
    tell: str,
    channel: str,
    postal_code: str = "",
    address: str = "",
    by: User | None = None,
) -> None:
    """Tell by another way from now on: what waits is taken back and planned anew under a new revision.

    Raises: BookingError where nothing is left to tell.
    """
    lock(booking.session)
    booking.refresh_from_db()
    if booking.status not in LIVE:
        raise too_late(booking.status)
    if address:
        Resident.objects.filter(pk=booking.resident_id).update(postal_code=postal_code, address=address)
    before = booking.party_id
    Booking.objects.filter(pk=booking.pk).update(contact=contact, tell=tell, party=None, revision=F("revision") + 1)
    notices.withdraw(booking)
    if before:  # told alone from now on
        booking.party_id = before
        notices.remind_party(booking)
    booking.refresh_from_db()
    record(booking, booking.status, booking.status, channel=channel, by=by, reason=_("連絡の方法の変更"))
    notices.tell_anew(booking)
