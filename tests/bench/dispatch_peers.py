"""What one could use instead of ours: CP-SAT alone, PyVRP and OR-Tools routing, each as well as a day's work makes it.

All start from greed that tries every start. The two routers get each person's day as a vehicle; they know no overload
and no nights away, so greed's trips with nights stay as they are. What a peer breaks is taken out, and greed then puts
in what still fits and pays (`finish`): so a row shows what a user of that peer would really have. What else each lacks
`dispatch_rows.LACKS` says.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from outreach.dispatch.check import check
from outreach.dispatch.editing import bare, take_out
from outreach.dispatch.problem import VERSION, Duty, Lock, Plan, Problem, ServedVisit, Stop, Trip
from outreach.dispatch.score import Score
from outreach.dispatch.solvers.base import NoPlanError
from outreach.dispatch.solvers.cpsat import CpSat
from outreach.dispatch.solvers.greedy import Greedy
from outreach.dispatch.solvers.legs import Ints, Roads
from outreach.dispatch.solvers.network import Network

# No way: more than any visit or week is worth, but not so much that PyVRP's penalties, set by averages, lose measure.
FAR = 50_000
LEAD, SECOND = 0, 1
# PyVRP's matrices hold 8 bytes a cell.
MOST_CELLS = 400_000_000
# CP-SAT's whole model has some 20 million arcs at 120/600: above so many people, each visit has its nearest ones only.
FEW_PEOPLE, NEAREST = 20, 10

# What PyVRP pays at least for a minute or a session too many: most of what a visit brings. By its own lights it breaks
# so much here that it never bettered what it began with.
BREAKING = 2_000.0
# What PyVRP doesn't know spoils long runs: better to take stock several times. OR-Tools is too slow for that.
PYVRP_ROUNDS, ORTOOLS_ROUNDS = 4, 1

Clock = Callable[[], float]
Routes = dict[int, list[int]]  # clients in order, by shift


@dataclass(frozen=True)
class Client:
    """A visit at one of its starts, in one role."""

    node: int
    role: int


class Board:
    """Who could go where by day trips, in the shape that routing solvers ask for.

    No router knows two who must both come: a pair is two clients at one start, that of `begun` or else the one that
    most people could keep. `settled`: pairs are those of `begun` alone, and both must be met. Without `every_home` each
    person's day has one home: that of `begun`, or the first.
    """

    def __init__(self, net: Network, begun: Plan, *, settled: bool, every_home: bool) -> None:
        self.net, self.problem = net, (problem := net.problem)
        self.settled = settled
        self.kept = _with_nights(begun)
        self.hours = dict(_score(problem, self.kept).loads)  # minutes on duty in trips that stay
        away = {(trip.instructor, duty.day) for trip in self.kept.trips for duty in trip.days}
        first = {person.id: person.homes[0] for person in problem.instructors}
        used = {(trip.instructor, duty.day): trip.home for trip in begun.trips for duty in trip.days}
        self.shifts = {
            (name, home, day): shift
            for (name, home, day), shift in self._by_trip().items()
            if (name, day) not in away and (every_home or home == used.get((name, day), first[name]))
        }
        self.begun = self._day_trips(begun)
        self.clients = list(self._clients())
        self.homes = sorted(set(self.net.shifts.home.tolist()))
        nodes, none = self.net.nodes, [0] * len(self.homes)
        self.at = [client.node for client in self.clients]
        self.work = np.r_[none, (nodes.end - nodes.begin)[self.at]]
        self.sessions: list[int] = [*none, *nodes.sessions[self.at].tolist()]
        self.ways = [(person.mode, person.ferries) for person in problem.instructors]
        self.matrices = {way: self._matrices(*way) for way in sorted(set(self.ways))}

    def _by_trip(self) -> dict[tuple[str, str, int], int]:
        shifts, people, places = self.net.shifts, self.problem.instructors, self.problem.places
        rows = enumerate(zip(shifts.person.tolist(), shifts.home.tolist(), shifts.day.tolist(), strict=True))
        return {(people[person].id, places[home].id, day): shift for shift, (person, home, day) in rows}

    def _day_trips(self, plan: Plan) -> dict[int, list[tuple[int, int]]]:
        """By node, the shifts that meet it and their roles: of visits that day trips alone serve."""
        node_of = {(self.net.visit_of(n).id, start): n for n, start in enumerate(self.net.nodes.start.tolist())}
        leads, met = {visit.id: visit.lead for visit in plan.visits}, defaultdict(list)
        for trip in plan.trips:
            shift = self.shifts.get((trip.instructor, trip.home, trip.days[0].day))
            if shift is None or trip.nights:
                continue
            for stop in trip.days[0].stops:
                role = LEAD if leads[stop.visit] == trip.instructor else SECOND
                met[node_of[stop.visit, stop.start]].append((shift, role))
        return {node: crew for node, crew in met.items() if len(crew) == self.net.visit_of(node).crew}

    def _clients(self) -> Iterator[Client]:
        nodes: dict[int, list[int]] = defaultdict(list)
        staying = {self.net.visit_row[visit.id] for visit in self.kept.visits}
        for node, visit in enumerate(self.net.nodes.visit.tolist()):
            if visit not in staying:
                nodes[visit].append(node)
        within = np.bincount(self.net.pairs[1], minlength=len(self.net.nodes))
        for visit, own in nodes.items():
            if self.problem.visits[visit].crew == 1:
                yield from (Client(node, LEAD) for node in own)
                continue
            best = max(own, key=lambda node: (node in self.begun, within[node]))
            if best in self.begun or not self.settled:
                yield from (Client(best, LEAD), Client(best, SECOND))

    def groups(self) -> list[tuple[list[int], int | None]]:
        """Clients of which one at most is met, and the price of meeting none: None where one must be."""
        groups: dict[tuple[int, int], list[int]] = defaultdict(list)
        for number, client in enumerate(self.clients):
            groups[int(self.net.nodes.visit[client.node]), client.role].append(number)
        visits = self.problem.visits
        must = {v: self.settled and visits[v].crew > 1 for v, _ in groups}
        return [(own, None if must[v] else visits[v].penalty // visits[v].crew) for (v, _), own in groups.items()]

    def able(self, person: int, client: Client) -> bool:
        crew = self.net.crew
        return bool((crew.lead, crew.second)[client.role][person, client.node])

    def _matrices(self, mode: str, ferries: bool) -> tuple[Ints, Ints]:
        """Cost and minutes between homes and clients, the wait for a ferry included: every client has its hour."""
        road, none = Roads(self.problem, mode), np.zeros(len(self.homes), dtype=np.int64)
        nodes, home = self.net.nodes, np.arange(len(self.homes) + len(self.at)) < len(self.homes)
        places = np.r_[self.homes, nodes.place[self.at]]
        begin, end = np.r_[none, nodes.begin[self.at]][None, :], np.r_[none, nodes.end[self.at]][:, None]
        into = road.latest(places[:, None], places[None, :], begin)
        back = road.earliest(places[:, None], places[None, :], end)
        kept = [
            into.ok & ~into.ferry,
            into.ok & into.ferry & ~home[None, :] & ferries,
            back.ok & back.ferry & home[None, :] & ~home[:, None] & ferries,
        ]
        cost = np.select(kept, [into.cost, into.cost, back.cost], FAR)
        return cost, np.select(kept, [into.minutes, begin - into.leave, back.arrive - end], FAR)

    def routes(self) -> dict[int, list[int]]:
        """The day trips begun with: clients in order, by shift."""
        number = {client: at for at, client in enumerate(self.clients)}
        found: dict[int, list[int]] = defaultdict(list)
        for node, crew in sorted(self.begun.items()):
            for shift, role in crew:
                found[shift].append(number[Client(node, role)])
        return found

    def plan(self, routes: Routes) -> Plan:
        """A plan as it is, whether it keeps the rules or not; half crews go home."""
        net, people = self.net, self.problem.instructors
        crews: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for shift, route in routes.items():
            for client in route:
                crews[self.at[client]].append((self.clients[client].role, int(net.shifts.person[shift])))
        whole = {node: sorted(crew) for node, crew in crews.items() if len(crew) == net.visit_of(node).crew}
        trips, visits = [], []
        for shift, route in routes.items():
            nodes = [self.at[client] for client in route if self.at[client] in whole]
            if nodes:
                stops = tuple(Stop(net.visit_of(node).id, int(net.nodes.start[node])) for node in nodes)
                home, duty = self.problem.places[net.shifts.home[shift]].id, Duty(int(net.shifts.day[shift]), stops)
                trips.append(Trip(people[net.shifts.person[shift]].id, home, (duty,)))
        for node, crew in sorted(whole.items()):
            names = tuple(sorted(people[person].id for _, person in crew))
            start = int(net.nodes.start[node])
            visits.append(ServedVisit(net.visit_of(node).id, start, names, people[crew[0][1]].id))
        return Plan(VERSION, (*trips, *self.kept.trips), (*visits, *self.kept.visits))


def _with_nights(plan: Plan) -> Plan:
    """A plan's trips of several days, as far as all whom their visits need come on such trips."""
    trips, crews = [trip for trip in plan.trips if trip.nights], {visit.id: visit.instructors for visit in plan.visits}
    while True:
        met = Counter(stop.visit for trip in trips for duty in trip.days for stop in duty.stops)
        half = {visit for visit, count in met.items() if count < len(crews[visit])}
        whole = [trip for trip in trips if not any(stop.visit in half for duty in trip.days for stop in duty.stops)]
        if len(whole) == len(trips):
            return Plan(VERSION, tuple(trips), tuple(visit for visit in plan.visits if visit.id in met))
        trips = whole


def mend(problem: Problem, plan: Plan) -> tuple[Plan, int]:
    """Take visits out until the check accepts what is left; how many went."""
    taken = 0
    while not isinstance(result := check(problem, bare(plan)), Score):
        broken = result[0]
        visit = broken.visit
        if visit is None:
            mine = [trip for trip in plan.trips if trip.instructor == broken.instructor and not trip.nights]
            visit = min(mine, key=lambda trip: len(trip.days[0].stops)).days[0].stops[0].visit
        plan, taken = take_out(plan, visit), taken + 1
    return plan, taken


def finish(problem: Problem, plan: Plan) -> tuple[Plan, int]:
    """What a plan leaves out, put in by greed where that pays; how many. As it is where greed can't build on it."""
    locks = tuple(
        Lock(v.id, v.start, v.lead, next((name for name in v.instructors if name != v.lead), None)) for v in plan.visits
    )
    try:
        fuller = Greedy(every_start=True).solve(replace(problem, locks=locks))
    except NoPlanError:
        return bare(plan), 0
    if _cost(problem, bare(fuller)) >= _cost(problem, bare(plan)):
        return bare(plan), 0
    return bare(fuller), len(fuller.visits) - len(plan.visits)


def _score(problem: Problem, plan: Plan) -> Score:
    score = check(problem, plan)
    assert isinstance(score, Score)
    return score


def _cost(problem: Problem, plan: Plan) -> int:
    return _score(problem, plan).cost


def by_cpsat(problem: Problem, seconds: float, clock: Clock, seed: int) -> tuple[Plan, str]:
    """Two threads. The whole model up to 20 people; above, each visit with its nearest instructors only."""
    few = None if len(problem.instructors) <= FEW_PEOPLE else NEAREST
    plan = CpSat(workers=2, nearest=few).solve(problem, seconds=seconds, seed=seed)
    same = plan.cost == Greedy(every_start=True).solve(problem).cost
    return plan, "found nothing better than its start" * same


def _rounds(
    route: Callable[[Board, float, int], Routes], problem: Problem, seconds: float, *, rounds: int, every_home: bool
) -> tuple[Plan, str]:
    """Route; mend and fill; with the pairs that have then become whole, and must stay so, route once more; again."""
    plan, note = bare(Greedy(every_start=True).solve(problem)), "found nothing better than its start"
    net = Network(problem)
    for turn in range(2 * rounds):
        board = Board(net, plan, settled=turn % 2 == 1, every_home=every_home)
        routed, taken = mend(problem, board.plan(route(board, seconds / (2 * rounds), turn)))
        found, filled = finish(problem, routed)
        if _cost(problem, found) < _cost(problem, plan):
            plan, note = found, f"{taken} visits taken out, {filled} filled in by greed" * bool(taken or filled)
    return plan, note


def by_pyvrp(problem: Problem, seconds: float, clock: Clock, seed: int) -> tuple[Plan, str]:
    def route(board: Board, seconds: float, turn: int) -> Routes:
        return _pyvrp(board, seconds, clock, 100 * seed + turn)

    return _rounds(route, problem, seconds, rounds=PYVRP_ROUNDS, every_home=False)


def _pyvrp(board: Board, seconds: float, clock: Clock, seed: int) -> Routes:
    import pyvrp

    until = clock() + seconds
    net, homes, problem = board.net, len(board.homes), board.problem
    groups = board.groups()
    every = [pyvrp.ClientGroup([homes + at for at in own], required=price is None) for own, price in groups]
    group_of = {at: (number, price) for number, (own, price) in enumerate(groups) for at in own}
    clients = [
        pyvrp.Client(
            0,
            0,
            delivery=[board.sessions[homes + at]],
            service_duration=int(board.work[homes + at]),
            tw_early=int(net.nodes.begin[client.node]),
            tw_late=int(net.nodes.begin[client.node]),
            prize=group_of[at][1] or 0,
            required=False,
            group=group_of[at][0],
        )
        for at, client in enumerate(board.clients)
    ]
    profile, costs, minutes = _profiles(board)
    shifts = sorted(board.shifts.values())
    vehicles = []
    for shift in shifts:
        limits = problem.instructors[person := int(net.shifts.person[shift])]
        home = board.homes.index(int(net.shifts.home[shift]))
        vehicles.append(
            pyvrp.VehicleType(
                1,
                capacity=[limits.max_day_sessions],
                start_depot=home,
                end_depot=home,
                tw_early=int(net.shifts.start[shift]),
                tw_late=int(net.shifts.end[shift]),
                shift_duration=limits.max_day_minutes,
                profile=profile[person],
            )
        )
    data = pyvrp.ProblemData(clients, [pyvrp.Depot(0, 0) for _ in board.homes], vehicles, costs, minutes, every)
    begun = [
        pyvrp.Route(data, [homes + at for at in route], shifts.index(shift)) for shift, route in board.routes().items()
    ]
    found = pyvrp.solve(
        data,
        stop=lambda best: clock() > until,
        seed=seed,
        collect_stats=False,
        params=pyvrp.SolveParams(penalty=pyvrp.PenaltyParams(min_penalty=BREAKING, max_penalty=100 * BREAKING)),
        display=False,
        initial_solution=pyvrp.Solution(data, begun),
    )
    return {shifts[route.vehicle_type()]: [at - homes for at in route.visits()] for route in found.best.routes()}


def _profiles(board: Board) -> tuple[list[int], list[Any], list[Any]]:
    """People who go the same way to the same clients share a matrix: each person's, and the matrices."""
    homes, mine = len(board.homes), []
    known: dict[tuple[tuple[str, bool], frozenset[int]], int] = {}
    for person, way in enumerate(board.ways):
        cannot = frozenset(homes + at for at, client in enumerate(board.clients) if not board.able(person, client))
        mine.append(known.setdefault((way, cannot), len(known)))
    if len(known) * len(board.work) ** 2 > MOST_CELLS:
        raise MemoryError(f"{len(known)} matrices of {len(board.work)}²")
    costs: list[Any] = []
    minutes: list[Any] = []
    for way, cannot in known:
        cost, needed = board.matrices[way]
        cost = cost.copy()
        cost[:, list(cannot)] = FAR
        np.fill_diagonal(cost, 0)
        costs.append(cost)
        minutes.append(needed)
    return mine, costs, minutes


def by_ortools(problem: Problem, seconds: float, clock: Clock, seed: int) -> tuple[Plan, str]:
    def route(board: Board, seconds: float, turn: int) -> Routes:
        return _ortools(board, seconds, clock)

    return _rounds(route, problem, seconds, rounds=ORTOOLS_ROUNDS, every_home=True)


def _ortools(board: Board, seconds: float, clock: Clock) -> Routes:
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    until = clock() + seconds
    net, homes = board.net, len(board.homes)
    depots = [board.homes.index(home) for home in net.shifts.home.tolist()]
    manager = pywrapcp.RoutingIndexManager(len(board.work), len(net.shifts), depots, depots)
    routing = pywrapcp.RoutingModel(manager)
    time_ = _dimensions(board, routing)
    _limits(board, routing, time_)
    days = [(s, int(net.shifts.person[s]), int(net.shifts.day[s])) for s in sorted(board.shifts.values())]
    indices = [manager.NodeToIndex(homes + at) for at in range(len(board.clients))]
    for index, client in zip(indices, board.clients, strict=True):
        begin, on = int(net.nodes.begin[client.node]), int(net.nodes.day[client.node])
        time_.CumulVar(index).SetRange(begin, begin)
        able = [shift for shift, person, day in days if day == on and board.able(person, client)]
        routing.VehicleVar(index).SetValues([-1, *able])
    for own, price in board.groups():
        routing.AddDisjunction([indices[at] for at in own], *(() if price is None else (price, 1)))
    # A clock of the process's own needs asking; the given limit, of the wall clock, is there in case that fails.
    routing.AddSearchMonitor(routing.solver().CustomLimit(lambda: clock() > until))
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromSeconds(max(1, round(100 * seconds)))
    routing.CloseModelWithParameters(parameters)
    begun = board.routes()
    given = [[homes + at for at in begun.get(shift, [])] for shift in range(len(net.shifts))]
    first = routing.ReadAssignmentFromRoutes(given, True)
    if first is None:
        raise ValueError("the routes to begin with were refused")
    found = routing.SolveFromAssignmentWithParameters(first, parameters)
    if found is None:
        raise TimeoutError("nothing found")
    return {shift: _route(manager, routing, found, shift, homes) for shift in range(len(net.shifts))}


def _route(manager: Any, routing: Any, found: Any, vehicle: int, homes: int) -> list[int]:
    index, route = found.Value(routing.NextVar(routing.Start(vehicle))), []
    while not routing.IsEnd(index):
        route.append(manager.IndexToNode(index) - homes)
        index = found.Value(routing.NextVar(index))
    return route


def _dimensions(board: Board, routing: Any) -> Any:
    """Costs, sessions and the clock. The work at a client is part of the way on from it."""
    net = board.net
    ways = [board.ways[person] for person in net.shifts.person.tolist()]
    costs = {way: routing.RegisterTransitMatrix(cost.tolist()) for way, (cost, _) in board.matrices.items()}
    times = {
        way: routing.RegisterTransitMatrix((minutes + board.work[:, None]).tolist())
        for way, (_, minutes) in board.matrices.items()
    }
    for vehicle, way in enumerate(ways):
        routing.SetArcCostEvaluatorOfVehicle(costs[way], vehicle)
    horizon = 1440 * board.problem.horizon.days
    routing.AddDimensionWithVehicleTransits([times[way] for way in ways], horizon, horizon, False, "time")
    most = [board.problem.instructors[person].max_day_sessions for person in net.shifts.person.tolist()]
    count = routing.RegisterUnaryTransitVector(board.sessions)
    routing.AddDimensionWithVehicleCapacity(count, 0, most, True, "sessions")
    return routing.GetDimensionOrDie("time")


def _limits(board: Board, routing: Any, clock_of: Any) -> None:
    """Hours of days and weeks, one trip a day, rest."""
    net, solver = board.net, routing.solver()
    own: dict[int, list[int]] = defaultdict(list)
    starts = [clock_of.CumulVar(routing.Start(vehicle)) for vehicle in range(len(net.shifts))]
    ends = [clock_of.CumulVar(routing.End(vehicle)) for vehicle in range(len(net.shifts))]
    for vehicle, person in enumerate(net.shifts.person.tolist()):
        own[person].append(vehicle)
        first, last = int(net.shifts.start[vehicle]), int(net.shifts.end[vehicle])
        starts[vehicle].SetRange(first, last)
        ends[vehicle].SetRange(first, last)
        clock_of.SetSpanUpperBoundForVehicle(board.problem.instructors[person].max_day_minutes, vehicle)
        routing.AddVariableMaximizedByFinalizer(starts[vehicle])
        routing.AddVariableMinimizedByFinalizer(ends[vehicle])
    for person, vehicles in own.items():
        limits = board.problem.instructors[person]
        for week, cap in enumerate(limits.week_minutes):
            here = [v for v in vehicles if net.weeks[net.shifts.day[v]] == week]
            solver.Add(solver.Sum([ends[v] - starts[v] for v in here]) <= cap - board.hours[limits.id])
        for v in vehicles:
            for w in vehicles:
                if net.shifts.day[v] == net.shifts.day[w] and v < w:
                    solver.Add(routing.ActiveVehicleVar(v) + routing.ActiveVehicleVar(w) <= 1)
                elif net.shifts.day[v] < net.shifts.day[w] and ends[v].Max() + limits.rest_minutes > starts[w].Min():
                    solver.Add(starts[w] - ends[v] >= limits.rest_minutes)


PEERS = {"cpsat": by_cpsat, "pyvrp": by_pyvrp, "ortools": by_ortools}
WALL, CPU = time.monotonic, time.process_time
