"""Who goes where on one day of a plan, as ways to draw on a map. Read from rows alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from outreach.dispatch.ferries import load_sea
from outreach.dispatch.models import Plan, Trip, Visit
from outreach.dispatch.week import visits_of
from outreach.people.models import Person

Spot = tuple[float, float]
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Way:
    """One person's day: `stops` are degrees, from door to door or inn."""

    person: Person
    trip: Trip
    visits: list[Visit]
    stops: tuple[Spot, ...]
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
    trips = plan.trips.filter(day__gte=day - ONE_DAY, day__lte=day).select_related("person", "base")
    at = {(trip.person_id, trip.day): trip for trip in trips}
    visits: dict[tuple[int, date], list[Visit]] = {}
    near = plan.visits.filter(starts_at__date__gte=day - ONE_DAY, starts_at__date__lte=day + ONE_DAY)
    for visit in visits_of(plan, near):
        for person in visit.crew:
            visits.setdefault((person, timezone.localdate(visit.starts_at)), []).append(visit)
    own = [trip for (_person, of), trip in at.items() if of == day]
    return sorted((_way(trip, at, visits) for trip in own), key=lambda way: (way.person.kana, way.person.pk))


def _way(trip: Trip, trips: dict[tuple[int, date], Trip], visits: dict[tuple[int, date], list[Visit]]) -> Way:
    def on(days: int) -> list[Visit]:
        return visits.get((trip.person_id, trip.day + days * ONE_DAY), [])

    door = trip.base or trip.person
    home = (door.lat, door.lon)
    eve = trips.get((trip.person_id, trip.day - ONE_DAY))
    from_inn = bool(eve and eve.overnight)
    start = _inn([*(on(-1)[-1:]), *on(0)[:1]]) if from_inn else None
    end = _inn([*(on(0)[-1:]), *on(1)[:1]]) if trip.overnight else None
    places = [start or home, *((v.venue.lat, v.venue.lon) for v in on(0)), end or home]
    return Way(trip.person, trip, on(0), tuple(_over_water(places, trip)), from_inn)


def _inn(near: list[Visit]) -> Spot | None:
    """Where one sleeps: by today's last visit, or by tomorrow's first."""
    town = near[0].request.municipality if near else None
    return (town.lat, town.lon) if town else None


def _over_water(places: list[Spot], trip: Trip) -> Iterable[Spot]:
    """Each way by its ports, where a ferry is taken."""
    ports = load_sea().ports
    for number, place in enumerate(places):
        if number and number <= len(trip.legs) and (ferry := trip.legs[number - 1][3]):
            for port in ferry.split(">"):
                if port in ports:
                    yield ports[port].lat, ports[port].lon
        yield place
