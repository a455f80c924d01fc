"""Someone applies again for what they have: told by the way on file, so that nobody else learns of it unseen."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from outreach.classes.models import Session
from outreach.contact.models import Kind, Message
from outreach.registration import notices
from outreach.registration.models import Booking, BookingStatus
from outreach.registration.services.seats import Application
from outreach.registration.services.steps import lock

ONCE_IN = timedelta(days=1)
SAID = (Kind.CONFIRMATION, Kind.WAITLISTED)
TOLD_OF = frozenset({BookingStatus.CONFIRMED, BookingStatus.WAITLISTED})


@transaction.atomic
def tell_of_what_stands(*, session: Session, application: Application) -> bool:
    """Send the reference of a booking once more to the number on file, at most once a day; whether it was.

    For whoever applied again: the person who forgot has her reference; one who only asks whether another is booked
    learns of it no more than they wrote, and not without that person hearing of it.
    """
    locked = lock(session)  # before reading: a seat given up meanwhile is told of no more
    found = Booking.objects.filter(
        session=session, resident__phone=application.phone, resident__kana=application.kana, status__in=TOLD_OF
    )
    booking = found.select_related("resident").first()
    if booking is None:
        return False
    booking.session = locked
    lately = Message.objects.filter(subject__in=notices.subjects(booking), kind__in=SAID)
    if lately.filter(created_at__gt=timezone.now() - ONCE_IN).exists():
        return False
    Booking.objects.filter(pk=booking.pk).update(revision=F("revision") + 1)
    booking.refresh_from_db(fields=["revision"])
    notices.tell_by_text(booking)
    return True
