"""General routing solvers on the dispatch problem, as far as they can express it; what they break is taken out.

Both get each person's day as a vehicle and each visit at each of its starts as a client, at most one of which is met.
Neither is given nights away or islands: no such column exists in them. What else each lacks stands beside it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from outreach.dispatch.check import check
from outreach.dispatch.editing import bare, take_out
from outreach.dispatch.problem import VERSION, Duty, Plan, Problem, ServedVisit, Stop, Trip
from outreach.dispatch.score import Score
from outreach.dispatch.solvers.legs import Ints, Roads
from outreach.dispatch.solvers.network import Network

FAR = 10_000_000
LEAD, SECOND = 0, 1


@dataclass(frozen=True)
class Client:
    """A visit at one start in one role; `able` are the people who may take it."""

    node: int
    role: int
    able: frozenset[int]


class Board:
    """Who could go where by day trips over land, in the shape that routing solvers ask for."""

    def __init__(self, problem: Problem, *, first_start_of_pairs: bool) -> None:
        self.problem, self.net = problem, Network(problem)
        net, nodes = self.net, self.net.nodes
        self.clients: list[Client] = []
        seen: set[int] = set()
        for node, visit in enumerate(nodes.visit.tolist()):
            crew = problem.visits[visit].crew
            if crew == 2 and first_start_of_pairs and visit in seen:
                continue
            seen.add(visit)
            roles = ((LEAD, net.crew.lead), (SECOND, net.crew.second))[:crew]
            self.clients += [Client(node, r, frozenset(np.flatnonzero(able[:, node]).tolist())) for r, able in roles]
        self.at = np.array([client.node for client in self.clients], dtype=np.int64)
        self.homes = sorted(set(net.shifts.home.tolist()))
        self.places = np.concatenate([np.array(self.homes, dtype=np.int64), nodes.place[self.at]])
        roads = {travel.mode: Roads(problem, travel.mode) for travel in problem.travel}
        none = np.zeros(1, dtype=np.int64)
        self.cost: dict[str, Ints] = {}
        self.minutes: dict[str, Ints] = {}
        for mode, road in roads.items():
            legs = road.latest(self.places[:, None], self.places[None, :], none)
            ok = legs.ok & ~legs.ferry
            self.cost[mode] = np.where(ok, legs.cost, FAR)
            self.minutes[mode] = np.where(ok, legs.minutes, FAR)
        # The work at a client is part of the way on from it.
        self.work = np.r_[np.zeros(len(self.homes), dtype=np.int64), nodes.end[self.at] - nodes.begin[self.at]]

    def plan(self, routes: list[tuple[int, list[int]]]) -> Plan:
        """Of (shift, clients in order): a plan as it is, whether it keeps the rules or not; half crews go home."""
        net, problem = self.net, self.problem
        crews: dict[int, list[tuple[int, int]]] = {}
        for shift, clients in routes:
            for number in clients:
                client = self.clients[number]
                crews.setdefault(client.node, []).append((client.role, int(net.shifts.person[shift])))
        whole = {n for n, crew in crews.items() if len(crew) == problem.visits[net.nodes.visit[n]].crew}
        trips, people = [], problem.instructors
        for shift, clients in routes:
            at = [self.clients[number].node for number in clients if self.clients[number].node in whole]
            if at:
                stops = tuple(Stop(net.visit_of(node).id, int(net.nodes.start[node])) for node in sorted(at))
                home = problem.places[net.shifts.home[shift]].id
                duty = Duty(int(net.shifts.day[shift]), stops)
                trips.append(Trip(people[net.shifts.person[shift]].id, home, (duty,)))
        visits = []
        for node in sorted(whole):
            crew = sorted(crews[node])
            names = tuple(sorted(people[person].id for _, person in crew))
            start = int(net.nodes.start[node])
            visits.append(ServedVisit(net.visit_of(node).id, start, names, people[crew[0][1]].id))
        return Plan(VERSION, tuple(trips), tuple(visits))


def mend(problem: Problem, plan: Plan) -> tuple[Plan, Score, int]:
    """Take visits out until the check accepts what is left; how many went."""
    taken = 0
    while not isinstance(result := check(problem, bare(plan)), Score):
        broken = result[0]
        visit = broken.visit
        if visit is None:
            mine = [trip for trip in plan.trips if trip.instructor == broken.instructor]
            visit = min(mine, key=lambda trip: len(trip.days[0].stops)).days[0].stops[0].visit
        plan, taken = take_out(plan, visit), taken + 1
    return plan, result, taken


def by_pyvrp(problem: Problem, seconds: float, clock: Callable[[], float], seed: int) -> tuple[Plan, str]:
    """Lacks: two people who must both come (a pair gets its first start only), caps of a week, rest, overload."""
    import pyvrp

    board = Board(problem, first_start_of_pairs=True)
    net, homes = board.net, len(board.homes)
    classes: dict[tuple[str, frozenset[int]], int] = {}
    mine: dict[int, int] = {}
    for person, limits in enumerate(problem.instructors):
        can = frozenset(number for number, client in enumerate(board.clients) if person in client.able)
        mine[person] = classes.setdefault((limits.mode, can), len(classes))
    if len(classes) * len(board.places) ** 2 > 150_000_000:
        raise MemoryError(f"{len(classes)} matrices of {len(board.places)}²")
    costs: list[Any] = []
    minutes: list[Any] = []
    for mode, can in classes:
        no = np.array([number not in can for number in range(len(board.clients))])
        cost = board.cost[mode].copy()
        cost[:, homes:][:, no] = FAR
        costs.append(cost)
        minutes.append(np.minimum(board.minutes[mode], FAR))
        np.fill_diagonal(costs[-1], 0)
        np.fill_diagonal(minutes[-1], 0)
    groups: dict[tuple[int, int], list[int]] = {}
    for number, client in enumerate(board.clients):
        groups.setdefault((int(net.nodes.visit[client.node]), client.role), []).append(homes + number)
    group_of = {place: number for number, own in enumerate(groups.values()) for place in own}
    clients = [
        pyvrp.Client(
            0,
            0,
            delivery=[int(net.nodes.sessions[c.node])],
            service_duration=int(net.nodes.end[c.node] - net.nodes.begin[c.node]),
            tw_early=int(net.nodes.begin[c.node]),
            tw_late=int(net.nodes.begin[c.node]),
            prize=net.visit_of(c.node).penalty // net.visit_of(c.node).crew,
            required=False,
            group=group_of[homes + number],
        )
        for number, c in enumerate(board.clients)
    ]
    vehicles = []
    for shift, person in enumerate(net.shifts.person.tolist()):
        limits, home = problem.instructors[person], board.homes.index(int(net.shifts.home[shift]))
        vehicles.append(
            pyvrp.VehicleType(
                1,
                capacity=[limits.max_day_sessions],
                start_depot=home,
                end_depot=home,
                tw_early=int(net.shifts.start[shift]),
                tw_late=int(net.shifts.end[shift]),
                shift_duration=limits.max_day_minutes,
                profile=mine[person],
            )
        )
    data = pyvrp.ProblemData(
        clients,
        [pyvrp.Depot(0, 0) for _ in board.homes],
        vehicles,
        costs,
        minutes,
        [pyvrp.ClientGroup(own, required=False) for own in groups.values()],
    )
    began = clock()
    found = pyvrp.solve(data, stop=lambda best: clock() - began > seconds, seed=seed, display=False)
    routes = [(r.vehicle_type(), [v - homes for v in r.visits()]) for r in found.best.routes()]
    return board.plan(routes), "no pairs' choice of start, week caps, rest, overload, nights, islands"


def by_ortools(problem: Problem, seconds: float, clock: Callable[[], float], seed: int) -> tuple[Plan, str]:
    """Lacks: caps of a week, rest, overload. Pairs are two clients of which both or neither are met."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    board = Board(problem, first_start_of_pairs=False)
    net, homes = board.net, len(board.homes)
    depots = [board.homes.index(home) for home in net.shifts.home.tolist()]
    manager = pywrapcp.RoutingIndexManager(len(board.places), len(net.shifts), depots, depots)
    routing = pywrapcp.RoutingModel(manager)
    modes = [problem.instructors[person].mode for person in net.shifts.person.tolist()]
    costs = {mode: routing.RegisterTransitMatrix(matrix.tolist()) for mode, matrix in board.cost.items()}
    times = {
        mode: routing.RegisterTransitMatrix((np.minimum(m, FAR) + board.work[:, None]).tolist())
        for mode, m in board.minutes.items()
    }
    for vehicle, mode in enumerate(modes):
        routing.SetArcCostEvaluatorOfVehicle(costs[mode], vehicle)
    horizon = 1440 * problem.horizon.days
    routing.AddDimensionWithVehicleTransits([times[mode] for mode in modes], horizon, horizon, False, "time")
    clock_of = routing.GetDimensionOrDie("time")
    sessions = np.r_[np.zeros(homes, dtype=np.int64), net.nodes.sessions[board.at]].tolist()
    count = routing.RegisterUnaryTransitVector(sessions)
    limits = [problem.instructors[person] for person in net.shifts.person.tolist()]
    routing.AddDimensionWithVehicleCapacity(count, 0, [person.max_day_sessions for person in limits], True, "sessions")
    for vehicle, person in enumerate(limits):
        first, last = int(net.shifts.start[vehicle]), int(net.shifts.end[vehicle])
        clock_of.CumulVar(routing.Start(vehicle)).SetRange(first, last)
        clock_of.CumulVar(routing.End(vehicle)).SetRange(first, last)
        clock_of.SetSpanUpperBoundForVehicle(person.max_day_minutes, vehicle)
    own: dict[tuple[int, int], list[int]] = {}
    pairs: dict[int, list[int]] = {}
    for number, client in enumerate(board.clients):
        index = manager.NodeToIndex(homes + number)
        begin = int(net.nodes.begin[client.node])
        clock_of.CumulVar(index).SetRange(begin, begin)
        day = int(net.nodes.day[client.node])
        able = [s for s, p in enumerate(net.shifts.person.tolist()) if p in client.able and net.shifts.day[s] == day]
        routing.VehicleVar(index).SetValues([-1, *able])
        own.setdefault((int(net.nodes.visit[client.node]), client.role), []).append(index)
        pairs.setdefault(client.node, []).append(index)
    for (visit, role), indices in own.items():
        routing.AddDisjunction(indices, problem.visits[visit].penalty if role == LEAD else 0, 1)
    for indices in pairs.values():
        if len(indices) == 2:
            routing.solver().Add(routing.ActiveVar(indices[0]) == routing.ActiveVar(indices[1]))
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromSeconds(max(1, round(20 * seconds)))
    began = clock()
    routing.AddSearchMonitor(routing.solver().CustomLimit(lambda: clock() - began > seconds))
    found = routing.SolveWithParameters(parameters)
    if found is None:
        raise TimeoutError("nothing found")
    routes = []
    for vehicle in range(len(limits)):
        index, clients = found.Value(routing.NextVar(routing.Start(vehicle))), []
        while not routing.IsEnd(index):
            clients.append(manager.IndexToNode(index) - homes)
            index = found.Value(routing.NextVar(index))
        routes.append((vehicle, clients))
    return board.plan(routes), "no week caps, rest, overload, nights, islands"


PEERS = {"pyvrp": by_pyvrp, "ortools": by_ortools}
WALL, CPU = time.monotonic, time.process_time
