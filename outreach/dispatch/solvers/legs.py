"""Journeys of one means of travel, many at a time: what `journeys` says one by one, as arrays."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from outreach.dispatch.problem import NO_ROAD, Ferry, Problem

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# A moment that no duty reaches: stands for "there is no way" on either side.
NEVER = 1 << 40


@dataclass(frozen=True, slots=True)
class Legs:
    """Journeys, elementwise. Where `ok` is False the rest means nothing. `cost` has distance, time and fare."""

    ok: Bools
    leave: Ints
    arrive: Ints
    cost: Ints
    ferry: Bools

    @property
    def minutes(self) -> Ints:
        return self.arrive - self.leave


@dataclass(frozen=True, slots=True)
class _Line:
    """A ferry's sailings, once by arrival with the last departure so far, once by departure with the first arrival."""

    ferry: Ferry
    origin: int
    destination: int
    arrivals: Ints
    last_departure: Ints
    its_arrival: Ints
    departures: Ints
    first_arrival: Ints
    its_departure: Ints


class Roads:
    """Every journey of one mode. Places are rows of `problem.places`; arguments broadcast against each other."""

    def __init__(self, problem: Problem, mode: str) -> None:
        travel = next(travel for travel in problem.travel if travel.mode == mode)
        self._minutes = np.array(travel.minutes, dtype=np.int64)
        self._hm = np.array(travel.hm, dtype=np.int64)
        self._weights = problem.weights
        row = {place.id: number for number, place in enumerate(problem.places)}
        usable = [ferry for ferry in sorted(problem.ferries, key=lambda f: f.id) if ferry.sailings]
        self._lines = [_line(ferry, row) for ferry in usable]
        lands = {land: number for number, land in enumerate({place.island: None for place in problem.places})}
        self._land = np.array([lands[place.island] for place in problem.places], dtype=np.int64)
        self._taken = self._choose() if self._lines else None

    def latest(self, origin: Ints, destination: Ints, by: Ints) -> Legs:
        """Leave last, arrive by `by`."""
        origin, destination, by = np.broadcast_arrays(origin, destination, by)
        minutes = self._minutes[origin, destination]
        legs = self._drive(origin, destination, by - minutes, minutes)
        for number, line, here in self._crossed(origin, destination):
            out, back, a, b = line.origin, line.destination, origin[here], destination[here]
            at = np.searchsorted(line.arrivals, by[here] - self._minutes[back, b], side="right") - 1
            found, at = at >= 0, np.maximum(at, 0)
            leave = line.last_departure[at] - line.ferry.boarding - self._minutes[a, out]
            self._cross(legs, here, number, found, leave, line.its_arrival[at] + self._minutes[back, b], a, b)
        return legs

    def earliest(self, origin: Ints, destination: Ints, after: Ints) -> Legs:
        """Arrive first, leave no sooner than `after`."""
        origin, destination, after = np.broadcast_arrays(origin, destination, after)
        legs = self._drive(origin, destination, after, self._minutes[origin, destination])
        for number, line, here in self._crossed(origin, destination):
            out, back, a, b = line.origin, line.destination, origin[here], destination[here]
            before = line.ferry.boarding + self._minutes[a, out]
            at = np.searchsorted(line.departures, after[here] + before, side="left")
            found, at = at < len(line.departures), np.minimum(at, len(line.departures) - 1)
            arrive = line.first_arrival[at] + self._minutes[back, b]
            self._cross(legs, here, number, found, line.its_departure[at] - before, arrive, a, b)
        return legs

    def _drive(self, origin: Ints, destination: Ints, leave: Ints, minutes: Ints) -> Legs:
        ok = minutes != NO_ROAD
        cost = self._weights.per_hm * self._hm[origin, destination] + self._weights.per_minute * minutes
        return Legs(ok, np.array(leave), leave + minutes, cost, np.zeros(ok.shape, dtype=bool))

    def _crossed(self, origin: Ints, destination: Ints) -> list[tuple[int, _Line, Bools]]:
        """The lines taken between these places, and where."""
        if self._taken is None:
            return []
        taken = self._taken[origin, destination]
        return [(n, self._lines[n], taken == n) for n in np.unique(taken).tolist() if n >= 0]

    def _cross(
        self, legs: Legs, here: Bools, number: int, found: Bools, leave: Ints, arrive: Ints, a: Ints, b: Ints
    ) -> None:
        line = self._lines[number]
        hm = self._hm[a, line.origin] + self._hm[line.destination, b]
        legs.ok[here], legs.ferry[here], legs.leave[here], legs.arrive[here] = found, True, leave, arrive
        time = self._weights.per_minute * (arrive - leave)
        legs.cost[here] = self._weights.per_hm * hm + time + line.ferry.fare

    def _choose(self) -> Ints:
        """The line taken between two places whatever the hour, -1 for none: the shortest, the first id among equals."""
        size = len(self._land)
        taken = np.full((size, size), -1, dtype=np.int64)
        least = np.full((size, size), NEVER, dtype=np.int64)
        for number, line in enumerate(self._lines):
            a = np.flatnonzero(self._land == self._land[line.origin])
            b = np.flatnonzero(self._land == self._land[line.destination])
            sailing = min(arrive - depart for depart, arrive in line.ferry.sailings) + line.ferry.boarding
            total = self._minutes[a, line.origin][:, None] + self._minutes[line.destination, b][None, :] + sailing
            block = np.ix_(a, b)
            better = total < least[block]
            taken[block] = np.where(better, number, taken[block])
            least[block] = np.where(better, total, least[block])
        return taken


def _line(ferry: Ferry, row: dict[str, int]) -> _Line:
    sailings = np.array(ferry.sailings, dtype=np.int64)
    by_arrival = sailings[np.lexsort((-sailings[:, 0], sailings[:, 1]))]
    # Of the sailings that arrive by then, the last to depart; among equals the first to arrive.
    last = np.maximum.accumulate(by_arrival[:, 0])
    first_at = np.searchsorted(last, last, side="left")
    by_departure = sailings[np.lexsort((sailings[:, 1], sailings[:, 0]))][::-1]
    # Of the sailings not yet gone, the first to arrive; among equals the last to depart.
    first = np.minimum.accumulate(by_departure[:, 1])
    fresh = np.r_[True, by_departure[1:, 1] < first[:-1]]
    kept = np.maximum.accumulate(np.where(fresh, np.arange(len(first)), 0))
    return _Line(
        ferry=ferry,
        origin=row[ferry.origin],
        destination=row[ferry.destination],
        arrivals=by_arrival[:, 1],
        last_departure=last,
        its_arrival=by_arrival[first_at, 1],
        departures=by_departure[::-1, 0],
        first_arrival=first[::-1],
        its_departure=by_departure[kept, 0][::-1],
    )
