"""Rows as the dialogue knows them: plain facts, with the kana that a voice needs."""

from django.utils import timezone

from outreach.classes.models import OPEN, Session
from outreach.phone.dialogue.facts import BookingFacts, ClassFacts, Standing
from outreach.phone.models import PendingName
from outreach.registration.models import Booking, BookingStatus

STANDINGS = {
    BookingStatus.CONFIRMED: Standing.BOOKED,
    BookingStatus.WAITLISTED: Standing.QUEUED,
    BookingStatus.OFFERED: Standing.OFFERED,
}


def takes_bookings(session: Session) -> bool:
    return session.status in OPEN and session.starts_at > timezone.now()


def class_facts(session: Session) -> ClassFacts:
    town, course, venue = session.municipality, session.course, session.venue
    return ClassFacts(
        pk=session.pk,
        code=session.code,
        town=town.name,
        town_kana=town.kana or town.name,
        course=course.name,
        course_kana=course.kana or course.name,
        venue=venue.name,
        venue_kana=venue.kana or venue.name,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        seats=session.seats_left,
    )


def booking_facts(booking: Booking) -> BookingFacts:
    session = booking.session
    nameless = PendingName.objects.filter(booking__resident=booking.resident_id).exists()
    return BookingFacts(
        pk=booking.pk,
        reference=booking.reference,
        standing=_standing(booking),
        session=class_facts(session),
        kana="" if nameless else booking.resident.kana,
    )


def _standing(booking: Booking) -> Standing:
    now = timezone.now()
    if booking.session.starts_at <= now:
        return Standing.OVER
    if booking.offer_expires_at and booking.status == BookingStatus.OFFERED and booking.offer_expires_at <= now:
        return Standing.OVER
    return STANDINGS.get(BookingStatus(booking.status), Standing.OVER)
