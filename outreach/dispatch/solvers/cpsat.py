"""CP-SAT alone: the whole problem as one flow over the network, without columns or duals. A peer to measure against.

Every arc is a yes or no: a start option, a link, a night, an end option. What flows into a shift's node flows out.
"""

from collections import defaultdict

import numpy as np
from ortools.sat.python import cp_model

from outreach.dispatch.problem import Plan, Problem
from outreach.dispatch.solvers.base import Budget, NoPlanError, Progress, Report, Stop, never, unheard
from outreach.dispatch.solvers.columns import Columns, join
from outreach.dispatch.solvers.network import Network
from outreach.dispatch.solvers.plans import plan_of
from outreach.dispatch.solvers.rows import MUST
from outreach.dispatch.solvers.stability import own_costs
from outreach.dispatch.solvers.watching import watched

Cell = tuple[int, int]


class CpSat:
    """`workers`: threads of CP-SAT. One is needed for a plan that `work` repeats."""

    def __init__(self, *, workers: int = 1) -> None:
        self._workers = workers

    def solve(
        self,
        problem: Problem,
        *,
        seconds: float | None = None,
        work: int | None = None,
        seed: int = 0,
        progress: Report = unheard,
        should_stop: Stop = never,
    ) -> Plan:
        """`work` is CP-SAT's deterministic time."""
        network = Network(problem)
        budget = Budget(seconds, work, should_stop)
        flow = _Flow(network)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1 if work is not None else self._workers
        solver.parameters.random_seed = seed
        if work is not None:
            solver.parameters.max_deterministic_time = float(work)
        with watched(solver, budget.over if budget.timed else should_stop):
            status = solver.solve(flow.model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            raise NoPlanError("CP-SAT found no plan")
        plan = plan_of(network, flow.columns(solver), bound=solver.best_objective_bound)
        if any(solver.boolean_value(flow.left[visit]) for visit in network.locks):
            raise NoPlanError("not every locked visit can be served")
        progress(Progress("cpsat", work or 0, plan.cost, plan.bound))
        return plan


class _Flow:
    """The model, and its solution read back as columns."""

    def __init__(self, network: Network) -> None:
        self._net = network
        self.model = cp_model.CpModel()
        self.left: dict[int, cp_model.IntVar] = {}
        self._cost: list[cp_model.LinearExprT] = []
        self._into: dict[Cell, list[cp_model.IntVar]] = defaultdict(list)
        self._from: dict[Cell, list[cp_model.IntVar]] = defaultdict(list)
        self._minutes: dict[Cell, list[tuple[int, cp_model.IntVar]]] = defaultdict(list)
        self._starts = self._options(begins=True)
        self._ends = self._options(begins=False)
        self._next: dict[Cell, list[tuple[Cell, cp_model.IntVar]]] = defaultdict(list)
        self._nights: dict[tuple[Cell, Cell], int] = {}
        self._links()
        self._sleep()
        self._flow()
        self._visits()
        for person in range(len(network.problem.instructors)):
            self._person(person)
        self.model.minimize(sum(self._cost))

    def _options(self, *, begins: bool) -> list[tuple[int, cp_model.IntVar]]:
        options, shifts = (self._net.starts if begins else self._net.ends), self._net.shifts
        made = []
        for at in range(len(options.node)):
            shift, var = int(options.shift[at]), self.model.new_bool_var("")
            cell = shift, int(options.node[at])
            (self._into if begins else self._from)[cell].append(var)
            self._cost.append(int(options.cost[at]) * var)
            person = int(shifts.person[shift])
            near = int(options.near[at])
            self._minutes[person, int(shifts.day[shift])].append((-near if begins else near, var))
            if options.extra[at]:
                self._minutes[person, int(options.day[at])].append((int(options.extra[at]), var))
            made.append((at, var))
        return made

    def _arc(self, origin: Cell, target: Cell, cost: int) -> cp_model.IntVar:
        var = self.model.new_bool_var("")
        self._from[origin].append(var)
        self._into[target].append(var)
        self._next[origin].append((target, var))
        self._cost.append(cost * var)
        return var

    def _links(self) -> None:
        net = self._net
        shift, node = net.pairs
        own: dict[int, set[int]] = defaultdict(set)
        for s, n in zip(shift.tolist(), node.tolist(), strict=True):
            own[s].add(n)
        for s, nodes in own.items():
            links = net.links[net.shifts.way[s]]
            for n in sorted(nodes):
                for at in range(links.first[n], links.first[n + 1]):
                    if int(links.node[at]) in nodes:
                        self._arc((s, n), (s, int(links.node[at])), int(links.cost[at]))

    def _sleep(self) -> None:
        """Nights between two worked days of a trip."""
        net, shifts = self._net, self._net.shifts
        own: dict[tuple[int, int], list[int]] = defaultdict(list)
        for s in range(len(shifts)):
            own[int(shifts.source[s]), int(shifts.day[s])].append(s)
        nodes: dict[int, list[int]] = defaultdict(list)
        for s, n in zip(*(part.tolist() for part in net.pairs), strict=True):
            nodes[s].append(n)
        for s in np.flatnonzero(net.sleeps[shifts.person, shifts.day]).tolist():
            for after in own[int(shifts.source[s]), int(shifts.day[s]) + 1]:
                for n in nodes[s]:
                    for m in nodes[after]:
                        self._night(s, n, after, m)

    def _night(self, shift: int, node: int, after: int, target: int) -> None:
        net, shifts = self._net, self._net.shifts
        beds, bed, person = net.beds[shifts.way[shift]], net.bed[node], int(shifts.person[shift])
        if not beds.out_ok[node] or not beds.in_ok[bed, target] or net.nodes.visit[node] == net.nodes.visit[target]:
            return
        back, leave = int(beds.back[node]), int(beds.leave[bed, target])
        rest = net.problem.instructors[person].rest_minutes
        if back > shifts.end[shift] or leave < shifts.start[after] or leave - back < rest:
            return
        cost = int(beds.out_cost[node] + beds.in_cost[bed, target]) + net.problem.weights.night
        var = self._arc((shift, node), (after, target), cost)
        self._minutes[person, int(shifts.day[shift])].append((back, var))
        self._minutes[person, int(shifts.day[after])].append((-leave, var))

    def _flow(self) -> None:
        for cell in sorted(self._into.keys() | self._from.keys()):
            self.model.add(sum(self._into[cell]) == sum(self._from[cell]))

    def _visits(self) -> None:
        net, problem = self._net, self._net.problem
        own, told = own_costs(net), {net.visit_row[p.visit]: p for p in problem.prior}
        self._comes: dict[Cell, cp_model.IntVar] = {}
        entries: dict[Cell, list[cp_model.IntVar]] = defaultdict(list)
        for (shift, node), arcs in sorted(self._into.items()):
            entries[int(net.shifts.person[shift]), node] += arcs
        crews: dict[int, list[int]] = defaultdict(list)
        for (person, node), arcs in entries.items():
            comes = self._comes[person, node] = self.model.new_bool_var("")
            self.model.add(sum(arcs) == comes)
            self._cost.append(int(own[person, node]) * comes)
            crews[node].append(person)
        for number, visit in enumerate(problem.visits):
            left = self.left[number] = self.model.new_bool_var("")
            prior = told.get(number)
            away = prior.person_cost * len(prior.instructors) if prior else 0
            penalty = MUST if number in net.locks else visit.penalty
            self._cost.append((penalty + away + (prior.start_cost if prior else 0)) * left)
            nodes = np.flatnonzero(net.nodes.visit == number).tolist()
            served = [self._served(node, crews[node], visit.crew) for node in nodes]
            self.model.add_exactly_one([left, *served])
            for person in {p for node in nodes for p in crews[node]}:
                self.model.add_at_most_one(self._comes[person, n] for n in nodes if (person, n) in self._comes)
            if prior and visit.crew > 1:
                for node, var in zip(nodes, served, strict=True):
                    self._cost.append((away + prior.start_cost * (int(net.nodes.start[node]) != prior.start)) * var)

    def _served(self, node: int, crew: list[int], size: int) -> cp_model.IntVar:
        """Whether a visit is served at a node, by as many as it needs, each role filled."""
        var = self.model.new_bool_var("")
        self.model.add(sum(self._comes[person, node] for person in crew) == size * var)
        if size > 1:
            for able in (self._net.crew.lead, self._net.crew.second):
                self.model.add(sum(self._comes[person, node] for person in crew if able[person, node]) >= var)
        return var

    def _person(self, person: int) -> None:
        net, limits = self._net, self._net.problem.instructors[person]
        starts = [(at, v) for at, v in self._starts if net.shifts.person[net.starts.shift[at]] == person]
        ends = [(at, v) for at, v in self._ends if net.shifts.person[net.ends.shift[at]] == person]
        days = net.problem.horizon.days
        # Begun and not yet over: a count that is one at most, by day, by moment with rest, and by night.
        for day in range(days):
            begun = [v for at, v in starts if net.starts.day[at] <= day]
            self.model.add(sum(begun) - sum(v for at, v in ends if net.ends.day[at] < day) <= 1)
        for moment in sorted({int(net.starts.moment[at]) for at, _ in starts}):
            begun = [v for at, v in starts if net.starts.moment[at] <= moment]
            over = [v for at, v in ends if net.ends.moment[at] + limits.rest_minutes <= moment]
            self.model.add(sum(begun) - sum(over) <= 1)
        away = [
            sum(v for at, v in starts if net.starts.day[at] <= day)
            - sum(v for at, v in ends if net.ends.day[at] <= day)
            for day in range(days)
        ]
        for first in range(days - limits.max_nights):
            self.model.add(sum(away[first : first + limits.max_nights + 1]) <= limits.max_nights)
        self._hours(person)

    def _hours(self, person: int) -> None:
        net, limits = self._net, self._net.problem.instructors[person]
        whole = []
        for day in range(net.problem.horizon.days):
            minutes = sum(value * var for value, var in self._minutes[person, day])
            whole.append(minutes)
            self.model.add(minutes <= limits.max_day_minutes)
            here = [(c, n) for (p, n), c in self._comes.items() if p == person and net.nodes.day[n] == day]
            self.model.add(sum(int(net.nodes.sessions[n]) * c for c, n in here) <= limits.max_day_sessions)
        for week, cap in enumerate(limits.week_minutes):
            self.model.add(sum(m for day, m in enumerate(whole) if net.weeks[day] == week) <= cap)
        for band in net.problem.weights.overload:
            over = self.model.new_int_var(0, sum(limits.week_minutes), "")
            self.model.add(over >= sum(whole) - limits.target_minutes - band.above)
            self._cost.append(band.rate * over)

    def columns(self, solver: cp_model.CpSolver) -> Columns:
        """The trips that the solution's arcs make."""
        net = self._net
        ends = {
            (int(net.ends.shift[at]), int(net.ends.node[at])): at for at, v in self._ends if solver.boolean_value(v)
        }
        parts = []
        for at, var in self._starts:
            if solver.boolean_value(var):
                cell = int(net.starts.shift[at]), int(net.starts.node[at])
                nodes = [cell[1]]
                while following := [target for target, v in self._next[cell] if solver.boolean_value(v)]:
                    cell = following[0]
                    nodes.append(cell[1])
                # The check works out cost and minutes again: only the shape is told here.
                none = np.zeros((1, net.problem.horizon.weeks), dtype=np.int64)
                path = np.array([nodes], dtype=np.int64)
                parts.append(
                    Columns.of_options(net, np.array([at]), np.array([ends[cell]]), np.zeros(1, np.int64), none, path)
                )
        return join(parts, net.problem.horizon.weeks)
