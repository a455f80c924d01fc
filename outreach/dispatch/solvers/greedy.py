"""What a careful person does: the most urgent request first, at the place wished for most and its first date that can
be staffed, by whoever it takes least out of their way. The baseline that users see."""

from itertools import product

import numpy as np

from outreach.dispatch.problem import Plan, Problem
from outreach.dispatch.solvers.base import Budget, NoPlanError, Progress, Report, Stop, never, unheard
from outreach.dispatch.solvers.columns import Columns
from outreach.dispatch.solvers.network import Network
from outreach.dispatch.solvers.plans import plan_of
from outreach.dispatch.solvers.stability import own_costs
from outreach.dispatch.solvers.trips import DayTrip, TripMaker

# A pair is sought among this many of the cheapest for each role.
BEST_FEW = 6


class Greedy:
    """`every_start`: try all of a visit's starts and take the cheapest, which few people have the patience for."""

    def __init__(self, *, every_start: bool = False) -> None:
        self._every = every_start

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
        network = Network(problem)
        columns = self.build(network, Budget(seconds, work, should_stop))
        plan = plan_of(network, columns, bound=None)
        progress(Progress("greedy", len(problem.visits), plan.cost, None))
        return plan

    def build(self, network: Network, budget: Budget) -> Columns:
        """The trips. Raises NoPlanError when a locked visit finds no place."""
        table = _Table(network)
        visits = network.problem.visits
        order = sorted(range(len(visits)), key=lambda v: (v not in network.locks, -visits[v].penalty, v))
        for visit in order:
            if budget.over() and visit not in network.locks:
                break
            budget.spend()
            if not table.serve(visit, every=self._every) and visit in network.locks:
                raise NoPlanError(f"visit {visits[visit].id} is locked but cannot be staffed")
        return table.columns()


Choice = tuple[int, DayTrip]


class _Table:
    """Who goes where so far."""

    def __init__(self, network: Network) -> None:
        self._net = network
        self._maker = TripMaker(network, own_costs(network))
        self._own: dict[int, dict[int, DayTrip]] = {p: {} for p in range(len(network.problem.instructors))}
        self._day: list[int] = network.nodes.day.tolist()
        self._nodes: dict[int, list[int]] = {}
        for node, visit in enumerate(network.nodes.visit.tolist()):
            self._nodes.setdefault(visit, []).append(node)

    def columns(self) -> Columns:
        return self._maker.columns([trip for own in self._own.values() for trip in own.values()])

    def serve(self, visit: int, *, every: bool) -> bool:
        """Add a visit where it costs least, if it can be; with `every`, if that is cheaper than leaving it out."""
        best: tuple[int, list[DayTrip]] | None = None
        wanted = self._net.problem.visits[visit]
        for node in sorted(self._nodes.get(visit, []), key=self._wished):
            found = self._staff(node, wanted.crew)
            if found and (best is None or found[0] < best[0]):
                best = found
            if best and not every:
                break
        if best is None or (every and best[0] > wanted.penalty and visit not in self._net.locks):
            return False
        for trip in best[1]:
            self._place(trip)
        return True

    def _wished(self, node: int) -> tuple[int, int]:
        return int(self._net.nodes.wish[node]), int(self._net.nodes.start[node])

    def _staff(self, node: int, crew: int) -> tuple[int, list[DayTrip]] | None:
        """The cheapest crew for a node, with what it adds to the cost."""
        leads = self._choices(node, np.flatnonzero(self._net.crew.lead[:, node]).tolist())
        if crew == 1:
            return (leads[0][0], [leads[0][1]]) if leads else None
        seconds = self._choices(node, np.flatnonzero(self._net.crew.second[:, node]).tolist())
        pairs = [
            (a[0] + b[0], [a[1], b[1]])
            for a, b in product(leads[:BEST_FEW], seconds[:BEST_FEW])
            if a[1].person != b[1].person
        ]
        return min(pairs, key=lambda pair: pair[0], default=None)

    def _choices(self, node: int, people: list[int]) -> list[Choice]:
        found = [choice for person in people if (choice := self._insert(person, node))]
        return sorted(found, key=lambda choice: (choice[0], choice[1].person))

    def _insert(self, person: int, node: int) -> Choice | None:
        """The cheapest way for one person to take a node in, on top of what they do that day."""
        day = self._day[node]
        old = self._own[person].get(day)
        # Nodes are numbered by when they begin, and no visit is looked at twice.
        together = tuple(sorted((*old.nodes, node))) if old else (node,)
        for trip in self._maker.make(person, together):
            if self._fits(trip, day):
                added = trip.cost - (old.cost if old else 0)
                return added + self._overload(person, trip) - self._overload(person, old), trip
        return None

    def _others(self, person: int, day: int) -> list[DayTrip]:
        return [trip for worked, trip in self._own[person].items() if worked != day]

    def _fits(self, trip: DayTrip, day: int) -> bool:
        """Beside the person's other trips: one a day, rest between them, hours of each week."""
        limits, others = self._net.problem.instructors[trip.person], self._others(trip.person, day)
        rest = limits.rest_minutes
        for other in others:
            if set(other.days) & set(trip.days):
                return False
            if trip.leave < other.back + rest and other.leave < trip.back + rest:
                return False
        weeks = [sum(week) for week in zip(trip.minutes, *(other.minutes for other in others), strict=True)]
        return all(week <= cap for week, cap in zip(weeks, limits.week_minutes, strict=True))

    def _overload(self, person: int, trip: DayTrip | None) -> int:
        """The price of overload with this trip on its day, or, for None, as things stand."""
        if trip is None:
            trips = list(self._own[person].values())
        else:
            trips = [*self._others(person, self._day[trip.nodes[0]]), trip]
        over = sum(sum(t.minutes) for t in trips) - self._net.problem.instructors[person].target_minutes
        return sum(band.rate * max(0, over - band.above) for band in self._net.problem.weights.overload)

    def _place(self, trip: DayTrip) -> None:
        self._own[trip.person][self._day[trip.nodes[0]]] = trip
