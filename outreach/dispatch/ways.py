"""Who goes where on one day of a plan, as ways to draw on a map. Read from rows alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from geo.distance import Placed
from geo.models import Municipality
from outreach.dispatch.ferries import load_sea
from outreach.dispatch.models import Plan, PlanStatus, Trip, Visit
from outreach.dispatch.week import with_words
from outreach.people.models import Person

Spot = tuple[float, float]
At = tuple[int, int, date]  # plan, person, day
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Way:
    """One person's day: `stops` are degrees, from door to door or inn."""

    person: Person
    trip: Trip
    visits: list[Visit]
    stops: tuple[Spot, ...]
    towns: frozenset[str] = frozenset()  # where it begins, stops and ends
    from_inn: bool = False  # the night before was spent on the way

    @property
    def door(self) -> Spot:
        """Where the trip begins and ends: at home, or at another of the person's bases."""
        base = self.trip.base or self.person
        return base.lat, base.lon

    @property
    def key(self) -> str:
        return f"p{self.person.pk}"


def ways_on(plan: Plan, day: date) -> list[Way]:
    """By name. Three statements. A night is drawn at the municipality's point: inns aren't known."""
    return _ways(plan.trips.all(), plan.visits.all(), day)


def published_ways(day: date) -> list[Way]:
    """The same of every published plan."""
    published = {"plan__status": PlanStatus.PUBLISHED}
    return _ways(Trip.objects.filter(**published), Visit.objects.filter(**published), day)


def _ways(trips: QuerySet[Trip], visits: QuerySet[Visit], day: date) -> list[Way]:
    near = trips.filter(day__gte=day - ONE_DAY, day__lte=day).select_related("person", "base")
    at = {(trip.plan_id, trip.person_id, trip.day): trip for trip in near}
    own = [trip for (_plan, _person, of), trip in at.items() if of == day]
    if not own:
        return []
    begins = timezone.make_aware(datetime.combine(day - ONE_DAY, time()))
    around = visits.filter(starts_at__gte=begins, starts_at__lt=begins + 3 * ONE_DAY)
    by_day: dict[At, list[Visit]] = {}
    for visit in with_words(around):
        for person in visit.crew:
            by_day.setdefault((visit.plan_id, person, timezone.localdate(visit.starts_at)), []).append(visit)
    return sorted((_way(trip, at, by_day) for trip in own), key=lambda way: (way.person.kana, way.person.pk))


def _way(trip: Trip, trips: dict[At, Trip], visits: dict[At, list[Visit]]) -> Way:
    def on(days: int) -> list[Visit]:
        return visits.get((trip.plan_id, trip.person_id, trip.day + days * ONE_DAY), [])

    door = trip.base or trip.person
    eve = trips.get((trip.plan_id, trip.person_id, trip.day - ONE_DAY))
    from_inn = bool(eve and eve.overnight)
    start = _inn([*(on(-1)[-1:]), *on(0)[:1]]) if from_inn else None
    end = _inn([*(on(0)[-1:]), *on(1)[:1]]) if trip.overnight else None
    ends = [start or door, end or door]
    places = [_spot(ends[0]), *(_spot(visit.venue) for visit in on(0)), _spot(ends[1])]
    towns = {one.pk if isinstance(one, Municipality) else one.municipality_id for one in ends}
    towns |= {visit.venue.municipality_id for visit in on(0)}
    stops = tuple(_over_water(places, trip))
    return Way(trip.person, trip, on(0), stops, frozenset(town for town in towns if town), from_inn)


def _spot(place: Placed) -> Spot:
    return place.lat, place.lon


def _inn(near: list[Visit]) -> Municipality | None:
    """Where one sleeps: by today's last visit, or by tomorrow's first."""
    return near[0].request.municipality if near else None


def _over_water(places: list[Spot], trip: Trip) -> Iterable[Spot]:
    """Each way by its ports, where a ferry is taken."""
    ports = load_sea().ports
    for number, place in enumerate(places):
        if number and number <= len(trip.legs) and (ferry := trip.legs[number - 1][3]):
            for port in ferry.split(">"):
                if port in ports:
                    yield ports[port].lat, ports[port].lon
        yield place
