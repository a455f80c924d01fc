"""Exact pricing: which trips have a reduced cost below a threshold, and what all others have at least.

All duties are known (`duties`), so a trip of one worked day is priced by addition, every one of them each time. Trips
of several worked days are for `nights`.
"""

from copy import copy

import numpy as np

from outreach.dispatch.solvers.base import Stop, never
from outreach.dispatch.solvers.columns import Columns, join
from outreach.dispatch.solvers.duties import Duties, spread
from outreach.dispatch.solvers.hours import Rounding
from outreach.dispatch.solvers.legs import Ints
from outreach.dispatch.solvers.network import Floats, Network, Options
from outreach.dispatch.solvers.nights import Nights
from outreach.dispatch.solvers.prices import Found, Priced, Prices
from outreach.dispatch.solvers.rows import Cut, Rows

INF = np.inf


class Pricer:
    """Prices all trips of a network, again and again: `price`, then `search`."""

    def __init__(self, network: Network, duties: Duties) -> None:
        self._net, self._duties = network, duties
        people = network.problem.instructors
        self._person, self._day = network.shifts.person, network.shifts.day
        self._hours = np.array([p.max_day_minutes for p in people], dtype=np.int64)[self._person]
        self._rest = np.array([p.rest_minutes for p in people], dtype=np.int64)[self._person]
        self._max_nights = np.array([p.max_nights for p in people], dtype=np.int64)[self._person]
        self._week = network.weeks
        self._gains = self._gain_cells()
        self._one = self._single_trips()
        self._one_shift = duties.shift[self._one[0]]
        self._nights = Nights(network, duties)
        self._cuts: list[tuple[Ints, Floats]] = []
        self._roundings: list[tuple[Ints, Floats, Ints, Floats]] = []
        self._index: tuple[Ints, Ints] | None = None
        self._rows_touched: dict[int, tuple[Ints, int]] = {}
        self._units: Ints = np.zeros(len(duties), dtype=np.int64)

    def twin(self) -> "Pricer":
        """Another for the same cuts, with prices of its own: for another thread."""
        twin = copy(self)
        twin._cuts, twin._roundings = self._cuts.copy(), self._roundings.copy()
        twin._rows_touched, twin._units = {}, np.zeros_like(self._units)
        twin._nights = Nights(self._net, self._duties)
        return twin

    def _gain_cells(self) -> list[Ints]:
        """For each place in a duty, where its gain stands in the flat table; one past the end for padding."""
        people, size = self._person[self._duties.shift], len(self._net.nodes)
        past = len(self._net.problem.instructors) * size
        return [np.where(nodes >= 0, people * size + nodes, past) for nodes in self._duties.nodes.T]

    def _single_trips(self) -> tuple[Ints, Ints, Ints]:
        """Every trip of one worked day: duty, start option, end option."""
        net, duties = self._net, self._duties
        first_cell, last_cell = (
            net.shifts.cell[duties.shift] + duties.first,
            net.shifts.cell[duties.shift] + duties.last,
        )
        cells = np.arange(net.cells + 1)
        starts = np.searchsorted(net.shifts.cell[net.starts.shift] + net.starts.node, cells)
        ends = np.searchsorted(net.shifts.cell[net.ends.shift] + net.ends.node, cells)
        duty, start = spread(starts[first_cell], starts[first_cell + 1])
        row, end = spread(ends[last_cell[duty]], ends[last_cell[duty] + 1])
        duty, start = duty[row], start[row]
        ok = net.ends.near[end] - net.starts.near[start] <= self._hours[duties.shift[duty]]
        ok &= net.ends.day[end] - net.starts.day[start] <= self._max_nights[duties.shift[duty]]
        return duty[ok], start[ok], end[ok]

    def add_cut(self, rows: Rows, cut: Cut) -> None:
        """From now on charge duties for this cut of these rows.

        A duty's units count what the duty alone has in the rows, rounded down, so a trip's can be more than its duties'
        together (another day, a moment): its reduced cost is then no less than what `search` says.
        """
        parts = [self._touched(rows, row) for row in cut.rows.tolist()]
        units = self._units
        for (touched, sign), times in zip(parts, cut.times.tolist(), strict=True):
            units[touched] += sign * times
        some = np.concatenate([touched for touched, _ in parts])
        has = np.unique(some[np.floor_divide(units[some], cut.over) != 0])
        self._cuts.append((has, np.floor_divide(units[has], cut.over)))
        units[some] = 0

    def _touched(self, rows: Rows, row: int) -> tuple[Ints, int]:
        """The duties that a row counts, each once, and with what sign."""
        if row not in self._rows_touched:
            if (on := rows.day_of(row)) is not None:
                self._rows_touched[row] = self._rows_of(self._duties.shift, self._shifts_of(*on)), 1
            else:
                cells, sign = rows.members(row)
                self._rows_touched[row] = self._duties_at(cells), sign
        return self._rows_touched[row]

    def _shifts_of(self, person: int, day: int | None = None) -> Ints:
        return np.flatnonzero((self._person == person) & ((day is None) | (self._day == day)))

    @staticmethod
    def _rows_of(sorted_: Ints, values: Ints) -> Ints:
        """Where these values stand in a sorted list."""
        first, last = np.searchsorted(sorted_, values), np.searchsorted(sorted_, values, side="right")
        return spread(first, last)[1]

    def add_rounding(self, rounding: Rounding) -> None:
        """From now on charge trips for this row of hours: those of one worked day rightly, longer ones no more."""
        net, duties = self._net, self._duties
        shifts = self._shifts_of(rounding.person)
        mine = self._rows_of(self._one_shift, shifts)
        start, end = (part[mine] for part in self._one[1:])
        minutes = net.ends.near[end] - net.starts.near[start]
        if rounding.week is not None:
            minutes = np.where(self._week[self._day[self._one_shift[mine]]] == rounding.week, minutes, 0)
        for extra, day in ((net.starts.extra[start], net.starts.day[start]), (net.ends.extra[end], net.ends.day[end])):
            counts = (self._week[day] == rounding.week) if rounding.week is not None else True
            minutes = minutes + np.where(counts, extra, 0)
        units = rounding.units(minutes, net.starts.day[start], net.ends.day[end])
        part = self._rows_of(duties.shift, shifts)
        day = self._day[duties.shift[part]]
        least = duties.least[part]
        if rounding.week is not None:
            least = np.where(self._week[day] == rounding.week, least, 0)
        self._roundings.append((mine, units, part, rounding.units(least, day, day)))

    def _duties_at(self, cells: Ints) -> Ints:
        """The duties that have a node of these cells, one for each such node."""
        if self._index is None:
            past = len(self._net.problem.instructors) * len(self._net.nodes)
            whole = np.concatenate(self._gains)
            order = np.argsort(whole, kind="stable")
            self._index = order % len(self._duties), np.searchsorted(whole[order], np.arange(past + 1))
        duty, first = self._index
        return duty[spread(first[cells], first[cells + 1])[1]]

    def price(self, prices: Prices) -> None:
        """Take these prices for all that follows."""
        table = np.r_[prices.gain.ravel(), 0.0]
        inner = self._duties.cost.astype(float)
        for cells in self._gains:
            inner -= table[cells]
        for charge, (duty, units) in zip(prices.cuts.tolist(), self._cuts, strict=True):
            if charge:
                inner[duty] += charge * units
        start = self._option_price(prices, self._net.starts, begins=True)
        end = self._option_price(prices, self._net.ends, begins=False)
        self._one_rc = inner[self._one[0]] + start[self._one[1]] + end[self._one[2]]
        for charge, (trip, units, duty, least) in zip(prices.roundings.tolist(), self._roundings, strict=True):
            if charge:
                self._one_rc[trip] += charge * units
                inner[duty] += charge * least
        self._nights.wake(Priced(prices, inner, start, end))

    def _option_price(self, prices: Prices, options: Options, *, begins: bool) -> Floats:
        """Cost and every charge that hangs on the trip's first departure or last arrival alone."""
        person, day = self._person[options.shift], self._day[options.shift]
        away = np.concatenate([np.zeros((len(prices.day), 1)), np.cumsum(prices.day, axis=1)], axis=1)
        sign, moment, edge = -1, options.moment, options.day
        if not begins:
            sign, moment, edge = 1, options.moment + self._rest[options.shift], options.day + 1
        price: Floats = options.cost + prices.minute[person, options.day] * options.extra
        price += sign * (away[person, edge] + prices.minute[person, day] * options.near)
        for number, (moments, charges) in prices.points.items():
            here = person == number
            total = np.r_[0.0, np.cumsum(charges)]
            price[here] += sign * total[np.searchsorted(moments, moment[here], side="left")]
        return price

    def search(self, below: Floats, most: int, *, effort: int, should_stop: Stop = never) -> Found:
        """Trips whose reduced cost is less than `below` of the shift where they first work.

        The `most` cheapest of each, of one worked day and of several. `effort` limits the nights looked at for a shift;
        0 leaves such trips out. See `Found.floor` for what isn't found.
        """
        parts = [self._single(below, most)]
        if effort:
            parts.append(self._nights.search(below, most, effort, should_stop))
        elif self._nights.any:
            parts[0].floor[:] = -INF
        return Found(
            columns=join([part.columns for part in parts], self._net.problem.horizon.weeks),
            reduced=np.concatenate([part.reduced for part in parts]),
            shift=np.concatenate([part.shift for part in parts]),
            floor=np.minimum.reduce([part.floor for part in parts]),
        )

    def _single(self, below: Floats, most: int) -> Found:
        net = self._net
        kept = np.flatnonzero(self._one_rc < below[self._one_shift])
        kept, floor = self._cheapest(kept, below, most)
        duty, start, end = (part[kept] for part in self._one)
        shift = self._one_shift[kept]
        minutes = np.zeros((len(kept), net.problem.horizon.weeks), dtype=np.int64)
        minutes[np.arange(len(kept)), self._week[self._day[shift]]] = net.ends.near[end] - net.starts.near[start]
        cost = self._duties.cost[duty] + net.starts.cost[start] + net.ends.cost[end]
        columns = Columns.of_options(net, start, end, cost, minutes, self._duties.nodes[duty])
        return Found(columns, self._one_rc[kept], shift, floor)

    def _cheapest(self, kept: Ints, below: Floats, most: int) -> tuple[Ints, Floats]:
        """The `most` cheapest of each shift, in order of shifts, and what those left out aren't cheaper than."""
        floor, bounds = below.copy(), np.searchsorted(self._one_shift[kept], np.arange(len(below) + 1))
        parts = [kept[:0]]
        for shift in np.flatnonzero(np.diff(bounds)).tolist():
            own = kept[bounds[shift] : bounds[shift + 1]]
            if len(own) > most:
                own = own[np.argpartition(self._one_rc[own], most - 1)[:most]]
                floor[shift] = self._one_rc[own].max()
            parts.append(own)
        return np.concatenate(parts), floor
