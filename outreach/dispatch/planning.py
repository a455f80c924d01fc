"""Making a plan by insertion, as a careful person does: who waits hardest first, each where it adds least."""

from collections.abc import Callable
from time import monotonic

from outreach.dispatch.editing import cheapest, judge, placements, put_in
from outreach.dispatch.problem import VERSION, Plan, Problem
from outreach.dispatch.score import Score

Report = Callable[[int, int], bool]  # (done, all) → whether to stop


def never_stop(done: int, total: int) -> bool:
    return False


def fill(problem: Problem, *, seconds: float = 60, report: Report = never_stop) -> Plan:
    """Serve as much as insertion can, until all is tried, `seconds` are over or `report` says stop.

    Locked visits go in first, exactly so, unjudged: whether they can stand together is for `check`. Trips last a day.
    """
    made = _locked(problem)
    until = monotonic() + seconds
    served = {entry.id for entry in made.visits}
    waiting = [visit for visit in problem.visits if visit.id not in served]
    waiting.sort(key=lambda visit: (-visit.penalty, len(visit.starts), visit.id))
    cost = _cost(problem, made)
    for done, visit in enumerate(waiting):
        if cost is None or monotonic() > until or report(done, len(waiting)):
            break
        way = cheapest(placements(problem, made, visit.id))
        if way and way.score.cost < cost:
            made, cost = way.plan, way.score.cost
    return made


def _locked(problem: Problem) -> Plan:
    made = Plan(VERSION, (), ())
    for lock in problem.locks:
        if lock.start is not None and lock.lead is not None:
            crew = (lock.lead, lock.second) if lock.second else (lock.lead,)
            made = put_in(problem, made, lock.visit, lock.start, crew)
    return made


def _cost(problem: Problem, plan: Plan) -> int | None:
    score = judge(problem, plan)
    return score.cost if isinstance(score, Score) else None
