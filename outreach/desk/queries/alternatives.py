"""What else is near for those whose class is moved or cancelled: the best classes for each, in few statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import F, Q

from geo.distance import great_circle_km
from geo.geocoder import geocode_postal
from outreach.classes.models import OPEN, Session
from outreach.classes.queries import NEAR_KM, Nearby, sessions_in
from outreach.desk.rules import Busy, rank_alternative
from outreach.people.rules import Scope
from outreach.registration.models import LIVE, Booking

DEGREES = 0.65  # a box that surely holds a circle of NEAR_KM in all of Japan but Hokkaidō's north, and most of that
MOST = 400  # classes looked at; the soonest
BEST = 3


def best_alternatives(
    bookings: Iterable[Booking], scope: Scope, now: datetime, *, without: Collection[int] = (), limit: int = BEST
) -> dict[int, list[Nearby]]:
    """For each booking (by pk) the best open classes with a free seat that `scope` reaches. 2 statements.

    Of the same course first, then by nearness to the person's postal code (else to their class), then the soonest;
    none that overlaps what they are booked in. `without`: sessions that are about to be cancelled too. Each booking
    comes with its session, the session's venue, and its resident.
    """
    asked = list(bookings)
    classes = _open_near({b.session for b in asked}, scope, now, {*without, *(b.session_id for b in asked)})
    busy = _busy({b.resident_id for b in asked}, now) if classes else {}
    return {b.pk: _best(b, classes, busy.get(b.resident_id, []), limit) for b in asked}


def _open_near(around: set[Session], scope: Scope, now: datetime, without: set[int]) -> list[Session]:
    if not around:
        return []
    boxes = (
        Q(
            venue__lat__range=(s.venue.lat - DEGREES, s.venue.lat + DEGREES),
            venue__lon__range=(s.venue.lon - DEGREES, s.venue.lon + DEGREES),
        )
        for s in {session.venue_id: session for session in around}.values()
    )
    found = sessions_in(scope).filter(reduce(or_, boxes), status__in=OPEN, starts_at__gt=now)
    free = found.filter(seats_taken__lt=F("capacity")).exclude(pk__in=without)
    return list(free.select_related("course", "venue", "municipality").order_by("starts_at")[:MOST])


def _busy(residents: set[int], now: datetime) -> dict[int, list[Busy]]:
    rows = Booking.objects.filter(resident__in=residents, status__in=LIVE, session__ends_at__gt=now)
    found: dict[int, list[Busy]] = defaultdict(list)
    for resident, start, end in rows.values_list("resident", "session__starts_at", "session__ends_at"):
        found[resident].append(Busy(start, end))
    return found


def _best(booking: Booking, classes: list[Session], busy: list[Busy], limit: int) -> list[Nearby]:
    lat, lon = _home(booking)
    near = [Nearby(s, float(great_circle_km(lat, lon, s.venue.lat, s.venue.lon))) for s in classes]
    free = [
        row for row in near if row.km <= NEAR_KM and not any(b.meets(row.session) for b in busy if not _own(b, booking))
    ]
    return sorted(free, key=lambda row: rank_alternative(row, course=booking.session.course_id))[:limit]


def _own(busy: Busy, booking: Booking) -> bool:
    return busy.starts_at == booking.session.starts_at  # the seat that they are about to lose


def _home(booking: Booking) -> tuple[float, float]:
    place = geocode_postal(booking.resident.postal_code) if booking.resident.postal_code else None
    if place is None or place.lat is None or place.lon is None:
        return booking.session.venue.lat, booking.session.venue.lon
    return place.lat, place.lon
