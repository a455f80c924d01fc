"""Trips of several worked days, joined night by night from the duties of each day.

Here is what stays whatever the prices, and what becomes of the trips found; `nightly` and `joining` search.
"""

import numpy as np

from outreach.dispatch.solvers.base import Stop
from outreach.dispatch.solvers.columns import Columns, empty
from outreach.dispatch.solvers.duties import Duties
from outreach.dispatch.solvers.joining import join_source
from outreach.dispatch.solvers.legs import Ints
from outreach.dispatch.solvers.network import Floats, Network
from outreach.dispatch.solvers.nightly import Ways, Worth, look_ahead
from outreach.dispatch.solvers.prices import Found, Priced

INF = np.inf


class Nights:
    """See the module. `wake` takes new prices, `search` answers."""

    def __init__(self, network: Network, duties: Duties) -> None:
        self._net, self._duties = network, duties
        people, shifts = network.problem.instructors, network.shifts
        self._hours = [people[person].max_day_minutes for person in shifts.person]
        self._rest = [people[person].rest_minutes for person in shifts.person]
        self._most = [people[person].max_nights for person in shifts.person]
        self._after = self._next_shifts()
        self._asleep = [
            bool(network.sleeps[shifts.person[s], shifts.day[s]]) and bool(self._after[s]) for s in range(len(shifts))
        ]
        self.any = any(self._asleep)
        self._of_shift = np.searchsorted(duties.shift, np.arange(len(shifts) + 1))
        self._first_cell = shifts.cell[duties.shift] + duties.first
        self._last_cell = shifts.cell[duties.shift] + duties.last
        cells = np.arange(network.cells + 1)
        self._of_cell = np.searchsorted(self._first_cell, cells)
        self._starts_at = np.searchsorted(shifts.cell[network.starts.shift] + network.starts.node, cells)
        self._ends_at = np.searchsorted(shifts.cell[network.ends.shift] + network.ends.node, cells)
        self._week = network.weeks
        self._ways = self._what_stays()
        self._sources = self._away_sources()
        # Room for the search to work in.
        size = (max((most for most, asleep in zip(self._most, self._asleep, strict=True) if asleep), default=0) + 1,)
        self._room = (
            np.empty((*size, network.cells)),
            np.empty((*size, len(duties))),
            np.empty((*size, len(duties))),
            np.empty((*size, len(duties)), dtype=np.int64),
            np.empty((*size, *duties.nodes.shape)),
        )

    def _what_stays(self) -> Ways:
        net, duties, shifts = self._net, self._duties, self._net.shifts
        beds, day = net.beds, shifts.day
        return Ways(
            shift=duties.shift,
            of_shift=self._of_shift,
            of_cell=self._of_cell,
            visits=np.r_[net.nodes.visit, -1][duties.nodes],
            first=np.ascontiguousarray(duties.first),  # of one shape always: each other one is compiled anew
            last=duties.last,
            cell=shifts.cell,
            day=day,
            day_first=net.nodes.bounds[day],
            day_last=net.nodes.bounds[day + 1],
            opens=shifts.start,
            closes=shifts.end,
            way=shifts.way,
            hours=np.array(self._hours, dtype=np.int64),
            rest=np.array(self._rest, dtype=np.int64),
            nights=np.array(self._most, dtype=np.int64),
            asleep=np.array(self._asleep, dtype=bool),
            bed=net.bed,
            starts_at=self._starts_at,
            start_near=net.starts.near,
            start_day=net.starts.day,
            ends_at=self._ends_at,
            end_near=net.ends.near,
            end_day=net.ends.day,
            out_ok=np.stack([way.out_ok for way in beds]),
            back=np.stack([way.back for way in beds]),
            out_cost=np.stack([way.out_cost for way in beds]),
            in_ok=np.stack([way.in_ok for way in beds]),
            leave=np.stack([way.leave for way in beds]),
            in_cost=np.stack([way.in_cost for way in beds]),
            night=net.problem.weights.night,
        )

    def _away_sources(self) -> list[Ints]:
        """The shifts of each source that may spend a night away, by day."""
        asleep = np.array(self._asleep, dtype=bool)
        away = np.unique(self._net.shifts.source[asleep])
        return [np.flatnonzero(self._net.shifts.source == source) for source in away.tolist()]

    def _next_shifts(self) -> list[list[int]]:
        """For each shift, those of the same source on the next day."""
        own: dict[tuple[int, int], list[int]] = {}
        keys = list(zip(self._net.shifts.source.tolist(), self._net.shifts.day.tolist(), strict=True))
        for shift, key in enumerate(keys):
            own.setdefault(key, []).append(shift)
        return [own.get((source, day + 1), []) for source, day in keys]

    def wake(self, priced: Priced) -> None:
        """Take new prices."""
        net = self._net
        if not self.any:
            return
        start_least, end_least = np.full(net.cells, INF), np.full(net.cells, INF)
        np.minimum.at(start_least, net.shifts.cell[net.starts.shift] + net.starts.node, priced.start)
        np.minimum.at(end_least, net.shifts.cell[net.ends.shift] + net.ends.node, priced.end)
        minute = priced.prices.minute[net.shifts.person, net.shifts.day]
        self._worth = Worth(priced.inner, priced.start, priced.end, minute, start_least, end_least)

    def search(self, below: Floats, most: int, effort: int, should_stop: Stop) -> Found:
        """The `most` cheapest trips whose reduced cost is less than `below` of the shift where they first work.

        Where that leaves some out, `floor` says what none of these is cheaper than; where `effort` next days looked
        at for a shift weren't enough, roughly.
        """
        weeks = self._net.problem.horizon.weeks
        floor, parts = below.copy(), []
        for shifts in self._sources:
            if should_stop():
                floor[shifts] = -INF
                continue
            ahead = look_ahead(  # type: ignore[no-untyped-call]
                self._ways, self._worth, shifts, below[shifts].max(), self._room
            )
            counts, floor[shifts], *found = join_source(  # type: ignore[no-untyped-call]
                self._ways, self._worth, shifts, below[shifts], most, effort, *ahead
            )
            if len(found[0]):
                parts.append((np.repeat(shifts, counts), *found))
        if not parts:
            return Found(empty(weeks), np.zeros(0), np.zeros(0, dtype=np.int64), floor)
        longest = max(part[4].shape[1] for part in parts)
        root, reduced, start, end = (np.concatenate([part[at] for part in parts]) for at in range(4))
        padded = [np.pad(p[4], ((0, 0), (0, longest - p[4].shape[1])), constant_values=-1) for p in parts]
        return Found(self._columns(start, end, np.concatenate(padded)), reduced, root, floor)

    def _columns(self, start: Ints, end: Ints, path: Ints) -> Columns:
        """Trips by their options and duties, `path` padded with -1."""
        net, duties = self._net, self._duties
        cost = net.starts.cost[start] + net.ends.cost[end] + duties.cost[path[:, 0]]
        minutes = np.zeros((len(start), net.problem.horizon.weeks), dtype=np.int64)
        leave = net.starts.near[start].copy()
        for depth in range(1, path.shape[1]):
            rows = np.flatnonzero(path[:, depth] >= 0)
            before, duty = path[rows, depth - 1], path[rows, depth]
            last, first = duties.last[before], duties.first[duty]
            way, bed = net.shifts.way[duties.shift[before]], net.bed[last]
            self._spend(minutes, rows, before, self._ways.back[way, last] - leave[rows])
            leave[rows] = self._ways.leave[way, bed, first]
            road = self._ways.out_cost[way, last] + self._ways.in_cost[way, bed, first]
            cost[rows] += road + duties.cost[duty] + net.problem.weights.night
        final = path[np.arange(len(path)), (path >= 0).sum(axis=1) - 1]
        self._spend(minutes, np.arange(len(path)), final, net.ends.near[end] - leave)
        known = np.concatenate([duties.nodes, np.full((1, duties.nodes.shape[1]), -1)])
        nodes = np.concatenate([known[duty] for duty in path.T], axis=1)
        return Columns.of_options(net, start, end, cost, minutes, _packed(nodes))

    def _spend(self, minutes: Ints, rows: Ints, duty: Ints, spent: Ints) -> None:
        """Count the minutes of one day of each trip to its week."""
        np.add.at(minutes, (rows, self._week[self._net.shifts.day[self._duties.shift[duty]]]), spent)


def _packed(nodes: Ints) -> Ints:
    """Padding moved to the right."""
    order = np.argsort(nodes < 0, axis=1, kind="stable")
    packed: Ints = np.take_along_axis(nodes, order, axis=1)
    return packed
