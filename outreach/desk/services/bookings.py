"""What staff change for one resident, across rooms."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.classes.models import Session
from outreach.contact import services as contact
from outreach.contact.models import ConsentSource
from outreach.people.models import User
from outreach.registration import notices
from outreach.registration import services as registration
from outreach.registration.models import LIVE, Booking, BookingStatus, Resident
from outreach.registration.services import application_of


@transaction.atomic
def book_again(*, booking: Booking, channel: str, by: User) -> Booking:
    """Undo a cancellation: the same person, the same class, if there is still a seat or a queue.

    Raises: registration.services.BookingError.
    """
    if booking.status != BookingStatus.CANCELLED:
        raise registration.BookingError(_("この申し込みは、取り消されていません。"))
    return registration.book(session=booking.session, application=application_of(booking), channel=channel, by=by)


@transaction.atomic
def tell_again(*, booking: Booking) -> None:
    """Tell once more how the booking stands, under a new revision: what waits is taken back first (law 4).

    Raises: registration.services.BookingError where nothing is left to tell.
    """
    Session.objects.select_for_update().get(pk=booking.session_id)
    booking.refresh_from_db()
    if booking.status not in LIVE or booking.session.starts_at <= timezone.now():
        raise registration.BookingError(_("この申し込みには、いま送る連絡がありません。"))
    Booking.objects.filter(pk=booking.pk).update(revision=F("revision") + 1)
    notices.withdraw(booking)
    booking.refresh_from_db()
    if booking.status == BookingStatus.OFFERED:
        notices.tell_offer(booking)
    else:
        notices.tell_booked(booking)


@transaction.atomic
def correct_name(*, resident: Resident, name: str, kana: str) -> None:
    """Write a name as it is written, or one that was pending. Both as `rules.clean_name` and `clean_kana` give them.

    Raises: registration.services.BookingError where someone of that kana is known at that number.
    """
    if not kana:
        raise registration.BookingError(_("カナは、ひらがなかカタカナで入れてください。"))
    if Resident.objects.filter(phone=resident.phone, kana=kana).exclude(pk=resident.pk).exists():
        raise registration.BookingError(_("同じ番号に、同じカナの方がもういます。"))
    Resident.objects.filter(pk=resident.pk).update(name=name, kana=kana)


@transaction.atomic
def note_wish(*, booking: Booking, given: bool, channel: str, purpose: str, words: str, by: User) -> None:
    """Write into the ledger what someone said to staff about being contacted, for every number told of the booking."""
    for number in {number for _subject, _channel, number in notices.recipients(booking)}:
        contact.record_consent(
            number=number,
            given=given,
            at=timezone.now(),
            source=ConsentSource.SPOKEN,
            channel=channel,
            purpose=purpose,
            words=words,
            noted_by=by,
            sample=booking.sample,
        )
