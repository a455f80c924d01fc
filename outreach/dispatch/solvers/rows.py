"""The rows of the master, and what any trip has in each.

In this order: each visit is served once or left out; for a visit of two, at each start: twice who comes, one who can
lead, one who can be second; an instructor's day; an instructor's week; an instructor's load. Then, in the order in
which they are found broken: *same* (one person is not both of a pair), *points* (moments that two trips of a person
would both lie over, rest included) and *cuts* (half the sum of some of the rows before, rounded down).
"""

from copy import copy
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from outreach.dispatch.problem import Band
from outreach.dispatch.solvers.columns import Columns
from outreach.dispatch.solvers.hours import Rounding
from outreach.dispatch.solvers.legs import Bools, Ints
from outreach.dispatch.solvers.network import Floats, Network
from outreach.dispatch.solvers.prices import Prices

INF = np.inf
# Minutes stand in rows as hours, to keep the figures of a column alike.
HOUR = 60.0
# More than any plan could save by leaving a locked visit out.
MUST = 10_000_000


@dataclass(frozen=True, slots=True)
class Cut:
    """So many times each of these rows, all together divided and rounded down."""

    rows: Ints
    times: Ints
    over: int


@dataclass(frozen=True, slots=True)
class Fixed:
    """Columns that are no trips: a visit left out, a visit of two at a start, a band of overload."""

    cost: Floats
    upper: Floats
    matrix: sp.csr_array


class Rows:
    """See the module. A row is known by its number; `low` and `high` are its bounds."""

    def __init__(self, network: Network) -> None:
        self._net = network
        problem = network.problem
        self.visits, self.people, self.days = len(problem.visits), len(problem.instructors), problem.horizon.days
        crew = np.array([visit.crew for visit in problem.visits], dtype=np.int64)
        self.pairs = np.flatnonzero(crew[network.nodes.visit] > 1)
        self.pair_of = np.full(len(network.nodes), -1, dtype=np.int64)
        self.pair_of[self.pairs] = np.arange(len(self.pairs))
        self.rest = np.array([p.rest_minutes for p in problem.instructors], dtype=np.int64)
        self.bands = sorted((band for band in problem.weights.overload if band.rate), key=lambda band: band.above)
        self.first: dict[str, int] = {}
        self.low, self.high = self._static()
        self.same = np.full((self.people, len(network.nodes)), -1, dtype=np.int64)
        self._same_cell: dict[int, int] = {}
        self.points: list[tuple[int, int, int]] = []
        self.cuts: list[tuple[int, Cut]] = []
        self.roundings: list[tuple[int, Rounding]] = []
        self._fixed = self._fixed_columns()
        self._grown: list[dict[int, float]] = []

    def __len__(self) -> int:
        return len(self.low)

    def twin(self) -> "Rows":
        """Another of the same rows, that grows by itself."""
        _ = self.fixed  # joined now: threads may share what doesn't grow any more
        twin = copy(self)
        twin.low, twin.high, twin.same = self.low.copy(), self.high.copy(), self.same.copy()
        twin._same_cell, twin._grown = self._same_cell.copy(), []
        twin.points, twin.cuts, twin.roundings = self.points.copy(), self.cuts.copy(), self.roundings.copy()
        return twin

    def _static(self) -> tuple[list[float], list[float]]:
        people, pairs = self._net.problem.instructors, len(self.pairs)
        weeks = [cap / HOUR for person in people for cap in person.week_minutes]
        free = self.bands[0].above if self.bands else 0
        loads = [(person.target_minutes + free) / HOUR for person in people]
        blocks: dict[str, tuple[float, list[float]]] = {
            "visit": (1.0, [1.0] * self.visits),
            "crew": (0.0, [0.0] * pairs),
            "lead": (-INF, [0.0] * pairs),
            "second": (-INF, [0.0] * pairs),
            "day": (-INF, [1.0] * (self.people * self.days)),
            "week": (-INF, weeks),
            "load": (-INF, loads if self.bands else [INF] * self.people),
        }
        low: list[float] = []
        high: list[float] = []
        for name, (least, most) in blocks.items():
            self.first[name] = len(low)
            low += [least] * len(most)
            high += most
        self.first["end"] = len(low)
        return low, high

    def busy(self) -> Ints:
        """The rows that bind from the start: visits, who comes in twos, loads. The others only limit, and seldom do."""
        first = self.first
        busy: Ints = np.r_[np.arange(first["lead"]), np.arange(first["load"], first["end"])]
        return busy

    def _fixed_columns(self) -> Fixed:
        problem, net = self._net.problem, self._net
        prior = {net.visit_row[told.visit]: told for told in problem.prior}
        costs: list[float] = []
        upper: list[float] = []
        entries: list[tuple[int, int, float]] = []
        for number, visit in enumerate(problem.visits):
            cost = float(MUST if number in net.locks else visit.penalty)
            if told := prior.get(number):
                cost += told.start_cost + told.person_cost * len(told.instructors)
            entries.append((len(costs), number, 1.0))
            costs.append(cost)
            upper.append(INF)
        for at, node in enumerate(self.pairs.tolist()):
            cost = 0.0
            if told := prior.get(int(net.nodes.visit[node])):
                cost = told.person_cost * len(told.instructors)
                cost += told.start_cost * (int(net.nodes.start[node]) != told.start)
            names = (("visit", 1.0), ("crew", -2.0), ("lead", 1.0), ("second", 1.0))
            rows = {
                name: self.first[name] + (at if name != "visit" else int(net.nodes.visit[node])) for name, _ in names
            }
            entries += [(len(costs), rows[name], value) for name, value in names]
            costs.append(cost)
            upper.append(INF)
        for person in range(self.people):
            for cost, width in _steps(self.bands):
                entries.append((len(costs), self.first["load"] + person, -1.0))
                costs.append(cost)
                upper.append(width)
        column, row, value = zip(*entries, strict=True) if entries else ((), (), ())
        shape = (len(costs), len(self.low))
        matrix = sp.coo_array((np.array(value, dtype=float), (np.array(column), np.array(row))), shape=shape).tocsr()
        return Fixed(np.array(costs, dtype=float), np.array(upper), matrix)

    def over(self, minutes: int) -> Floats:
        """How much of each band of overload, in hours, someone takes who works so many minutes more than agreed."""
        return np.array(
            [
                min(max(0.0, (minutes - band.above) / HOUR), width)
                for band, (_, width) in zip(self.bands, _steps(self.bands), strict=True)
            ]
        )

    # ---- growing ----

    def add_same(self, person: int, node: int) -> None:
        self.same[person, node] = len(self)
        self._same_cell[len(self)] = person * len(self._net.nodes) + node
        self._grow(0.0, {self.visits + int(self.pair_of[node]): -1.0})

    def add_point(self, person: int, moment: int) -> None:
        self.points.append((len(self), person, moment))
        self._grow(1.0, {})

    def add_cut(self, cut: Cut) -> None:
        """Rows that are equal to, or at most, a whole number."""
        known = self._fixed if cut.rows.max() < self._fixed.matrix.shape[1] else self.fixed
        whole = np.floor(known.matrix[:, cut.rows] @ cut.times / cut.over + 1e-9)
        has = np.flatnonzero(whole)
        high = float(np.floor(np.array(self.high)[cut.rows] @ cut.times / cut.over + 1e-9))
        self.cuts.append((len(self), cut))
        self._grow(high, dict(zip(has.tolist(), whole[has].tolist(), strict=True)))

    def add_rounding(self, rounding: Rounding) -> None:
        fixed = {}
        if rounding.week is None:
            at = len(self._fixed.cost) - (self.people - rounding.person) * len(self.bands)
            fixed = {at + band: -HOUR * rounding.per_minute_over for band in range(rounding.band, len(self.bands))}
        self.roundings.append((len(self), rounding))
        self._grow(rounding.high, fixed)

    def _grow(self, high: float, fixed: dict[int, float]) -> None:
        self.low.append(-INF)
        self.high.append(high)
        self._grown.append(fixed)

    @property
    def fixed(self) -> Fixed:
        """Rows that came since it was asked for last are joined to its matrix first, all at once."""
        if self._grown:
            row = np.repeat(np.arange(len(self._grown)), [len(has) for has in self._grown])
            column = np.array([at for has in self._grown for at in has], dtype=np.int64)
            value = np.array([value for has in self._grown for value in has.values()], dtype=float)
            shape = (len(self._fixed.cost), len(self._grown))
            new = sp.coo_array((value, (column, row)), shape=shape)
            matrix = sp.hstack([self._fixed.matrix, new], format="csr")
            self._fixed, self._grown = Fixed(self._fixed.cost, self._fixed.upper, matrix), []
        return self._fixed

    # ---- trips ----

    def matrix(self, columns: Columns) -> sp.csr_array:
        """What each trip has in each row."""
        plain = self._plain(columns)
        if not self.cuts:
            return plain
        number = np.concatenate([np.full(len(cut.rows), at) for at, (_, cut) in enumerate(self.cuts)])
        rows = np.concatenate([cut.rows for _, cut in self.cuts])
        times = np.concatenate([cut.times for _, cut in self.cuts]).astype(float)
        picks = sp.coo_array((times, (rows, number)), shape=(len(self), len(self.cuts))).tocsr()
        sums = (plain @ picks).tocoo()
        over = np.array([cut.over for _, cut in self.cuts])[sums.col]
        at = np.array([row for row, _ in self.cuts], dtype=np.int64)[sums.col]
        return plain + sp.coo_array((np.floor(sums.data / over + 1e-9), (sums.row, at)), shape=plain.shape).tocsr()

    def _plain(self, columns: Columns) -> sp.csr_array:
        net, first = self._net, self.first
        at, depth = np.nonzero(columns.nodes >= 0)
        node, person = columns.nodes[at, depth], columns.person[at]
        pair = self.pair_of[node]
        single, double = np.flatnonzero(pair < 0), np.flatnonzero(pair >= 0)
        parts = [(at[single], net.nodes.visit[node[single]], 1.0), (at[double], first["crew"] + pair[double], 1.0)]
        for name, able in (("lead", net.crew.lead), ("second", net.crew.second)):
            kept = double[able[person[double], node[double]]]
            parts.append((at[kept], first[name] + pair[kept], -1.0))
        same = self.same[person, node]
        parts.append((at[same >= 0], same[same >= 0], 1.0))
        for day in range(self.days):
            kept = np.flatnonzero((columns.first_day <= day) & (day <= columns.last_day))
            parts.append((kept, first["day"] + columns.person[kept] * self.days + day, 1.0))
        where, week = np.nonzero(columns.minutes)
        week_row = first["week"] + columns.person[where] * columns.minutes.shape[1] + week
        parts.append((where, week_row, columns.minutes[where, week] / HOUR))  # type: ignore[arg-type]
        if self.bands:
            hours = columns.minutes.sum(axis=1) / HOUR
            parts.append((np.arange(len(columns)), first["load"] + columns.person, hours))
        for row, who, moment in self.points:
            kept = np.flatnonzero(self.lies_over(columns, who, moment))
            parts.append((kept, np.full(len(kept), row), 1.0))
        for row, rounding in self.roundings:
            kept = np.flatnonzero(columns.person == rounding.person)
            units = rounding.units_of(columns.take(kept))
            parts.append((kept, np.full(len(kept), row), units))  # type: ignore[arg-type]
        column, row_, value = (np.concatenate(part) for part in zip(*map(_spelt, parts), strict=True))
        return sp.coo_array((value, (column, row_)), shape=(len(columns), len(self))).tocsr()

    def lies_over(self, columns: Columns, person: int, moment: int) -> Bools:
        over: Bools = (columns.leave <= moment) & (moment < columns.back + self.rest[columns.person])
        mine: Bools = over & (columns.person == person)
        return mine

    def members(self, row: int) -> tuple[Ints, int]:
        """Which cells (instructor × nodes + node) a row counts, and with what sign; none for days and moments."""
        net, first, size = self._net, self.first, len(self._net.nodes)
        everyone = np.arange(self.people)[:, None] * size
        if row < self.visits:
            alone = (net.nodes.visit == row) & (self.pair_of < 0)  # two are in the row by their start, not by trips
            return (everyone + np.flatnonzero(alone)[None, :]).ravel(), 1
        if row < first["lead"]:
            return (everyone + self.pairs[row - first["crew"]]).ravel(), 1
        for name, able, until in (("lead", net.crew.lead, "second"), ("second", net.crew.second, "day")):
            if first[name] <= row < first[until]:
                node = self.pairs[row - first[name]]
                return np.flatnonzero(able[:, node]) * size + node, -1
        own = [self._same_cell[row]] if row in self._same_cell else []
        return np.array(own, dtype=np.int64), 1

    def day_of(self, row: int) -> tuple[int, int] | None:
        """The instructor and day of a day's row."""
        if not self.first["day"] <= row < self.first["week"]:
            return None
        person, day = divmod(row - self.first["day"], self.days)
        return person, day

    # ---- prices ----

    def left_out(self, duals: Floats) -> Floats:
        """By visit, the reduced cost of leaving it out."""
        fixed = self.fixed
        reduced: Floats = fixed.cost[: self.visits] - fixed.matrix[: self.visits] @ duals[: fixed.matrix.shape[1]]
        return reduced

    def prices(self, duals: Floats) -> Prices:
        """What the rows' duals mean for the pieces of a trip."""
        net, first, pairs = self._net, self.first, self.pairs
        gain = np.repeat(duals[: self.visits][net.nodes.visit][None, :], self.people, axis=0)
        block = {name: duals[first[name] : first[name] + len(pairs)] for name in ("crew", "lead", "second")}
        gain[:, pairs] = block["crew"] - net.crew.lead[:, pairs] * block["lead"]
        gain[:, pairs] -= net.crew.second[:, pairs] * block["second"]
        person, node = np.nonzero(self.same >= 0)
        gain[person, node] += duals[self.same[person, node]]
        day = -duals[first["day"] : first["week"]].reshape(self.people, self.days)
        week = -duals[first["week"] : first["load"]].reshape(self.people, net.problem.horizon.weeks)
        load = -duals[first["load"] : first["end"]]
        minute = (week[:, net.weeks] + load[:, None]) / HOUR
        charges = np.array([max(0.0, -duals[row]) for row, _ in self.cuts])
        rounded = np.array([max(0.0, -duals[row]) for row, _ in self.roundings])
        return Prices(gain, np.maximum(day, 0), np.maximum(minute, 0), self._point_prices(duals), charges, rounded)

    def _point_prices(self, duals: Floats) -> dict[int, tuple[Ints, Floats]]:
        own: dict[int, list[tuple[int, float]]] = {}
        for row, person, moment in self.points:
            if duals[row] < 0:
                own.setdefault(person, []).append((moment, -float(duals[row])))
        return {
            who: (np.array([m for m, _ in sorted(pay)]), np.array([c for _, c in sorted(pay)]))
            for who, pay in own.items()
        }


def _steps(bands: list[Band]) -> list[tuple[float, float]]:
    """Each band's cost and width in hours; rates add up from band to band."""
    rate = 0
    steps: list[tuple[float, float]] = []
    for number, band in enumerate(bands):
        rate += band.rate
        width = (bands[number + 1].above - band.above) / HOUR if number + 1 < len(bands) else INF
        steps.append((rate * HOUR, width))
    return steps


def _spelt(part: tuple[Ints, Ints, float]) -> tuple[Ints, Ints, Floats]:
    column, row, value = part
    return column, row, np.broadcast_to(np.asarray(value, dtype=float), column.shape)
