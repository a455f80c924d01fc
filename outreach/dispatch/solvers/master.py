"""The relaxed master on HiGHS: how much of each known trip to take. Grows by columns and by rows.

Of thousands of rows most never bind: those that only limit (who can lead, days, weeks) sleep until a solution breaks
them.
"""

from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp

from outreach.dispatch.solvers.columns import Columns, Pool
from outreach.dispatch.solvers.legs import Ints
from outreach.dispatch.solvers.network import Floats, Network
from outreach.dispatch.solvers.rows import Rows

TINY = 1e-6


class InfeasibleError(Exception):
    """What is held together cannot be."""


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The value, the duals by row, and how much of each fixed column and of each trip is taken."""

    value: float
    duals: Floats
    fixed: Floats
    trips: Floats


class Master:
    """`rows` says what holds, `pool` has the trips in the order of HiGHS's columns after the fixed ones."""

    def __init__(self, network: Network, rows: Rows | None = None, awake: Ints | None = None) -> None:
        self.network = network
        self.rows = rows or Rows(network)
        self.pool = Pool(network.problem.horizon.weeks)
        self._highs = quiet_highs()
        fixed = self.rows.fixed
        self.size = len(fixed.cost)
        none = np.zeros(0, dtype=np.int32)
        self._highs.addCols(
            self.size, fixed.cost, np.zeros(self.size), fixed.upper, 0, np.zeros(self.size, np.int32), none, np.zeros(0)
        )
        self._matrix = fixed.matrix
        self._awake: Ints = np.zeros(0, dtype=np.int64)
        self._wake(self.rows.busy() if awake is None else awake)

    def twin(self, relaxed: Relaxed, lean: float) -> "Master":
        """Another of the same rows that goes on from this solution by itself, with trips below a reduced cost."""
        trips = self.pool.columns()
        kept = np.flatnonzero(self.reduced(trips, relaxed.duals) < lean)
        twin = Master(self.network, self.rows.twin(), self._awake)
        twin.add(trips.take(kept))
        basis = self.standing()
        status = basis.col_status  # a copy each time that it is asked for
        basis.col_status = [*status[: self.size], *(status[self.size + trip] for trip in kept.tolist())]
        twin._highs.setBasis(basis)
        return twin

    def add(self, columns: Columns) -> int:
        """Add the trips that are new; return how many."""
        fresh = self.pool.add(columns)
        size = len(fresh)
        if size:
            block = self.rows.matrix(fresh)[:, : self._matrix.shape[1]]
            self._matrix = sp.vstack([self._matrix, block], format="csr")
            block = block[:, self._awake]
            index, start = block.indices.astype(np.int32), block.indptr[:-1].astype(np.int32)
            bounds = np.zeros(size), np.full(size, highspy.kHighsInf)
            self._highs.addCols(size, fresh.cost.astype(float), *bounds, block.nnz, start, index, block.data)
        return size

    def refresh(self) -> None:
        """Give HiGHS the rows that were added to `rows` since."""
        known = self._matrix.shape[1]
        if known < len(self.rows):
            trips = self.rows.matrix(self.pool.columns())
            self._matrix = sp.vstack([self.rows.fixed.matrix, trips], format="csr")
            self._wake(np.arange(known, len(self.rows)))

    def _wake(self, rows: Ints) -> None:
        new = self._matrix[:, rows].tocsc()
        low, high = np.array(self.rows.low)[rows], np.array(self.rows.high)[rows]
        index, start = new.indices.astype(np.int32), new.indptr[:-1].astype(np.int32)
        self._highs.addRows(len(rows), low, high, new.nnz, start, index, new.data)
        self._awake = np.r_[self._awake, rows]

    def solve(self) -> Relaxed:
        while True:
            self._run()
            solution = self._highs.getSolution()
            values = np.array(solution.col_value)
            broken = self._broken(values)
            if len(broken) == 0:
                break
            self._wake(broken)
        duals = np.zeros(len(self.rows))
        duals[self._awake] = solution.row_dual
        value = self._highs.getInfo().objective_function_value
        return Relaxed(value, duals, values[: self.size], values[self.size :])

    def _run(self) -> None:
        self._highs.run()
        status = self._highs.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            raise InfeasibleError
        if status != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(f"the master ended as {self._highs.modelStatusToString(status)}")

    def _broken(self, values: Floats) -> Ints:
        """The sleeping rows that these values break."""
        taken = np.flatnonzero(values)
        sums = self._matrix[taken].T @ values[taken]
        over = sums > np.array(self.rows.high[: len(sums)]) + TINY
        over[self._awake] = False
        return np.flatnonzero(over)

    def standing(self) -> highspy.HighsBasis:
        """The basis of the last solution, for `go_back`."""
        basis: highspy.HighsBasis = self._highs.getBasis()
        return basis

    def go_back(self, basis: highspy.HighsBasis) -> None:
        """Solve next from an earlier basis; what came since is out of it, rows slack and columns not taken."""
        kinds = highspy.HighsBasisStatus
        more = self._highs.getNumRow() - len(basis.row_status), self._highs.getNumCol() - len(basis.col_status)
        basis.row_status = [*basis.row_status, *[kinds.kBasic] * more[0]]
        basis.col_status = [*basis.col_status, *[kinds.kLower] * more[1]]
        self._highs.setBasis(basis)

    def hold(self, column: int, value: float) -> None:
        """Take just so much of this column, until it is released."""
        self._highs.changeColBounds(column, value, value)

    def release(self, column: int) -> None:
        self._highs.changeColBounds(column, 0.0, highspy.kHighsInf)

    def reduced(self, columns: Columns, duals: Floats) -> Floats:
        """The true reduced costs of trips."""
        reduced: Floats = columns.cost - self.rows.matrix(columns) @ duals
        return reduced


def quiet_highs(threads: int = 1) -> highspy.Highs:
    highs = highspy.Highs()
    for option, value in (("output_flag", False), ("threads", threads), ("random_seed", 1)):
        highs.setOptionValue(option, value)
    return highs
