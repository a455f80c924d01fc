"""The relaxation of a part of the problem: some people's trips are open, all others stay as they are.

All rows hold here that the whole relaxation came to, cuts too. So a part that no choice could better is known at once,
and of the trips on offer most are too dear by their reduced costs *here*, where they look cheap in the whole.
"""

from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp

from outreach.dispatch.solvers.columns import Columns
from outreach.dispatch.solvers.legs import Bools, Ints
from outreach.dispatch.solvers.master import quiet_highs
from outreach.dispatch.solvers.network import Floats, Network
from outreach.dispatch.solvers.rows import Rows


@dataclass(frozen=True, slots=True)
class Part:
    """What any plan costs at least whose other trips are those that stay.

    `reduced`: the reduced costs of the trips on offer; `taken`: how much of each of the plan's trips is taken here.
    """

    value: float
    reduced: Floats
    taken: Floats


@dataclass(frozen=True, slots=True)
class _Whole:
    """A plan's trips and what each has in each row."""

    trips: Columns
    matrix: sp.csr_array


class Parts:
    """Relaxes parts of a problem, whose trips on offer are some of `columns`."""

    def __init__(self, network: Network, rows: Rows, columns: Columns) -> None:
        self._net, self._rows, self._columns = network, rows, columns
        self._matrix = rows.matrix(columns)
        self._low, self._high = np.array(rows.low), np.array(rows.high)
        self._pairs = slice(rows.visits, rows.visits + len(rows.pairs))
        self._loads = len(rows.fixed.cost) - rows.people * len(rows.bands)
        self._known: _Whole | None = None

    def relax(self, trips: Columns, free: Bools, offered: Ints) -> Part | None:
        """Of a plan's `trips`, those of `free` people are open, and the trips `offered`. None: HiGHS had no answer."""
        rows, whole = self._rows, self._matrix_of(trips)
        open_ = free[trips.person]
        staying, served = trips.take(~open_), self._served(trips.take(~open_))
        fixed = self._fixed(staying, free)
        held = np.asarray(whole[~open_].sum(axis=0)).ravel() + rows.fixed.matrix.T @ fixed
        ours = sp.vstack([whole[open_], self._matrix[offered]], format="csr")
        has = np.diff(ours.tocsc().indptr) > 0
        has[: rows.visits] |= ~served
        loose = np.flatnonzero(self._loose(served, free, has))
        touched = np.flatnonzero(has)
        matrix = sp.vstack([rows.fixed.matrix[loose], ours], format="csr")[:, touched]
        cost = np.r_[rows.fixed.cost[loose], trips.cost[open_], self._columns.cost[offered]]
        upper = np.r_[rows.fixed.upper[loose], np.full(matrix.shape[0] - len(loose), np.inf)]
        low, high = self._low[touched] - held[touched], self._high[touched] - held[touched]
        solved = _solve(cost, upper, low, high, matrix)
        if solved is None:
            return None
        value, reduced, values = solved
        known = float(staying.cost.sum() + rows.fixed.cost @ fixed)
        taken = np.ones(len(trips))
        taken[open_] = values[len(loose) : len(cost) - len(offered)]
        return Part(value + known, reduced[len(cost) - len(offered) :], taken)

    def _matrix_of(self, trips: Columns) -> sp.csr_array:
        if self._known is None or self._known.trips is not trips:
            self._known = _Whole(trips, self._rows.matrix(trips))
        return self._known.matrix

    def _served(self, staying: Columns) -> Bools:
        """The visits that those who stay come to, one of two perhaps alone."""
        served = np.zeros(self._rows.visits, dtype=bool)
        served[self._net.nodes.visit[_nodes_of(staying)]] = True
        return served

    def _fixed(self, staying: Columns, free: Bools) -> Floats:
        """How much of each column that is no trip is taken for good: starts of two, overload."""
        rows, people = self._rows, self._net.problem.instructors
        fixed = np.zeros(len(rows.fixed.cost))
        pair = rows.pair_of[np.unique(_nodes_of(staying))]
        fixed[rows.visits + pair[pair >= 0]] = 1
        if rows.bands:
            minutes = np.bincount(staying.person, staying.minutes.sum(axis=1), rows.people)
            for person in np.flatnonzero(~free & (minutes > 0)).tolist():
                at = self._loads + person * len(rows.bands)
                over = minutes[person] - people[person].target_minutes
                fixed[at : at + len(rows.bands)] = rows.over(over)
        return fixed

    def _loose(self, served: Bools, free: Bools, has: Bools) -> Bools:
        """The columns that are no trip and still open."""
        rows = self._rows
        loose = np.zeros(len(rows.fixed.cost), dtype=bool)
        loose[: rows.visits] = ~served
        loose[self._pairs] = ~served[self._net.nodes.visit[rows.pairs]] & has[rows.first["crew"] :][: len(rows.pairs)]
        loose[self._loads :] = np.repeat(free, len(rows.bands))
        return loose


def _nodes_of(trips: Columns) -> Ints:
    nodes: Ints = trips.nodes[trips.nodes >= 0]
    return nodes


def _solve(
    cost: Floats, upper: Floats, low: Floats, high: Floats, matrix: sp.csr_array
) -> tuple[float, Floats, Floats] | None:
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = matrix.shape
    model.col_cost_, model.col_lower_, model.col_upper_ = cost, np.zeros(len(cost)), upper
    model.row_lower_, model.row_upper_ = low, high
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    highs = quiet_highs()
    highs.passModel(model)
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    solution = highs.getSolution()
    return highs.getInfo().objective_function_value, np.array(solution.col_dual), np.array(solution.col_value)
