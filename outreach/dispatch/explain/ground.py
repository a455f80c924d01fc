"""The part of a problem's map that one person's trips touch, so that judging them costs no more than they do."""

from dataclasses import replace
from itertools import product

from outreach.dispatch.problem import Instructor, Problem, Travel, Visit, day_of


class Ground:
    """Places and roads of one problem. It may serve problems that differ in people and visits, never in places."""

    def __init__(self, problem: Problem) -> None:
        self._places = {place.id: place for place in problem.places}
        self._row = {place.id: row for row, place in enumerate(problem.places)}
        self._travel = {travel.mode: travel for travel in problem.travel}

    def around(self, problem: Problem, places: set[str], mode: str) -> Problem:
        """The problem with these places, their inns, and the lines and ports between their lands."""
        wanted = places | {inn for name in places if (inn := self._places[name].inn)}
        lands = {self._places[name].island for name in wanted}
        ferries = tuple(
            ferry
            for ferry in problem.ferries
            if {self._places[ferry.origin].island, self._places[ferry.destination].island} <= lands
        )
        wanted |= {port for ferry in ferries for port in (ferry.origin, ferry.destination)}
        kept = sorted(wanted, key=self._row.__getitem__)
        rows = [self._row[name] for name in kept]
        full = self._travel[mode]
        travel = Travel(mode, *(tuple(tuple(m[a][b] for b in rows) for a in rows) for m in (full.minutes, full.hm)))
        return replace(problem, places=tuple(self._places[name] for name in kept), travel=(travel,), ferries=ferries)

    def there_and_back(self, person: Instructor, visit: Visit, day: int) -> int | None:
        """The shortest day with this visit alone, by road from any home; None where water lies between."""
        minutes = self._travel[person.mode].minutes
        places = {visit.place_at(start) for start in visit.starts if day_of(start) == day} or {visit.place}
        ways = [
            minutes[self._row[home]][self._row[place]] + minutes[self._row[place]][self._row[home]]
            for home, place in product(person.homes, places)
            if self._places[home].island == self._places[place].island
        ]
        if len(ways) < len(person.homes) * len(places):
            return None
        return min(ways) + visit.setup + visit.duration + visit.teardown
