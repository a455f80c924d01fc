"""Trips of several worked days, joined night by night from the duties of each day.

Backwards first: `woken` is the least that waking in a bed can lead to, with hours, rest and repeats left out. Then
forwards, dropping at once what that bound shows to be hopeless; what is left is looked at with every rule.
"""

from dataclasses import dataclass

import numpy as np

from outreach.dispatch.solvers.columns import Columns
from outreach.dispatch.solvers.duties import Duties, spread
from outreach.dispatch.solvers.legs import Bools, Ints
from outreach.dispatch.solvers.network import Floats, Network
from outreach.dispatch.solvers.prices import Found, Priced

INF = np.inf
# More beginnings than this for one shift and night are cut off, whatever was asked: they would fill the memory.
MOST_BEGUN = 50_000


@dataclass(slots=True)
class _Begun:
    """Beginnings of trips, one a row, all in one shift whose duty is the last of `path`.

    `moment` is the departure of that day or, asleep, the arrival at the bed; `paid` the reduced cost so far; `minutes`
    those of days that are over, by week.
    """

    shift: int
    root: Ints
    start: Ints
    path: Ints
    moment: Ints
    paid: Floats
    cost: Ints
    minutes: Ints
    nights: Ints

    def __len__(self) -> int:
        return len(self.root)

    def take(self, index: Ints | Bools) -> "_Begun":
        return _Begun(self.shift, *(getattr(self, name)[index] for name in self.__slots__[1:]))


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
        self._of_shift = np.searchsorted(duties.shift, np.arange(len(shifts) + 1))
        self._first_cell = shifts.cell[duties.shift] + duties.first
        self._last_cell = shifts.cell[duties.shift] + duties.last
        cells = np.arange(network.cells + 1)
        self._of_cell = np.searchsorted(self._first_cell, cells)
        self._starts_at = np.searchsorted(shifts.cell[network.starts.shift] + network.starts.node, cells)
        self._ends_at = np.searchsorted(shifts.cell[network.ends.shift] + network.ends.node, cells)
        self._week = network.weeks
        self._limit, self.whole = MOST_BEGUN, True

    def _next_shifts(self) -> list[list[int]]:
        """For each shift, those of the same source on the next day."""
        own: dict[tuple[int, int], list[int]] = {}
        keys = list(zip(self._net.shifts.source.tolist(), self._net.shifts.day.tolist(), strict=True))
        for shift, key in enumerate(keys):
            own.setdefault(key, []).append(shift)
        return [own.get((source, day + 1), []) for source, day in keys]

    # ---- backwards ----

    def wake(self, priced: Priced) -> None:
        """Take new prices: by shift and bed, the least from waking there on; by duty, from its first visit on."""
        net = self._net
        self._priced = priced
        if not any(self._asleep):
            return
        self._woken = np.full((len(net.shifts), len(net.beds[0].leave)), INF)
        ends = np.full(net.cells, INF)
        np.minimum.at(ends, net.shifts.cell[net.ends.shift] + net.ends.node, priced.end)
        self._on = priced.inner + ends[self._last_cell]
        self._tail = np.full(net.cells, INF)
        for shift in reversed(range(len(net.shifts))):
            if self._asleep[shift]:
                self._offer_beds(shift)
            day = net.shifts.day[shift]
            if day and net.sleeps[net.shifts.person[shift], day - 1]:
                self._from_beds(shift)

    def least(self) -> Floats:
        """For each shift: no trip of several worked days that begins there has a lower reduced cost."""
        net = self._net
        least = np.full(len(net.shifts), INF)
        if not any(self._asleep):
            return least
        starts = np.full(net.cells, INF)
        np.minimum.at(starts, net.shifts.cell[net.starts.shift] + net.starts.node, self._priced.start)
        for shift in np.flatnonzero(self._asleep).tolist():
            own = slice(self._of_shift[shift], self._of_shift[shift + 1])
            total = starts[self._first_cell[own]] + self._priced.inner[own] + self._sleeping(shift, own)
            least[shift] = total.min(initial=INF)
        return least

    def _offer_beds(self, shift: int) -> None:
        own = slice(self._of_shift[shift], self._of_shift[shift + 1])
        self._on[own] = np.minimum(self._on[own], self._priced.inner[own] + self._sleeping(shift, own))

    def _sleeping(self, shift: int, own: slice) -> Floats:
        """For each duty of a shift: the least from going to bed after it on."""
        last = self._duties.last[own]
        ok, price = self._out(shift, last)
        following: Floats = np.minimum.reduce([self._woken[after] for after in self._after[shift]])
        return np.where(ok, price + following[np.maximum(self._net.bed[last], 0)], INF)

    def _from_beds(self, shift: int) -> None:
        own = slice(self._of_shift[shift], self._of_shift[shift + 1])
        np.minimum.at(self._tail, self._first_cell[own], self._on[own])
        ok, _, price = self._in(shift, slice(None))
        here, cell = self._net.of_day(int(self._net.shifts.day[shift])), self._net.shifts.cell[shift]
        total = price + self._tail[cell + here.start : cell + here.stop][None, :]
        self._woken[shift] = np.where(ok, total, INF).min(axis=1, initial=INF)

    def _out(self, shift: int, node: Ints) -> tuple[Bools, Floats]:
        """Whether one can go to bed after these nodes, and at what price: road, night, minutes since midnight."""
        beds = self._net.beds[self._net.shifts.way[shift]]
        ok = beds.out_ok[node] & (beds.back[node] <= self._net.shifts.end[shift])
        return ok, beds.out_cost[node] + self._minute(shift) * beds.back[node] + self._net.problem.weights.night

    def _in(self, shift: int, bed: Ints | slice) -> tuple[Bools, Ints, Floats]:
        """From beds to each node of the shift's day: whether it can be, the departure, the price."""
        beds, here = self._net.beds[self._net.shifts.way[shift]], self._net.of_day(int(self._net.shifts.day[shift]))
        leave = beds.leave[bed, here]
        ok = beds.in_ok[bed, here] & (leave >= self._net.shifts.start[shift])
        return ok, leave, beds.in_cost[bed, here] - self._minute(shift) * leave

    def _minute(self, shift: int) -> float:
        return float(self._priced.prices.minute[self._net.shifts.person[shift], self._net.shifts.day[shift]])

    # ---- forwards ----

    def search(self, below: Floats, most: int | None = None) -> list[Found]:
        """Trips whose reduced cost is less than `below` of the shift where they first work.

        All of them, unless `most` limits the beginnings that are looked at each night; `whole` says whether it did.
        """
        self._limit, self.whole = MOST_BEGUN if most is None else most, True
        found, asleep = [], [self._first_night(int(shift), below) for shift in np.flatnonzero(self._asleep)]
        while asleep:
            night = asleep.pop()
            for after in self._after[night.shift] if len(night) else []:
                day = self._morning(night, after, below)
                found.append(self._home(day, below))
                if self._asleep[after]:
                    asleep.append(self._to_bed(day, below))
        return found

    def _first_night(self, shift: int, below: Floats) -> _Begun:
        net = self._net
        duty = np.arange(self._of_shift[shift], self._of_shift[shift + 1])
        cell = self._first_cell[duty]
        row, start = spread(self._starts_at[cell], self._starts_at[cell + 1])
        duty = duty[row]
        begun = _Begun(
            shift=shift,
            root=np.full(len(duty), shift, dtype=np.int64),
            start=start,
            path=duty[:, None],
            moment=net.starts.near[start],
            paid=self._priced.start[start] + self._priced.inner[duty],
            cost=net.starts.cost[start] + self._duties.cost[duty],
            minutes=np.zeros((len(duty), net.problem.horizon.weeks), dtype=np.int64),
            nights=net.shifts.day[shift] - net.starts.day[start],
        )
        return self._to_bed(begun, below)

    def _to_bed(self, day: _Begun, below: Floats) -> _Begun:
        net, shift = self._net, day.shift
        duty = day.path[:, -1]
        last = self._duties.last[duty]
        ok, price = self._out(shift, last)
        following = np.minimum.reduce([self._woken[after] for after in self._after[shift]])[
            np.maximum(net.bed[last], 0)
        ]
        beds = net.beds[net.shifts.way[shift]]
        length = beds.back[last] - day.moment
        ok &= (length <= self._hours[shift]) & (day.nights < self._most[shift])
        estimate = day.paid + price + following
        kept = self._best(np.flatnonzero(ok & (estimate < below[day.root])), estimate)
        night, last, length = day.take(kept), last[kept], length[kept]
        night.paid = night.paid + price[kept]
        night.cost = night.cost + beds.out_cost[last] + net.problem.weights.night
        night.moment = beds.back[last]
        night.nights = night.nights + 1
        night.minutes[:, self._week[net.shifts.day[shift]]] += length
        return night

    def _morning(self, night: _Begun, shift: int, below: Floats) -> _Begun:
        """On to every duty of the shift that one can wake up for."""
        net = self._net
        here, cell = net.of_day(int(net.shifts.day[shift])), net.shifts.cell[shift]
        bed = net.bed[self._duties.last[night.path[:, -1]]]
        ok, leave, price = self._in(shift, bed)
        ok &= leave - night.moment[:, None] >= self._rest[shift]
        tail = self._tail[cell + here.start : cell + here.stop]
        ok &= night.paid[:, None] + price + tail[None, :] < below[night.root][:, None]
        row, at = np.nonzero(ok)
        first = cell + here.start + at
        which, duty = spread(self._of_cell[first], self._of_cell[first + 1])
        row, at = row[which], at[which]
        paid = night.paid[row] + price[row, at]
        estimate = paid + self._on[duty]
        kept = self._best(np.flatnonzero(estimate < below[night.root[row]]), estimate)
        kept = kept[self._new(night.path[row[kept]], duty[kept])]
        row, at, duty, paid = row[kept], at[kept], duty[kept], paid[kept]
        day = night.take(row)
        day.shift = shift
        day.path = np.concatenate([day.path, duty[:, None]], axis=1)
        day.moment = leave[row, at]
        day.paid = paid + self._priced.inner[duty]
        road = net.beds[net.shifts.way[shift]].in_cost[bed[row], here.start + at]
        day.cost = day.cost + road + self._duties.cost[duty]
        return day

    def _best(self, rows: Ints, estimate: Floats) -> Ints:
        if len(rows) <= self._limit:
            return rows
        self.whole = False
        return np.sort(rows[np.argpartition(estimate[rows], self._limit)[: self._limit]])

    def _new(self, path: Ints, duty: Ints) -> Bools:
        """Where a duty has no visit of the duties before it."""
        visit = np.r_[self._net.nodes.visit, -1]
        ours = visit[self._duties.nodes[duty]]
        ok = np.ones(len(duty), dtype=bool)
        for before in path.T:
            theirs = visit[self._duties.nodes[before]]
            same = (ours[:, :, None] == theirs[:, None, :]) & (ours[:, :, None] >= 0)
            ok &= ~same.any(axis=(1, 2))
        return ok

    def _home(self, day: _Begun, below: Floats) -> Found:
        net, shift = self._net, day.shift
        cell = self._last_cell[day.path[:, -1]]
        row, end = spread(self._ends_at[cell], self._ends_at[cell + 1])
        reduced = day.paid[row] + self._priced.end[end]
        length = net.ends.near[end] - day.moment[row]
        nights = day.nights[row] + net.ends.day[end] - net.shifts.day[shift]
        ok = (reduced < below[day.root[row]]) & (length <= self._hours[shift]) & (nights <= self._most[shift])
        row, end, reduced, length = row[ok], end[ok], reduced[ok], length[ok]
        minutes = day.minutes[row]
        minutes[:, self._week[net.shifts.day[shift]]] += length
        nodes = np.concatenate([self._duties.nodes[duty] for duty in day.path[row].T], axis=1)
        cost = day.cost[row] + net.ends.cost[end]
        columns = Columns.of_options(net, day.start[row], end, cost, minutes, _packed(nodes))
        return Found(columns, reduced, day.root[row])


def _packed(nodes: Ints) -> Ints:
    """Padding moved to the right."""
    order = np.argsort(nodes < 0, axis=1, kind="stable")
    packed: Ints = np.take_along_axis(nodes, order, axis=1)
    return packed
