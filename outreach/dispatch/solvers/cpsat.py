"""CP-SAT alone: the whole problem as one flow over the network, without columns or duals. A peer to measure against.

Every arc is a yes or no: a start option, a link, a night, an end option. What flows into a shift's node flows out.
It is told of greed's plan and gives that where it finds nothing better in time.
"""

from collections import defaultdict
from itertools import pairwise

import numpy as np
from ortools.sat.python import cp_model

from outreach.dispatch.problem import Plan, Problem
from outreach.dispatch.solvers.base import Budget, NoPlanError, Progress, Report, Stop, never, unheard
from outreach.dispatch.solvers.columns import NONE, Columns, join
from outreach.dispatch.solvers.greedy import Greedy
from outreach.dispatch.solvers.legs import NEVER, Bools
from outreach.dispatch.solvers.network import Network
from outreach.dispatch.solvers.plans import plan_of
from outreach.dispatch.solvers.rows import MUST
from outreach.dispatch.solvers.stability import own_costs
from outreach.dispatch.solvers.watching import watched

Cell = tuple[int, int]


class CpSat:
    """`workers`: threads of CP-SAT. One is needed for a plan that `work` repeats.

    `nearest`: each visit sees only so many people for each role, those with the cheapest way there. Without it the
    model is whole, which grows past use (20 million arcs with 120 people); with it no bound is claimed.
    """

    def __init__(self, *, workers: int = 1, nearest: int | None = None) -> None:
        self._workers, self._nearest = workers, nearest

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
        greedy = self._greed(network)
        try:
            plan = self._search(network, greedy, work, seed, budget.over if budget.timed else should_stop)
        except _OverError:
            plan = None
        if plan is None:
            if greedy is None:
                raise NoPlanError("CP-SAT found no plan")
            plan = plan_of(network, greedy, bound=None)
        progress(Progress("cpsat", work or 0, plan.cost, plan.bound))
        return plan

    def _greed(self, network: Network) -> Columns | None:
        try:
            return Greedy(every_start=True).build(network, Budget(None, None))
        except NoPlanError:
            return None

    def _search(self, network: Network, greedy: Columns | None, work: int | None, seed: int, over: Stop) -> Plan | None:
        """None if there was no time to find any."""
        flow = _Flow(network, _near(network, self._nearest, greedy), over)
        if greedy is not None:
            flow.hint(greedy)
        if over():
            return None
        solver = self._solver(work, seed)
        with watched(solver, over):
            status = solver.solve(flow.model)
        if status == cp_model.INFEASIBLE:
            raise NoPlanError("no plan keeps all locks")
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        if any(solver.boolean_value(flow.left[visit]) for visit in network.locks):
            raise NoPlanError("not every locked visit can be served")
        bound = max(0.0, solver.best_objective_bound) if self._nearest is None else None
        return plan_of(network, flow.columns(solver), bound=bound)

    def _solver(self, work: int | None, seed: int) -> cp_model.CpSolver:
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = self._workers if work is None else 1
        solver.parameters.random_seed = seed
        if work is not None:
            solver.parameters.max_deterministic_time = float(work)
        return solver


class _OverError(Exception):
    """Time ran out before the model stood."""


def _near(net: Network, few: int | None, greedy: Columns | None) -> Bools:
    """Whom a visit sees at each start, by instructor and node; whoever greed sends is among them."""
    if few is None:
        return net.crew.may
    way = np.full(net.crew.may.shape, NEVER)
    np.minimum.at(way, (net.shifts.person[net.starts.shift], net.starts.node), net.starts.cost)
    near = np.zeros_like(net.crew.may)
    for able in (net.crew.lead, net.crew.second):
        order = np.argsort(np.where(able, way, NEVER), axis=0, kind="stable")[:few]
        np.put_along_axis(near, order, values=True, axis=0)
    if greedy is not None:
        row, depth = np.nonzero(greedy.nodes != NONE)
        near[greedy.person[row], greedy.nodes[row, depth]] = True
    kept: Bools = near & net.crew.may
    return kept


class _Flow:
    """The model, and its solution read back as columns. Raises _OverError when `over` says so while it is built."""

    def __init__(self, network: Network, near: Bools, over: Stop) -> None:
        self._net, self._near, self._over_now = network, near, over
        self.model = cp_model.CpModel()
        self.left: dict[int, cp_model.IntVar] = {}
        self._looks = 0
        self._begin_at: dict[tuple[int, ...], cp_model.IntVar] = {}
        self._end_at: dict[tuple[int, ...], cp_model.IntVar] = {}
        self._met: dict[int, cp_model.IntVar] = {}
        self._loads: list[tuple[int, int, cp_model.IntVar]] = []
        self._cost: list[cp_model.LinearExprT] = []
        self._into: dict[Cell, list[cp_model.IntVar]] = defaultdict(list)
        self._from: dict[Cell, list[cp_model.IntVar]] = defaultdict(list)
        self._minutes: dict[Cell, list[tuple[int, cp_model.IntVar]]] = defaultdict(list)
        self._starts = self._options(begins=True)
        self._ends = self._options(begins=False)
        self._next: dict[Cell, list[tuple[Cell, cp_model.IntVar]]] = defaultdict(list)
        self._arcs: dict[tuple[Cell, Cell], cp_model.IntVar] = {}
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
        seen = self._near[shifts.person[options.shift], options.node]
        for at in np.flatnonzero(seen).tolist():
            self._look()
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
            (self._begin_at if begins else self._end_at)[*cell, int(options.moment[at])] = var
        return made

    def _look(self) -> None:
        """Looked at now and then only: a model has millions of pieces."""
        self._looks += 1
        if self._looks % 1000 == 0 and self._over_now():
            raise _OverError

    def _arc(self, origin: Cell, target: Cell, cost: int) -> cp_model.IntVar:
        self._look()
        var = self.model.new_bool_var("")
        self._from[origin].append(var)
        self._into[target].append(var)
        self._next[origin].append((target, var))
        self._arcs[origin, target] = var
        self._cost.append(cost * var)
        return var

    def _links(self) -> None:
        net = self._net
        for s, own in self._seen().items():
            nodes = set(own)
            links = net.links[net.shifts.way[s]]
            for n in sorted(nodes):
                for at in range(links.first[n], links.first[n + 1]):
                    if int(links.node[at]) in nodes:
                        self._arc((s, n), (s, int(links.node[at])), int(links.cost[at]))

    def _seen(self) -> dict[int, list[int]]:
        """Each shift's nodes."""
        nodes: dict[int, list[int]] = defaultdict(list)
        for s, n in zip(*(part.tolist() for part in self._net.pairs), strict=True):
            if self._near[self._net.shifts.person[s], n]:
                nodes[s].append(n)
        return nodes

    def _sleep(self) -> None:
        """Nights between two worked days of a trip."""
        net, shifts = self._net, self._net.shifts
        own: dict[tuple[int, int], list[int]] = defaultdict(list)
        for s in range(len(shifts)):
            own[int(shifts.source[s]), int(shifts.day[s])].append(s)
        nodes = self._seen()
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
        var = self._met[node] = self.model.new_bool_var("")
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
            self._loads.append((person, band.above, over))
            self.model.add(over >= sum(whole) - limits.target_minutes - band.above)
            self._cost.append(band.rate * over)

    def hint(self, trips: Columns) -> None:
        """A whole solution for CP-SAT to begin with: every variable, most of them at their least."""
        values = [int(variable.domain[0]) for variable in self.model.proto.variables]
        for row in range(len(trips)):
            for var in self._taken(trips, row):
                values[var.index] = 1
        served = {int(self._net.nodes.visit[node]) for node, var in self._met.items() if values[var.index]}
        for visit, var in self.left.items():
            values[var.index] = int(visit not in served)
        for person, above, var in self._loads:
            load = int(trips.minutes[trips.person == person].sum())
            values[var.index] = max(0, load - self._net.problem.instructors[person].target_minutes - above)
        self.model.proto.solution_hint.vars.extend(range(len(values)))
        self.model.proto.solution_hint.values.extend(values)

    def _taken(self, trips: Columns, row: int) -> list[cp_model.IntVar]:
        net, shifts, person = self._net, self._net.shifts, int(trips.person[row])
        mine = np.flatnonzero((shifts.person == person) & (shifts.home == trips.home[row]))
        cells = []
        for n in trips.nodes[row][trips.nodes[row] != NONE].tolist():
            begin, end = net.nodes.begin[n], net.nodes.end[n]
            cells.append((int(mine[(shifts.start[mine] <= begin) & (end <= shifts.end[mine])][0]), n))
        moments = int(trips.leave[row]), int(trips.back[row])
        ends = self._begin_at[*cells[0], moments[0]], self._end_at[*cells[-1], moments[1]]
        nodes = [var for _, n in cells for var in (self._met[n], self._comes[person, n])]
        return [*ends, *nodes, *(self._arcs[leg] for leg in pairwise(cells))]

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
