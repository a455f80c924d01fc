"""Single trips of one worked day, made one by one: for solvers that build a plan step by step."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from outreach.dispatch.solvers.columns import NONE, Columns, empty
from outreach.dispatch.solvers.legs import Ints
from outreach.dispatch.solvers.network import Links, Network, Options


@dataclass(frozen=True, slots=True)
class DayTrip:
    """A trip that works on one day. `minutes` is by week, `duty` those of that day; `options` start and end it."""

    person: int
    nodes: tuple[int, ...]
    cost: int
    days: range
    leave: int
    back: int
    minutes: tuple[int, ...]
    duty: int
    options: tuple[int, int]


class TripMaker:
    """Makes trips of a network. `own` is what an instructor's coming to a node costs by itself.

    One trip at a time, plain lists are several times faster than arrays.
    """

    def __init__(self, network: Network, own: Ints) -> None:
        self._net, self._people = network, network.problem.instructors
        self._own: list[list[int]] = own.tolist()
        self._may: list[list[bool]] = network.crew.may.tolist()
        self._links = [_by_ends(links) for links in network.links]
        shifts, cells = network.shifts, np.arange(network.cells + 1)
        self._shifts: dict[tuple[int, int], list[tuple[int, int, int, int]]] = {}
        columns = (shifts.person, shifts.day, shifts.way, shifts.end, shifts.cell)
        for shift, (person, day, *rest) in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
            self._shifts.setdefault((person, day), []).append((shift, *rest))
        self._starts_at = np.searchsorted(shifts.cell[network.starts.shift] + network.starts.node, cells).tolist()
        self._ends_at = np.searchsorted(shifts.cell[network.ends.shift] + network.ends.node, cells).tolist()
        self._starts, self._ends = _rows(network.starts), _rows(network.ends)
        self._day, self._end = network.nodes.day.tolist(), network.nodes.end.tolist()
        self._sessions, self._weeks = network.nodes.sessions.tolist(), network.weeks.tolist()

    def make(self, person: int, nodes: tuple[int, ...]) -> list[DayTrip]:
        """Every trip of this instructor to these nodes of one day, in their order, cheapest first."""
        may = self._may[person]
        if not all(may[node] for node in nodes):
            return []
        if sum(self._sessions[node] for node in nodes) > self._people[person].max_day_sessions:
            return []
        shifts = self._shifts.get((person, self._day[nodes[0]]), [])
        found = [trip for shift in shifts for trip in self._in_shift(shift, person, nodes)]
        return sorted(found, key=lambda trip: (trip.cost, trip.leave, trip.back)) if len(found) > 1 else found

    def _in_shift(self, shift: tuple[int, int, int, int], person: int, nodes: tuple[int, ...]) -> list[DayTrip]:
        _, way, until, cell = shift
        if self._end[nodes[-1]] > until:
            return []
        inner = sum(self._own[person][node] for node in nodes)
        links = self._links[way]
        for pair in pairwise(nodes):
            cost = links.get(pair)
            if cost is None:
                return []
            inner += cost
        first, last = cell + nodes[0], cell + nodes[-1]
        return [
            trip
            for start in range(self._starts_at[first], self._starts_at[first + 1])
            for end in range(self._ends_at[last], self._ends_at[last + 1])
            if (trip := self._trip(person, nodes, inner, start, end))
        ]

    def _trip(self, person: int, nodes: tuple[int, ...], inner: int, start: int, end: int) -> DayTrip | None:
        limits = self._people[person]
        out_cost, leave, first, departure, eve = self._starts[start]
        back_cost, back, last, arrival, morrow = self._ends[end]
        length = arrival - departure
        if length > limits.max_day_minutes or last - first > limits.max_nights:
            return None
        minutes = [0] * self._net.problem.horizon.weeks
        for day, spent in ((self._day[nodes[0]], length), (first, eve), (last, morrow)):
            minutes[self._weeks[day]] += spent
        cost, days = inner + out_cost + back_cost, range(first, last + 1)
        return DayTrip(person, nodes, cost, days, leave, back, tuple(minutes), length, (start, end))

    def columns(self, trips: list[DayTrip]) -> Columns:
        """The same trips as columns."""
        weeks = self._net.problem.horizon.weeks
        if not trips:
            return empty(weeks)
        width = max(len(trip.nodes) for trip in trips)
        nodes = np.array([[*trip.nodes, *[NONE] * (width - len(trip.nodes))] for trip in trips], dtype=np.int64)
        minutes = np.zeros((len(trips), weeks), dtype=np.int64)
        day = self._net.nodes.day[nodes[:, 0]]
        minutes[np.arange(len(trips)), self._net.weeks[day]] = [trip.duty for trip in trips]
        start, end = (np.array(part, dtype=np.int64) for part in zip(*(trip.options for trip in trips), strict=True))
        cost = np.array([trip.cost for trip in trips], dtype=np.int64)
        return Columns.of_options(self._net, start, end, cost, minutes, nodes)


def _by_ends(links: Links) -> dict[tuple[int, int], int]:
    """The cost from node to node, where one can follow the other."""
    origin = np.repeat(np.arange(len(links.first) - 1), np.diff(links.first))
    return dict(zip(zip(origin.tolist(), links.node.tolist(), strict=True), links.cost.tolist(), strict=True))


def _rows(options: Options) -> list[tuple[int, int, int, int, int]]:
    columns = (options.cost, options.moment, options.day, options.near, options.extra)
    return list(zip(*(column.tolist() for column in columns), strict=True))
