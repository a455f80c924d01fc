"""From trips as columns to a plan that the check accepts."""

from dataclasses import replace
from math import ceil

from outreach.dispatch import problem_json
from outreach.dispatch.check import check
from outreach.dispatch.problem import Duty, Plan, ServedVisit, Stop, Trip
from outreach.dispatch.score import Score
from outreach.dispatch.solvers.columns import Columns
from outreach.dispatch.solvers.network import Network

# Sums of a hundred thousand floats of size 10⁶ are good to about 10⁻⁴; costs are whole numbers.
DUST = 0.01


class RefusedError(AssertionError):
    """The check refuses what a solver made: a fault in the solver. `reasons` has the broken rules."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


def plan_of(network: Network, columns: Columns, bound: float | None) -> Plan:
    """The plan of these trips, with its figures as the check computes them."""
    problem = network.problem
    trips = sorted(
        (_trip(network, columns, row) for row in range(len(columns))), key=lambda t: (t.instructor, t.days[0].day)
    )
    visits = tuple(_served(network, columns))
    plan = Plan(version=problem.version, trips=tuple(trips), visits=visits, problem=problem_json.digest(problem))
    score = check(problem, plan)
    if not isinstance(score, Score):
        raise RefusedError([violation.text for violation in score])
    whole = None if bound is None else min(whole_bound(bound), score.cost)
    return replace(plan, bound=whole, cost=score.cost, served=score.served, unserved=score.unserved, km=score.km)


def whole_bound(bound: float) -> int:
    """The least whole number that a plan can cost."""
    return ceil(bound - DUST)


def _trip(network: Network, columns: Columns, row: int) -> Trip:
    nodes = [node for node in columns.nodes[row].tolist() if node >= 0]
    days = range(int(columns.first_day[row]), int(columns.last_day[row]) + 1)
    return Trip(
        instructor=network.problem.instructors[columns.person[row]].id,
        home=network.problem.places[columns.home[row]].id,
        days=tuple(
            Duty(day, tuple(_stop(network, node) for node in nodes if network.nodes.day[node] == day)) for day in days
        ),
    )


def _stop(network: Network, node: int) -> Stop:
    return Stop(network.visit_of(node).id, int(network.nodes.start[node]))


def _served(network: Network, columns: Columns) -> list[ServedVisit]:
    crews: dict[int, list[int]] = {}
    for row in range(len(columns)):
        for node in columns.nodes[row].tolist():
            if node >= 0:
                crews.setdefault(node, []).append(int(columns.person[row]))
    return [
        _crew(network, node, sorted(crew))
        for node, crew in sorted(crews.items(), key=lambda item: _key(network, item[0]))
    ]


def _key(network: Network, node: int) -> str:
    return network.visit_of(node).id


def _crew(network: Network, node: int, crew: list[int]) -> ServedVisit:
    """The lead is who can lead so that the other can be second; among equals, who stands first."""
    able = network.crew
    lead = crew[0]
    if len(crew) > 1:
        a, b = crew
        lead = a if able.lead[a, node] and able.second[b, node] else b
    people = network.problem.instructors
    names = tuple(people[person].id for person in crew)
    visit, start = network.visit_of(node), int(network.nodes.start[node])
    return ServedVisit(visit.id, start, names, people[lead].id, visit.said_place(start))
