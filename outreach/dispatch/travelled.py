"""The road of a month, as planned and as it really was: read for the list and its files."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from outreach.dispatch.models import Offer, OfferStatus, Trip
from outreach.dispatch.queries import plans_in
from outreach.people.models import Engagement
from outreach.people.rules import Scope


@dataclass(frozen=True)
class Row:
    """A day that was gone: `towns` are those visited, none on a day of travel only."""

    trip: Trip
    towns: tuple[str, ...]

    @property
    def more_km(self) -> Decimal | None:
        """Above what was planned."""
        return None if self.trip.travelled_km is None else self.trip.travelled_km - Decimal(self.trip.hm) / 10

    @property
    def more_minutes(self) -> int | None:
        return None if self.trip.travelled_minutes is None else self.trip.travelled_minutes - self.trip.road_minutes


@dataclass(frozen=True)
class Totals:
    """Sums of a month. `known_…` is what was planned for the days whose road was written down: like with like."""

    days: int
    known: int
    planned_km: Decimal
    planned_minutes: int
    known_km: Decimal
    known_minutes: int
    km: Decimal
    minutes: int

    @property
    def more_percent(self) -> int | None:
        """How much longer the road was than planned, of the days that are known."""
        return round((self.km / self.known_km - 1) * 100) if self.known_km else None


def trips_in(scope: Scope, month: date, now: datetime) -> QuerySet[Trip]:
    """Days gone of a month (its first day) that a scope's plans hold: those that the ledger has as accepted."""
    first = timezone.make_aware(datetime.combine(month.replace(day=1), time()))
    last = timezone.make_aware(datetime.combine((month.replace(day=1) + timedelta(days=32)).replace(day=1), time()))
    gone = Engagement.objects.filter(
        person=OuterRef("person"),
        subject__startswith="trip:",
        starts_at__lte=OuterRef("leaves_at"),
        ends_at__gte=OuterRef("back_at"),
    )
    found = Trip.objects.filter(Exists(gone), plan__in=plans_in(scope), back_at__lte=now)
    found = found.filter(leaves_at__gte=first, leaves_at__lt=last).select_related("person", "plan__prefecture")
    return found.order_by("day", "person__kana", "pk")


def rows_of(trips: Iterable[Trip]) -> list[Row]:
    """1 statement besides that of `trips`."""
    found = list(trips)
    yes = Offer.objects.filter(
        status=OfferStatus.ACCEPTED,
        visit__plan__in={trip.plan_id for trip in found},
        person__in={trip.person_id for trip in found},
    )
    towns: dict[tuple[int, int, date], list[str]] = defaultdict(list)
    rows = yes.order_by("starts_at").values_list(
        "visit__plan", "person", "starts_at", "visit__request__municipality__name"
    )
    for plan, person, starts_at, name in rows:
        towns[plan, person, timezone.localdate(starts_at)].append(name)
    return [Row(trip, tuple(dict.fromkeys(towns[trip.plan_id, trip.person_id, trip.day]))) for trip in found]


def totals(rows: Iterable[Row]) -> Totals:
    trips = [row.trip for row in rows]
    known = [trip for trip in trips if trip.travelled_km is not None and trip.travelled_minutes is not None]
    return Totals(
        days=len(trips),
        known=len(known),
        planned_km=_km(trips),
        planned_minutes=sum(trip.road_minutes for trip in trips),
        known_km=_km(known),
        known_minutes=sum(trip.road_minutes for trip in known),
        km=sum((trip.travelled_km or Decimal(0) for trip in known), Decimal(0)),
        minutes=sum(trip.travelled_minutes or 0 for trip in known),
    )


def _km(trips: Iterable[Trip]) -> Decimal:
    return sum((Decimal(trip.hm) / 10 for trip in trips), Decimal(0))
