"""Choosing among many trips at once on HiGHS: what is left when all hopeless trips are out, rows and cuts included."""

from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp

from outreach.dispatch.solvers.base import Stop
from outreach.dispatch.solvers.columns import Columns
from outreach.dispatch.solvers.legs import Ints
from outreach.dispatch.solvers.master import quiet_highs
from outreach.dispatch.solvers.rows import Rows

# A proof to within this, in units of cost, is one: costs are whole numbers.
WHOLE = 0.99


@dataclass(frozen=True, slots=True)
class Whole:
    """Which trips (None: none found), and what any choice of these trips costs at least."""

    trips: Ints | None
    bound: float


def choose(
    rows: Rows,
    columns: Columns,
    known: Ints,
    *,
    nodes: int | None,
    seed: int,
    should_stop: Stop,
) -> Whole:
    """The cheapest choice of these trips, beginning from the `known` one.

    A row that isn't in `rows` yet (`cuts.add_points`) may be broken by it: its caller looks again.
    """
    highs = quiet_highs()
    highs.passModel(_model(rows, columns))
    options = {"mip_rel_gap": 0.0, "mip_abs_gap": WHOLE, "random_seed": seed}
    for name, value in options.items():
        highs.setOptionValue(name, value)
    if nodes is not None:
        highs.setOptionValue("mip_max_nodes", nodes)
    fixed = len(rows.fixed.cost)
    begin = np.zeros(len(columns))
    begin[known] = 1.0
    highs.setSolution(len(columns), np.arange(fixed, fixed + len(columns), dtype=np.int32), begin)
    highs.cbMipInterrupt.subscribe(lambda event: event.interrupt(should_stop()))
    highs.run()
    info = highs.getInfo()
    status = highs.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return Whole(None, np.inf)
    trips = None
    if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        taken = np.array(highs.getSolution().col_value)[fixed:]
        trips = np.flatnonzero(taken > 0.5)
    return Whole(trips, float(info.mip_dual_bound))


def _model(rows: Rows, columns: Columns) -> highspy.HighsLp:
    matrix = sp.vstack([rows.fixed.matrix, rows.matrix(columns)]).T.tocsc()
    model = highspy.HighsLp()
    fixed, size = len(rows.fixed.cost), len(columns)
    model.num_col_, model.num_row_ = fixed + size, len(rows)
    model.col_cost_ = np.r_[rows.fixed.cost, columns.cost.astype(float)]
    model.col_lower_ = np.zeros(fixed + size)
    model.col_upper_ = np.r_[rows.fixed.upper, np.ones(size)]
    model.row_lower_, model.row_upper_ = np.array(rows.low), np.array(rows.high)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_ = matrix.indptr, matrix.indices
    model.a_matrix_.value_ = matrix.data
    kinds = highspy.HighsVarType
    whole = np.zeros(fixed + size, dtype=bool)
    whole[rows.visits : rows.visits + len(rows.pairs)] = True  # a start for two is kept by both or neither
    whole[fixed:] = True
    model.integrality_ = [kinds.kInteger if yes else kinds.kContinuous for yes in whole.tolist()]
    return model
