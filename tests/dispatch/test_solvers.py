"""Tiny instances of the full model: bound ≤ CP-SAT's proven optimum ≤ our cost; the same work, the same plan."""

from random import Random

import pytest

from outreach.dispatch.check import check
from outreach.dispatch.generate import Town, generate
from outreach.dispatch.problem import Problem
from outreach.dispatch.problem_json import dump_plan
from outreach.dispatch.score import Score
from outreach.dispatch.solvers import solver

pytestmark = pytest.mark.once


def tiny(seed: int) -> Problem:
    rng = Random(seed)
    towns = [Town(f"3120{n % 4}", 35.3 + rng.random() * 0.5, 133.5 + rng.random() * 0.9) for n in range(24)]
    return generate(prefecture="31", towns=towns, instructors=4, visits=7, seed=seed, days=4)


def brackets_the_optimum(seed: int) -> None:
    problem = tiny(seed)
    proven = solver("cpsat").solve(problem, work=60)
    ours = solver("best").solve(problem, work=200, seed=1)
    assert proven.cost is not None
    assert proven.cost == proven.bound, "CP-SAT must prove its optimum for this to say anything"
    assert isinstance(check(problem, ours), Score)
    assert ours.bound is not None
    assert ours.cost is not None
    assert ours.bound <= proven.cost <= ours.cost


@pytest.mark.parametrize("seed", range(12))
def test_the_optimum_lies_between_our_bound_and_our_cost(seed: int) -> None:
    brackets_the_optimum(seed)


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(12, 300))
def test_the_optimum_lies_between_our_bound_and_our_cost_at_length(seed: int) -> None:
    brackets_the_optimum(seed)


def test_the_same_work_gives_the_same_plan_byte_for_byte() -> None:
    problem = tiny(1)
    first, again = (dump_plan(solver("best").solve(problem, work=60, seed=3)) for _ in range(2))
    assert first == again


def test_the_greedy_plan_is_accepted_and_no_better_than_ours() -> None:
    problem = tiny(2)
    greedy, best = (solver(name).solve(problem, work=200, seed=1) for name in ("greedy", "best"))
    assert isinstance(check(problem, greedy), Score)
    assert greedy.cost is not None
    assert best.cost is not None
    assert best.cost <= greedy.cost
