"""Trips taken together, and which more may join them."""

from collections import defaultdict

from outreach.dispatch.solvers.columns import Columns
from outreach.dispatch.solvers.network import Network


class Company:
    """What is taken so far: nobody's day or rest twice, no week over its hours, no visit at two starts or by too many.

    A relaxed solution may take halves of trips that can't be taken whole together: hours of a week, above all.
    """

    def __init__(self, network: Network) -> None:
        self._net = network
        self._node: dict[int, int] = {}
        self._crew: dict[int, list[int]] = defaultdict(list)
        self._away: dict[int, list[tuple[int, int, int, int]]] = defaultdict(list)
        self._minutes: dict[tuple[int, int], int] = defaultdict(int)

    def start(self, node: int) -> bool:
        """Take a start for two people, if its visit has no other; whether it was taken."""
        visit = int(self._net.nodes.visit[node])
        return self._node.setdefault(visit, node) == node

    def join(self, trips: Columns, number: int) -> bool:
        """Take one of these trips, if it fits; whether it was taken."""
        person = int(trips.person[number])
        nodes = [node for node in trips.nodes[number].tolist() if node >= 0]
        rest = self._net.problem.instructors[person].rest_minutes
        away = (
            int(trips.leave[number]),
            int(trips.back[number]) + rest,
            int(trips.first_day[number]),
            int(trips.last_day[number]),
        )
        minutes = trips.minutes[number].tolist()
        if not (self._may_leave(person, away) and self._has_hours(person, minutes) and self._wanted(person, nodes)):
            return False
        self._away[person].append(away)
        for week, some in enumerate(minutes):
            self._minutes[person, week] += some
        for node in nodes:
            self._node[int(self._net.nodes.visit[node])] = node
            self._crew[node].append(person)
        return True

    def _may_leave(self, person: int, away: tuple[int, int, int, int]) -> bool:
        leave, until, first, last = away
        return not any(
            (leave < other[1] and other[0] < until) or (first <= other[3] and other[2] <= last)
            for other in self._away[person]
        )

    def _has_hours(self, person: int, minutes: list[int]) -> bool:
        caps = self._net.problem.instructors[person].week_minutes
        return all(self._minutes[person, week] + some <= caps[week] for week, some in enumerate(minutes))

    def _wanted(self, person: int, nodes: list[int]) -> bool:
        return all(self._has_room(person, node) for node in nodes)

    def _has_room(self, person: int, node: int) -> bool:
        visit, there = int(self._net.nodes.visit[node]), self._crew[node]
        if self._node.get(visit, node) != node or len(there) == self._net.problem.visits[visit].crew:
            return False
        if not there:
            return True
        lead, second = self._net.crew.lead[:, node], self._net.crew.second[:, node]
        other = there[0]
        return bool((lead[person] and second[other]) or (lead[other] and second[person]))
