"""Branch and bound over a list of trips, best bound first: who goes where before by which trip.

Trips are the wrong thing to decide on: that one of thousands isn't taken says next to nothing. Which visit is left out,
which start two people take, who comes to a visit and when, says much, and strong branching (both answers to each of
some likely questions are solved for) finds the one that says most.
"""

import heapq
from dataclasses import dataclass, field
from typing import Protocol

import highspy
import numpy as np
import scipy.sparse as sp

from outreach.dispatch.solvers.columns import Columns
from outreach.dispatch.solvers.legs import Ints
from outreach.dispatch.solvers.master import quiet_highs
from outreach.dispatch.solvers.network import Floats, Network
from outreach.dispatch.solvers.plans import DUST
from outreach.dispatch.solvers.rows import Rows

TINY = 1e-5
# How many questions are tried before one is put; how often one is tried before its past is trusted.
TRIED, TRUSTED = 6, 4
# So many nodes by bound, then so many straight down.
STRETCH = 15


class Asker(Protocol):
    """Who wants to know. `found` says whether a whole choice keeps all rules; `heard` takes what any costs at least."""

    def cutoff(self) -> int: ...
    def found(self, trips: Ints) -> bool: ...
    def heard(self, bound: float) -> None: ...
    def should_stop(self) -> bool: ...


@dataclass(order=True, slots=True)
class _Node:
    """What holds here, by column of the model, and where to solve on from. Ordered by bound."""

    bound: float
    number: int
    held: dict[int, float] = field(compare=False)
    basis: highspy.HighsBasis | None = field(compare=False)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a question comes to if the answer is no (0) or yes (1)."""

    value: float
    basis: highspy.HighsBasis | None


class Tree:
    """Columns of the model: those of `rows.fixed`, the trips, and one for each question of who or when."""

    def __init__(self, network: Network, rows: Rows, columns: Columns) -> None:
        questions = _questions(network, columns)
        self._trips = slice(len(rows.fixed.cost), len(rows.fixed.cost) + len(columns))
        self._model = _model(rows, columns, questions)
        whole = np.arange(rows.visits + len(rows.pairs))  # left out; a start for two
        self._asked = np.r_[whole, self._trips.stop + np.arange(questions.shape[0])]
        self._highs = quiet_highs()
        self._highs.passModel(self._model)
        self._upper = np.array(self._model.col_upper_)
        self._held: dict[int, float] = {}
        self._gains: dict[int, tuple[float, float, int]] = {}
        self._open = [_Node(-np.inf, 0, {}, None)]
        self._count, self._done = 1, 0
        self._stuck = np.inf

    def grow(self, asker: Asker, nodes: int | None) -> None:
        """Until every plan of these trips is known to cost the cutoff or more, or `nodes` are done."""
        while self._open and not asker.should_stop() and (nodes is None or self._done < nodes):
            self._branch(self._next(), asker)
            self._done += 1
            asker.heard(min([self._stuck, float(asker.cutoff()), *(node.bound for node in self._open)]))

    def _next(self) -> _Node:
        """The node of the least bound; now and then straight down instead, to come by a whole choice."""
        if self._done // STRETCH % 2 == 0:
            return heapq.heappop(self._open)
        deepest = max(self._open, key=lambda node: (len(node.held), -node.bound, -node.number))
        self._open.remove(deepest)
        heapq.heapify(self._open)
        return deepest

    def _branch(self, node: _Node, asker: Asker) -> None:
        self._hold(node.held)
        if node.basis is not None:
            self._highs.setBasis(node.basis)
        value, taken = self._solve()
        if _hopeless(value, asker.cutoff()):
            return
        node = _Node(max(value, node.bound), node.number, node.held, self._highs.getBasis())
        likely = self._likely(taken)
        if likely:
            self._ask(node, taken, likely, asker)
        elif not asker.found(np.flatnonzero(taken[self._trips] > 0.5)):
            self._stuck = min(self._stuck, node.bound)

    def _ask(self, node: _Node, taken: Floats, likely: list[int], asker: Asker) -> None:
        column, answers = self._best_question(node, taken, likely, asker)
        if column < 0:  # stopped on the way
            heapq.heappush(self._open, node)
            return
        for yes, answer in enumerate(answers):
            if not _hopeless(answer.value, asker.cutoff()):
                held = {**node.held, column: float(yes)}
                heapq.heappush(self._open, _Node(max(node.bound, answer.value), self._count, held, answer.basis))
                self._count += 1

    def _best_question(
        self, node: _Node, taken: Floats, likely: list[int], asker: Asker
    ) -> tuple[int, tuple[_Answer, ...]]:
        """The one whose both answers raise the bound most. Its column is -1 if there was no time to try any."""
        best, column = -1.0, -1
        answers: tuple[_Answer, ...] = ()
        for asked in likely:
            if asker.should_stop():
                break
            both = tuple(self._try(asked, answer, node.basis) for answer in (0.0, 1.0))
            gains = [max(0.0, min(answer.value, asker.cutoff()) - node.bound) for answer in both]
            self._remember(asked, float(taken[asked]), gains)
            worth = max(gains[0], 0.01) * max(gains[1], 0.01)
            if worth > best:
                best, column, answers = worth, asked, both
        return column, answers

    def _try(self, column: int, answer: float, basis: highspy.HighsBasis | None) -> _Answer:
        self._highs.changeColBounds(column, answer, answer)
        value, _ = self._solve()
        solved = self._highs.getBasis() if np.isfinite(value) else None
        self._highs.changeColBounds(column, 0.0, self._upper[column])
        if basis is not None:
            self._highs.setBasis(basis)
        return _Answer(value, solved)

    def _remember(self, column: int, part: float, gains: list[float]) -> None:
        no, yes, times = self._gains.get(column, (0.0, 0.0, 0))
        part = min(max(part, 0.01), 0.99)
        self._gains[column] = no + gains[0] / part, yes + gains[1] / (1.0 - part), times + 1

    def _likely(self, taken: Floats) -> list[int]:
        """Questions that are open here, the likeliest to say much first: the few whose past is known, then others."""
        part = taken[self._asked]
        open_ = self._asked[np.abs(part - np.round(part)) > TINY]
        if len(open_) == 0:
            part = taken[self._trips]
            trips = np.flatnonzero(np.abs(part - np.round(part)) > TINY)
            return [self._trips.start + int(trips[np.argmin(np.abs(part[trips] - 0.5))])] if len(trips) else []
        ranked = sorted(open_.tolist(), key=lambda column: self._hope(column, float(taken[column]) % 1.0), reverse=True)
        trusted = [column for column in ranked if self._times(column) >= TRUSTED]
        others = [column for column in ranked if self._times(column) < TRUSTED]
        return trusted[:2] + others[:TRIED]

    def _times(self, column: int) -> int:
        return self._gains[column][2] if column in self._gains else 0

    def _hope(self, column: int, part: float) -> float:
        """What a question is likely to be worth; one never tried goes before all that were."""
        if column not in self._gains:
            return 1e12 * min(part, 1.0 - part)
        no, yes, times = self._gains[column]
        return max(no / times * part, 1e-3) * max(yes / times * (1.0 - part), 1e-3)

    def _hold(self, held: dict[int, float]) -> None:
        for column in [column for column in self._held if column not in held]:
            self._highs.changeColBounds(column, 0.0, self._upper[column])
        for column, value in held.items():
            self._highs.changeColBounds(column, value, value)
        self._held = held

    def _solve(self) -> tuple[float, Floats]:
        """The relaxed value, infinite if nothing is possible."""
        kinds = highspy.HighsModelStatus
        self._highs.run()
        if self._highs.getModelStatus() not in (kinds.kOptimal, kinds.kInfeasible):
            self._highs.clearSolver()  # from the start, if a basis was too bad to go on from
            self._highs.run()
        status = self._highs.getModelStatus()
        if status == kinds.kInfeasible:
            return np.inf, np.zeros(0)
        if status != kinds.kOptimal:
            raise RuntimeError(f"a node ended as {self._highs.modelStatusToString(status)}")
        return self._highs.getInfo().objective_function_value, np.array(self._highs.getSolution().col_value)


def _hopeless(value: float, cutoff: int) -> bool:
    """Whether no plan of at least this cost, a whole number, is cheaper than `cutoff`."""
    return value - DUST > cutoff - 1


def _questions(network: Network, columns: Columns) -> sp.csr_array:
    """By question, the trips that say yes: this person comes to this visit; a visit of one begins just then."""
    trip, depth = np.nonzero(columns.nodes >= 0)
    node = columns.nodes[trip, depth]
    visit, size = network.nodes.visit[node], len(network.problem.instructors)
    alone = np.flatnonzero(np.array([v.crew for v in network.problem.visits])[visit] == 1)
    who = visit * size + columns.person[trip]
    when = len(network.problem.visits) * size + node[alone]
    _, question = np.unique(np.r_[who, when], return_inverse=True)
    trip = np.r_[trip, trip[alone]]
    shape = (int(question.max(initial=-1)) + 1, len(columns))
    asked = sp.coo_array((np.ones(len(trip)), (question, trip)), shape=shape).tocsr()
    several: sp.csr_array = asked[np.diff(asked.indptr) > 1]
    return several


def _model(rows: Rows, columns: Columns, questions: sp.csr_array) -> highspy.HighsLp:
    fixed, size, more = len(rows.fixed.cost), len(columns), questions.shape[0]
    known = sp.vstack([rows.fixed.matrix, rows.matrix(columns)]).T.tocsc()
    asked = sp.hstack([sp.csr_array((more, fixed)), questions])
    matrix = sp.block_array([[known, None], [asked, -sp.eye_array(more)]], format="csc")
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = fixed + size + more, len(rows) + more
    model.col_cost_ = np.r_[rows.fixed.cost, columns.cost.astype(float), np.zeros(more)]
    model.col_lower_ = np.zeros(fixed + size + more)
    whole = np.r_[np.ones(rows.visits + len(rows.pairs)), rows.fixed.upper[rows.visits + len(rows.pairs) :]]
    model.col_upper_ = np.r_[whole, np.ones(size + more)]
    model.row_lower_ = np.r_[np.array(rows.low), np.zeros(more)]
    model.row_upper_ = np.r_[np.array(rows.high), np.zeros(more)]
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_ = matrix.indptr, matrix.indices
    model.a_matrix_.value_ = matrix.data
    return model
