"""Points of a class and of a city, each list with a fixed number of statements."""

from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet, Sum

from geo.models import Municipality
from outreach.classes.models import Session
from outreach.people.models import Organisation
from outreach.people.rules import Scope
from outreach.registration.models import Booking, BookingStatus, PointEntry, PointExport


@dataclass(frozen=True)
class Line:
    """One who attended, with what they were given, if it stands."""

    booking: Booking
    entry: PointEntry | None


def lines_of(session: Session) -> list[Line]:
    """2 statements."""
    standing = Prefetch("point_entries", PointEntry.objects.filter(reverses=None, reversal=None), to_attr="standing")
    came = session.bookings.filter(status=BookingStatus.ATTENDED).select_related("resident").prefetch_related(standing)
    return [Line(one, next(iter(one.standing), None)) for one in came.order_by("resident__kana", "pk")]


def cities_in(scope: Scope) -> QuerySet[Municipality]:
    """Whose points a user may export: the city's own office, by either kind of reach, or the nation's. 1 statement."""
    with_points = Municipality.objects.filter(sessions__point_award__isnull=False).distinct()
    if scope.nation:
        return with_points
    offices = Organisation.objects.filter(pk__in=scope.organisations, kind=Organisation.Kind.MUNICIPALITY)
    return with_points.filter(Q(pk__in=scope.municipalities) | Q(pk__in=offices.values("municipality")))


def waiting_of(cities: QuerySet[Municipality]) -> dict[str, int]:
    """Lines of the ledger that left with no run yet, by city. 1 statement."""
    found = PointEntry.objects.filter(exported=None, booking__session__municipality__in=cities)
    counted = found.order_by().values_list("booking__session__municipality").annotate(n=Count("pk"))
    return dict(counted)


def runs_of(cities: QuerySet[Municipality]) -> QuerySet[PointExport]:
    """With how many lines and points each held. 1 statement."""
    found = PointExport.objects.filter(municipality__in=cities).select_related("municipality", "made_by")
    return found.annotate(lines=Count("rows"), points=Sum("rows__entry__points"))
