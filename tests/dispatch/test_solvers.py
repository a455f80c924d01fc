"""Tiny instances of the full model: bound ≤ CP-SAT's proven optimum ≤ our cost; the same work, the same plan."""

from dataclasses import replace
from random import Random

import pytest

from outreach.dispatch.check import check
from outreach.dispatch.generate import Town, generate
from outreach.dispatch.problem import DAY_MINUTES, Elsewhere, FrozenDay, Lock, Prior, Problem, Visit
from outreach.dispatch.problem_json import dump_plan
from outreach.dispatch.score import Score
from outreach.dispatch.solvers import solver
from outreach.dispatch.solvers.base import Budget
from outreach.dispatch.solvers.cpsat import CpSat
from outreach.dispatch.solvers.duties import Writer
from outreach.dispatch.solvers.generation import Generation
from outreach.dispatch.solvers.greedy import Greedy
from outreach.dispatch.solvers.network import Network
from outreach.dispatch.solvers.stability import own_costs
from tests.dispatch import samples

pytestmark = pytest.mark.once


def tiny(seed: int) -> Problem:
    """Four people and seven visits; every other one has an island, every third locks, every third what was told."""
    rng = Random(seed)
    towns = [Town(f"3120{n % 4}", 35.3 + rng.random() * 0.5, 133.5 + rng.random() * 0.9) for n in range(24)]
    if seed % 2:
        towns += [Town("32528", 36.2 + 0.02 * n, 133.3) for n in range(3)]
    problem = generate(prefecture="31", towns=towns, instructors=4, visits=7, seed=seed, days=4)
    return ordered(problem, seed % 3) if seed % 3 else problem


def ordered(problem: Problem, kind: int) -> Problem:
    """With what people already know of a plan: visits that stay and a day that does (1), or only what was told (2)."""
    served = solver("greedy").solve(problem).visits[:3]
    told = tuple(Prior(entry.id, entry.start, entry.instructors, 600, 300) for entry in served)
    if kind == 2:
        return replace(problem, prior=told)
    locks = tuple(Lock(entry.id, entry.start, entry.lead) for entry in served[:1])
    days = tuple(FrozenDay(entry.lead, entry.start // DAY_MINUTES) for entry in served[:1])
    return replace(problem, locks=locks, frozen_days=days, prior=told[1:])


def roaming(problem: Problem, seed: int) -> Problem:
    """Where half the visits could be at another's place at some of their starts, at a price; what was told stands."""
    rng, told = Random(seed), {(lock.visit, lock.start) for lock in problem.locks}
    told |= {(prior.visit, prior.start) for prior in problem.prior}
    places = [visit.place for visit in problem.visits]

    def roam(visit: Visit) -> Visit:
        if rng.random() < 0.5:
            return visit
        starts = [start for start in visit.starts if (visit.id, start) not in told and rng.random() < 0.7]
        return replace(visit, elsewhere=tuple(Elsewhere(start, rng.choice(places), 200) for start in starts))

    return replace(problem, visits=tuple(map(roam, problem.visits)))


def brackets_the_optimum(problem: Problem) -> None:
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
    brackets_the_optimum(tiny(seed))


@pytest.mark.parametrize("seed", range(6))
def test_the_optimum_lies_between_them_too_where_visits_may_be_at_several_places(seed: int) -> None:
    problem = roaming(tiny(seed), seed)
    assert any(visit.elsewhere for visit in problem.visits)
    brackets_the_optimum(problem)


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(6, 200))
def test_the_optimum_lies_between_them_at_length_where_visits_may_be_at_several_places(seed: int) -> None:
    brackets_the_optimum(roaming(tiny(seed), seed))


@pytest.mark.parametrize("name", ["greedy", "best", "cpsat"])
def test_a_visit_is_at_its_second_place_where_the_first_is_not_open_and_else_only_to_save_more_than_the_wish(
    name: str,
) -> None:
    problem = samples.problem()
    wanted = samples.visit("r", "v2", samples.at(1, 10), samples.at(1, 13))

    def place(*elsewhere: Elsewhere, starts: tuple[int, ...] = wanted.starts) -> str | None:
        one = replace(wanted, starts=starts, elsewhere=elsewhere)
        plan = solver(name).solve(replace(problem, visits=(one,)), work=20)
        assert isinstance(check(replace(problem, visits=(one,)), plan), Score)
        return plan.visits[0].place

    later, cost = samples.at(1, 13), 2 * 200 + 2 * 2 * 20  # 20 km there and 20 back, and their minutes
    assert place(Elsewhere(later, "v1", cost + 1)) == "v2"
    assert place(Elsewhere(later, "v1", cost + 1), starts=(later,)) == "v1"
    assert place(Elsewhere(later, "v1", cost - 1)) == ("v2" if name == "greedy" else "v1")  # takes the first that does


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(12, 300))
def test_the_optimum_lies_between_our_bound_and_our_cost_at_length(seed: int) -> None:
    brackets_the_optimum(tiny(seed))


@pytest.mark.parametrize("nights", [0, 2])
def test_what_a_dive_holds_proves_no_bound(nights: int) -> None:
    problem = tiny(1)
    people = tuple(replace(person, max_nights=min(person.max_nights, nights)) for person in problem.instructors)
    network = Network(replace(problem, instructors=people))
    generation = Generation(network, Writer(network, own_costs(network)).write())
    generation.price()
    before = generation.bound
    generation.master.hold(0, 1.0)  # the first visit is left out
    dearer = generation.resolve(priced=True)
    assert generation.bound == before
    generation.master.release(0)
    assert generation.run(Budget(None, 200), cut=False).value < dearer.value
    assert generation.bound < dearer.value


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


def test_cp_sat_without_time_gives_greeds_plan_and_claims_no_bound() -> None:
    problem = tiny(3)
    plan = CpSat().solve(problem, seconds=0)
    assert plan.visits == Greedy(every_start=True).solve(problem).visits
    assert plan.bound is None


def test_cp_sat_that_sees_few_people_for_a_visit_is_no_worse_than_greed_and_claims_no_bound() -> None:
    problem = tiny(3)
    plan = CpSat(nearest=1).solve(problem, work=10)
    start = Greedy(every_start=True).solve(problem)
    assert plan.cost is not None
    assert start.cost is not None
    assert plan.cost <= start.cost
    assert plan.bound is None
