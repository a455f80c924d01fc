"""Choosing whole trips from a list: one small or middling integer programme, on CP-SAT."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from outreach.dispatch.solvers.base import Stop, never
from outreach.dispatch.solvers.columns import Columns
from outreach.dispatch.solvers.legs import Bools, Ints
from outreach.dispatch.solvers.network import Network
from outreach.dispatch.solvers.rows import MUST
from outreach.dispatch.solvers.watching import watched


@dataclass(frozen=True, slots=True)
class Limits:
    """`effort` is CP-SAT's deterministic time, about a second each; None: no such limit."""

    effort: float | None = None
    workers: int = 1
    seed: int = 0
    should_stop: Stop = never


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which trips, the whole cost, a bound over these trips alone, and whether it's proven the best choice."""

    trips: Ints
    cost: int
    bound: float
    proven: bool


def fits(network: Network, staying: Columns, columns: Columns) -> Bools:
    """Which trips come to visits only that have nobody yet of those who stay, or lack one just there."""
    crew = np.array([visit.crew for visit in network.problem.visits])
    nodes = staying.nodes[staying.nodes >= 0]
    taken = np.bincount(nodes, minlength=len(network.nodes))
    by_visit = np.bincount(network.nodes.visit[nodes], minlength=len(crew))
    open_ = (by_visit[network.nodes.visit] == 0) | ((taken > 0) & (taken < crew[network.nodes.visit]))
    fit: Bools = np.r_[open_, True][columns.nodes].all(axis=1)
    return fit


class Choice:
    """The model of one choice. Trips in `kept` are in; `hint` is a choice to start from."""

    def __init__(self, network: Network, columns: Columns) -> None:
        self._net, self._columns = network, columns
        self._model = cp_model.CpModel()
        self._x = [self._model.new_bool_var("") for _ in range(len(columns))]
        self._at: dict[int, list[int]] = defaultdict(list)
        rows, depth = np.nonzero(columns.nodes >= 0)
        for row, node in zip(rows.tolist(), columns.nodes[rows, depth].tolist(), strict=True):
            self._at[node].append(row)
        self._left: dict[int, cp_model.IntVar] = {}
        self._together: dict[int, cp_model.IntVar] = {}
        self._cost = [int(cost) * x for cost, x in zip(columns.cost.tolist(), self._x, strict=True)]
        self._visits()
        self._people()
        self._model.minimize(sum(self._cost))

    def keep(self, trips: Ints) -> None:
        for trip in trips.tolist():
            self._model.add(self._x[trip] == 1)

    def hint(self, trips: Ints) -> None:
        taken = set(trips.tolist())
        served = {node for trip in taken for node in self._columns.nodes[trip].tolist() if node >= 0}
        visits = {int(self._net.nodes.visit[node]) for node in served}
        for trip, x in enumerate(self._x):
            self._model.add_hint(x, trip in taken)
        for node, y in self._together.items():
            self._model.add_hint(y, node in served)
        for visit, u in self._left.items():
            self._model.add_hint(u, visit not in visits)

    def solve(self, limits: Limits) -> Chosen | None:
        """None if nothing was found."""
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = limits.workers
        solver.parameters.random_seed = limits.seed
        solver.parameters.linearization_level = 2
        if limits.effort is not None:
            solver.parameters.max_deterministic_time = limits.effort
        with watched(solver, limits.should_stop):
            status = solver.solve(self._model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        trips = np.flatnonzero([solver.boolean_value(x) for x in self._x])
        return Chosen(trips, round(solver.objective_value), solver.best_objective_bound, status == cp_model.OPTIMAL)

    def _visits(self) -> None:
        net, problem = self._net, self._net.problem
        told = {net.visit_row[prior.visit]: prior for prior in problem.prior}
        nodes: dict[int, list[int]] = defaultdict(list)
        for node in self._at:
            nodes[int(net.nodes.visit[node])].append(node)
        for number, visit in enumerate(problem.visits):
            left = self._left[number] = self._model.new_bool_var("")
            prior = told.get(number)
            penalty = MUST if number in net.locks else visit.penalty
            self._cost.append(
                (penalty + (prior.start_cost + prior.person_cost * len(prior.instructors) if prior else 0)) * left
            )
            if visit.crew == 1:
                self._model.add_exactly_one([left, *(self._x[row] for node in nodes[number] for row in self._at[node])])
                continue
            starts = [self._pair(node) for node in nodes[number]]
            self._model.add_exactly_one([left, *starts])
            if prior:
                away = prior.person_cost * len(prior.instructors)
                for node, y in zip(nodes[number], starts, strict=True):
                    self._cost.append((away + prior.start_cost * (int(net.nodes.start[node]) != prior.start)) * y)

    def _pair(self, node: int) -> cp_model.IntVar:
        """Whether a visit of two is served at a node; then two come, of whom one can lead and one be second."""
        y = self._together[node] = self._model.new_bool_var("")
        rows = self._at[node]
        self._model.add(sum(self._x[row] for row in rows) == 2 * y)
        for able in (self._net.crew.lead, self._net.crew.second):
            fit = [self._x[row] for row in rows if able[self._columns.person[row], node]]
            if len(fit) < len(rows):
                self._model.add(sum(fit) >= y)
        return y

    def _people(self) -> None:
        for person in np.unique(self._columns.person).tolist():
            rows = np.flatnonzero(self._columns.person == person).tolist()
            self._days(rows)
            self._rest(person, rows)
            self._hours(person, rows)

    def _days(self, rows: list[int]) -> None:
        by_day: dict[int, list[cp_model.IntVar]] = defaultdict(list)
        for row in rows:
            for day in range(int(self._columns.first_day[row]), int(self._columns.last_day[row]) + 1):
                by_day[day].append(self._x[row])
        for taken in by_day.values():
            self._model.add_at_most_one(taken)

    def _rest(self, person: int, rows: list[int]) -> None:
        """For each departure, at most one trip lies over it, the rest after the trip included."""
        leave, back = self._columns.leave[rows], self._columns.back[rows]
        until = back + self._net.problem.instructors[person].rest_minutes
        for moment in np.unique(leave).tolist():
            over = np.flatnonzero((leave <= moment) & (moment < until))
            days = self._columns.first_day[np.array(rows)[over]]
            if len(over) > 1 and days.min() < days.max():
                self._model.add_at_most_one([self._x[rows[k]] for k in over.tolist()])

    def _hours(self, person: int, rows: list[int]) -> None:
        limits, minutes = self._net.problem.instructors[person], self._columns.minutes[rows]
        for week, cap in enumerate(limits.week_minutes):
            if minutes[:, week].sum() > cap:
                self._model.add(_weighed(minutes[:, week].tolist(), [self._x[row] for row in rows]) <= cap)
        whole, most = minutes.sum(axis=1), int(minutes.sum())
        for band in self._net.problem.weights.overload:
            free = limits.target_minutes + band.above
            if band.rate and most > free:
                over = self._model.new_int_var(0, most - free, "")
                self._model.add(_weighed(whole.tolist(), [self._x[row] for row in rows]) <= free + over)
                self._cost.append(band.rate * over)


def _weighed(values: list[int], variables: list[cp_model.IntVar]) -> cp_model.LinearExprT:
    return cp_model.LinearExpr.weighted_sum(variables, values)
