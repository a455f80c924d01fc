"""How one gets from place to place in a problem: by land, or by land, one ferry and land again.

Everyone leaves as late as they can, except after the last visit of a day: then they travel as soon as they can.
"""

from dataclasses import dataclass

from outreach.dispatch.problem import Ferry, Problem


@dataclass(frozen=True, slots=True)
class Journey:
    """From leaving the door to arriving, waiting for nothing but the boarding of the one ferry. `hm` is over land."""

    leave: int
    arrive: int
    hm: int
    fare: int = 0
    ferry: str | None = None

    @property
    def minutes(self) -> int:
        return self.arrive - self.leave


class Journeys:
    """Journeys of one problem by one means of travel, by the ids of its places."""

    def __init__(self, problem: Problem, mode: str) -> None:
        self._row = {place.id: row for row, place in enumerate(problem.places)}
        self._island = {place.id: place.island for place in problem.places}
        self._travel = next(travel for travel in problem.travel if travel.mode == mode)
        self._by_lands: dict[tuple[str | None, str | None], list[Ferry]] = {}
        for ferry in problem.ferries:
            lands = (self._island[ferry.origin], self._island[ferry.destination])
            self._by_lands.setdefault(lands, []).append(ferry)
        self._chosen: dict[tuple[str, str], Ferry | None] = {}

    def latest(self, origin: str, destination: str, by: int) -> Journey | None:
        """The one that leaves last and arrives by `by`; None if there is no way."""
        if self._same_land(origin, destination):
            return self._drive(origin, destination, leave=by - self._minutes(origin, destination))
        crossings = [j for j in self._crossings(origin, destination) if j.arrive <= by]
        return max(crossings, key=lambda j: (j.leave, -j.arrive), default=None)

    def earliest(self, origin: str, destination: str, after: int) -> Journey | None:
        """The one that arrives first and leaves no sooner than `after`; None if there is no way."""
        if self._same_land(origin, destination):
            return self._drive(origin, destination, leave=after)
        crossings = [j for j in self._crossings(origin, destination) if j.leave >= after]
        return min(crossings, key=lambda j: (j.arrive, -j.leave), default=None)

    def ferry(self, origin: str, destination: str) -> Ferry | None:
        """The line taken between two lands, whatever the hour: the shortest by land, boarding and fastest sailing."""
        key = (origin, destination)
        if key not in self._chosen:
            lines = self._by_lands.get((self._island[origin], self._island[destination]), [])
            usable = [line for line in lines if line.sailings]
            self._chosen[key] = min(usable, key=lambda line: (self._shortest(*key, line), line.id), default=None)
        return self._chosen[key]

    def _shortest(self, origin: str, destination: str, line: Ferry) -> int:
        sailing = min(arrive - depart for depart, arrive in line.sailings)
        road = self._minutes(origin, line.origin) + self._minutes(line.destination, destination)
        return road + line.boarding + sailing

    def _crossings(self, origin: str, destination: str) -> list[Journey]:
        line = self.ferry(origin, destination)
        if line is None:
            return []
        before = line.boarding + self._minutes(origin, line.origin)
        after = self._minutes(line.destination, destination)
        hm = self._hm(origin, line.origin) + self._hm(line.destination, destination)
        return [Journey(out - before, back + after, hm, line.fare, line.id) for out, back in line.sailings]

    def _drive(self, origin: str, destination: str, leave: int) -> Journey:
        return Journey(leave, leave + self._minutes(origin, destination), self._hm(origin, destination))

    def _same_land(self, a: str, b: str) -> bool:
        return self._island[a] == self._island[b]

    def _minutes(self, a: str, b: str) -> int:
        return self._travel.minutes[self._row[a]][self._row[b]]

    def _hm(self, a: str, b: str) -> int:
        return self._travel.hm[self._row[a]][self._row[b]]
