"""Who is on the road on the day of a storm, and which days' classes hang on it: those of the journey's other days."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from geo.atlas import areas_version, atlas
from outreach.dispatch.models import PlanStatus, Trip
from outreach.dispatch.ways import Way, published_ways

LONGEST = timedelta(days=7)  # no journey is longer
EVE, HOME = "eve", "home"


@dataclass(frozen=True)
class Move:
    """A way that the storm touches; the first and the last day of the journey, from home to home, of which it is."""

    way: Way
    first: date
    last: date

    @property
    def trip(self) -> Trip:
        return self.way.trip

    def side(self, day: date) -> str | None:
        """How a class on `day` hangs on it: with the way out, `EVE`, or back, `HOME`; "" on the day itself."""
        if not self.first <= day <= self.last:
            return None
        return EVE if day > self.trip.day else HOME if day < self.trip.day else ""


Moves = dict[int, list[Move]]  # by person


def moves_on(day: date, touched: Callable[[list[Way]], Iterable[Way]]) -> Moves:
    """Everyone's ways of that day, in published plans, that are `touched`. 5 statements at most."""
    ways = list(touched(published_ways(day)))
    people = {way.trip.person_id for way in ways}
    near = Trip.objects.filter(person__in=people, plan__status=PlanStatus.PUBLISHED)
    days: dict[tuple[int, int], dict[date, Trip]] = defaultdict(dict)
    for trip in near.filter(day__gte=day - LONGEST, day__lte=day + LONGEST) if people else ():
        days[trip.plan_id, trip.person_id][trip.day] = trip
    found: Moves = defaultdict(list)
    for way in ways:
        own = days[way.trip.plan_id, way.trip.person_id]
        found[way.trip.person_id].append(Move(way, _first(way.trip, own), _last(way.trip, own)))
    return dict(found)


def _first(trip: Trip, days: dict[date, Trip]) -> date:
    while (before := days.get(trip.day - timedelta(days=1))) and before.overnight:
        trip = before
    return trip.day


def _last(trip: Trip, days: dict[date, Trip]) -> date:
    while trip.overnight and (following := days.get(trip.day + timedelta(days=1))):
        trip = following
    return trip.day


def by_ferries(ferries: set[str]) -> Callable[[list[Way]], list[Way]]:
    """Ways that take one of these lines, as trips name them."""
    return lambda ways: [way for way in ways if any(leg[3] in ferries for leg in way.trip.legs)]


def through(towns: set[str]) -> Callable[[list[Way]], list[Way]]:
    """Ways that begin, stop or end in one of these towns, or cross it on the straight lines between: no road is known.

    Before areas are loaded, only by where it stops.
    """

    def touched(ways: list[Way]) -> list[Way]:
        known = areas_version() is not None
        along = atlas().codes_along([way.stops for way in ways]) if known and ways else [set() for _ in ways]
        return [way for way, codes in zip(ways, along, strict=True) if towns & (codes | way.towns)]

    return touched


def days_of(moves: Moves) -> tuple[date, date] | None:
    """From the first day to the last that any of these journeys has; None where none has more than its own."""
    found = [move for own in moves.values() for move in own if move.first < move.last]
    return (min(move.first for move in found), max(move.last for move in found)) if found else None


def hanging(moves: Moves, people: Iterable[int], day: date) -> list[Move]:
    """The moves of these people that a class on `day` hangs on."""
    return [move for person in people for move in moves.get(person, ()) if move.side(day) is not None]
