"""Check-in at the door: by the poster's code on the resident's phone, or by a slip that staff scan, perhaps offline."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from outreach.classes.codes import REFERENCE_DIGITS, clean_code
from outreach.classes.models import Session
from outreach.people.models import User
from outreach.people.rules import Scope
from outreach.registration import rules
from outreach.registration.models import Booking, BookingStatus, CheckIn
from outreach.registration.queries import bookings_in
from outreach.registration.services.seats import mark_attendance

Outcome = CheckIn.Outcome


@dataclass(frozen=True)
class Scan:
    """A slip read on a device: the device's own key for it, the number as read, and when."""

    key: UUID
    reference: str
    at: datetime


def check_in_by_slip(*, scan: Scan, scope: Scope, by: User) -> CheckIn:
    """Mark who showed a slip as attended, as far as `scope` reaches, or keep why not. A key sent again changes nothing.

    Two uploads of one key at once: the second waits for the first by the unique key, and finds what it wrote.
    """
    try:
        with transaction.atomic():
            return _known(scan) or _take(scan, scope, by)
    except IntegrityError:
        known = _known(scan)
        if known is None:
            raise
        return known


def _known(scan: Scan) -> CheckIn | None:
    return CheckIn.objects.select_related("booking__session").filter(key=scan.key).first()


def _take(scan: Scan, scope: Scope, by: User) -> CheckIn:
    code = clean_code(scan.reference, REFERENCE_DIGITS)
    booking = bookings_in(scope).filter(reference=code).first() if code else None
    outcome = _mark(booking, scan.at, by) if booking else Outcome.UNKNOWN
    return CheckIn.objects.create(
        key=scan.key,
        way=CheckIn.Way.SLIP,
        reference=code or scan.reference[:20],
        booking=booking,
        outcome=outcome,
        at=scan.at,
        by=by,
    )


def _mark(booking: Booking, at: datetime, by: User) -> Outcome:
    """Under the session's lock, so that a class being closed and a late upload don't cross."""
    session = Session.objects.select_for_update().get(pk=booking.session_id)
    booking.refresh_from_db(fields=["status"])
    outcome = rules.judge_scan(at=at, starts_at=session.starts_at, session=session.status, booking=booking.status)
    if outcome == Outcome.ATTENDED:
        mark_attendance(booking=booking, status=BookingStatus.ATTENDED, by=by)
    return outcome


@transaction.atomic
def check_in_by_poster(*, booking: Booking) -> CheckIn:
    """Note that someone opened the poster's code with this booking's number: staff see and confirm it. Once a booking.

    The caller has seen that the code counts now and that the booking is of this class.
    """
    Booking.objects.select_for_update().get(pk=booking.pk)
    made, _new = CheckIn.objects.get_or_create(
        booking=booking,
        way=CheckIn.Way.POSTER,
        defaults={
            "key": uuid4(),
            "reference": booking.reference,
            "outcome": Outcome.WAITING,
            "at": timezone.now(),
        },
    )
    return made


@transaction.atomic
def confirm_arrivals(*, session: Session, by: User) -> int:
    """Mark as attended everyone whose arrival by the poster waits for it. Returns how many."""
    Session.objects.select_for_update().get(pk=session.pk)
    waiting = Booking.objects.filter(
        session=session, status=BookingStatus.CONFIRMED, check_ins__way=CheckIn.Way.POSTER
    ).distinct()
    for booking in waiting:
        mark_attendance(booking=booking, status=BookingStatus.ATTENDED, by=by)
    return len(waiting)
