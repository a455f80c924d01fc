"""Places for a visit, judged person by person, are exactly those that the whole check accepts, at the same cost."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations, product

import pytest

from outreach.dispatch.editing import judge, move, take_out, without_lock
from outreach.dispatch.explain.bench import Bench
from outreach.dispatch.options import Options
from outreach.dispatch.problem import Forbidden, FrozenDay, Plan, Prior, Problem, Visit, day_of
from outreach.dispatch.score import Score
from outreach.dispatch.solvers import solver
from tests.dispatch.test_solvers import tiny

pytestmark = pytest.mark.once


def solved(problem: Problem) -> Plan:
    return solver("greedy").solve(problem, seconds=5)


def agree(problem: Problem, plan: Plan) -> int:
    """Compare every place of every visit; returns how many take a night. With four people no pair is left out."""
    nights = 0
    before = judge(problem, plan)
    assert isinstance(before, Score)
    for visit in problem.visits:
        offered = {(o.start, o.crew): (o.cost, o.hm) for o in Options(problem, plan, visit.id).all()}
        found = {at: (score.cost - before.cost, score.hm - before.hm) for at, score in placements(problem, plan, visit)}
        near = {start for start, _crew in found}
        far = {at: option for at, option in offered.items() if at[0] not in near}
        assert {at: option for at, option in offered.items() if at not in far} == found, visit.id
        for (start, crew), (cost, _hm) in far.items():
            free = without_lock(problem, visit.id)
            score = judge(free, Bench(free, take_out(plan, visit.id), visit.id).plan_with(start, crew) or plan)
            assert isinstance(score, Score)
            assert score.cost - before.cost == cost, "with a night away, since nobody can within the day"
        nights += len(far)
    return nights


def placements(problem: Problem, plan: Plan, visit: Visit) -> Iterator[tuple[tuple[int, tuple[str, ...]], Score]]:
    """Every start and every crew, the lead first, that the whole check accepts: one check a way."""
    free = without_lock(problem, visit.id)  # a person decides anew about this one
    for start, crew in product(visit.starts, permutations([person.id for person in problem.instructors], visit.crew)):
        score = judge(free, move(free, plan, visit.id, start, crew))
        if isinstance(score, Score):
            yield (start, crew), score


@pytest.mark.parametrize("seed", range(8))
def test_what_is_offered_is_what_the_whole_check_accepts(seed: int) -> None:
    problem = tiny(seed)
    nights = agree(problem, solved(problem))
    assert nights > 0 or seed not in {4, 7}


@pytest.mark.parametrize("seed", range(8, 12))
def test_also_among_refusals_locked_days_and_what_people_were_told(seed: int) -> None:
    problem = tiny(seed)
    plan = solved(problem)
    entry = plan.visits[0]
    others = [person.id for person in problem.instructors if person.id not in entry.instructors]
    frozen = next(
        (FrozenDay(name, day) for name in others for day in range(4) if not works(plan, name, day)), FrozenDay("", 0)
    )
    ordered = replace(
        problem,
        forbidden=(Forbidden(others[0], entry.id),),
        frozen_days=(frozen,) if frozen.instructor else (),
        prior=tuple(Prior(e.id, e.start, e.instructors, 600, 300) for e in plan.visits),
    )
    agree(ordered, plan)


def works(plan: Plan, name: str, day: int) -> bool:
    return any(
        day_of(stop.start) == day for t in plan.trips if t.instructor == name for d in t.days for stop in d.stops
    )


def test_the_cheapest_comes_first() -> None:
    problem = tiny(3)
    plan = solved(problem)
    costs = [option.cost for option in Options(problem, plan, plan.visits[0].id).all()]
    assert costs == sorted(costs)
    assert costs
