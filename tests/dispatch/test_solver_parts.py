"""The parts of the solver, one by one: a dive's end, the tree of a proof, what two threads make of one plan."""

import numpy as np
import pytest

from outreach.dispatch.generate import generate
from outreach.dispatch.solvers import cuts, solver
from outreach.dispatch.solvers.base import Budget, Progress, never, unheard
from outreach.dispatch.solvers.choice import Choice, Limits
from outreach.dispatch.solvers.columns import Columns
from outreach.dispatch.solvers.company import Company
from outreach.dispatch.solvers.diving import Dive
from outreach.dispatch.solvers.duties import Writer
from outreach.dispatch.solvers.generation import Generation
from outreach.dispatch.solvers.greedy import Greedy
from outreach.dispatch.solvers.helping import Helper
from outreach.dispatch.solvers.incumbent import Incumbent, Standing
from outreach.dispatch.solvers.master import Master, Relaxed
from outreach.dispatch.solvers.network import Floats, Network
from outreach.dispatch.solvers.plans import plan_of
from outreach.dispatch.solvers.proving import Proof
from outreach.dispatch.solvers.repair import Repair
from outreach.dispatch.solvers.rows import Rows
from outreach.dispatch.solvers.stability import own_costs
from outreach.dispatch.towns import towns_of
from tests.dispatch.test_solvers import tiny

pytestmark = pytest.mark.once

# A tiny instance whose relaxation takes trips in part.
FRACTIONAL = 8


def relaxed_of() -> tuple[Generation, Relaxed]:
    network = Network(tiny(FRACTIONAL))
    generation = Generation(network, Writer(network, own_costs(network)).write())
    return generation, generation.run(Budget(None, None), cut=False)


def test_where_a_dive_ends_nowhere_a_plan_of_the_likeliest_trips_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Dive, "_deeper", lambda *_args, **_named: None)
    generation, relaxed = relaxed_of()
    assert ((relaxed.trips > 0.01) & (relaxed.trips < 0.99)).any(), "or there is nothing to rescue"
    likely = generation.cheapest(relaxed, 1_500.0, 100, 60_000).columns
    trips = Dive(generation, likely, Budget(None, None), never, priced=True).run()
    assert trips is not None
    plan = plan_of(generation.network, trips, None)  # it raises for a plan that the check refuses
    assert plan.cost is not None
    assert plan.cost >= generation.bound
    known = generation.master.pool.columns()
    assert set(trips.keys()) <= {*known.keys(), *likely.keys()}
    taken = Choice(generation.network, known.take(np.flatnonzero(relaxed.trips > 0))).solve(Limits())
    assert taken is not None
    assert plan.cost <= taken.cost


def test_a_twin_goes_on_from_where_it_was_made_and_leaves_the_other_alone() -> None:
    generation, relaxed = relaxed_of()
    rows, trips = len(generation.master.rows), len(generation.master.pool)
    twin = generation.twin(relaxed)
    assert twin.master.solve().value == pytest.approx(relaxed.value)
    twin.run(Budget(None, None), cut=True)
    assert twin.tired
    assert twin.bound >= generation.bound
    twin.master.rows.add_point(0, 0)
    twin.master.refresh()
    assert len(twin.master.rows) > rows
    assert (len(generation.master.rows), len(generation.master.pool)) == (rows, trips)
    assert generation.master.solve().value == pytest.approx(relaxed.value)


@pytest.mark.parametrize("seed", range(6))
def test_rows_that_sleep_say_no_less_than_if_they_were_awake(seed: int) -> None:
    network = Network(tiny(seed))
    generation = Generation(network, Writer(network, own_costs(network)).write())
    relaxed = generation.run(Budget(None, None), cut=True)
    rows = generation.master.rows
    awake = Master(network, rows.twin(), np.arange(len(rows)))
    awake.add(generation.master.pool.columns())
    assert awake.solve().value == pytest.approx(relaxed.value)
    broken = rows.matrix(generation.master.pool.columns()).T @ relaxed.trips - np.array(rows.high)
    assert (broken[rows.first["day"] : rows.first["load"]] < 1e-6).all()


@pytest.mark.parametrize("seed", range(6))
def test_who_is_taken_together_can_all_go(seed: int) -> None:
    network = Network(tiny(seed))
    generation = Generation(network, Writer(network, own_costs(network)).write())
    generation.run(Budget(None, None), cut=False)
    pool, company = generation.master.pool.columns(), Company(network)
    kept = pool.take(np.array([trip for trip in range(len(pool)) if company.join(pool, trip)], dtype=np.int64))
    assert 0 < len(kept) < len(pool)
    for number, person in enumerate(network.problem.instructors):
        own = kept.take(kept.person == number)
        days = [day for first, last in zip(own.first_day, own.last_day, strict=True) for day in range(first, last + 1)]
        assert len(days) == len(set(days))
        assert (own.minutes.sum(axis=0) <= np.array(person.week_minutes)).all()
    nodes, people = np.unique(kept.nodes[kept.nodes >= 0], return_counts=True)
    assert len(set(network.nodes.visit[nodes].tolist())) == len(nodes), "a visit at two starts"
    crew = np.array([visit.crew for visit in network.problem.visits])
    assert (people <= crew[network.nodes.visit[nodes]]).all()


def test_a_tree_finds_the_best_choice_and_proves_it() -> None:
    generation, _ = relaxed_of()
    proven = solver("cpsat").solve(generation.network.problem, work=60)
    incumbent = Incumbent(generation.network, Budget(None, None), unheard)
    incumbent.offer("greedy", Greedy(every_start=True).build(generation.network, Budget(None, None)))
    incumbent.raise_bound("columns", generation.bound)
    while Proof(generation, incumbent, Budget(None, None)).run(generation.price()):
        pass
    assert incumbent.best.cost == proven.cost
    assert incumbent.proven


def test_plans_that_meet_give_the_best_of_all_their_trips() -> None:
    network, heard = Network(tiny(0)), list[Progress]()
    incumbent = Incumbent(network, Budget(None, None), heard.append)
    whole = Greedy(every_start=True).build(network, Budget(None, None))
    people = np.unique(whole.person)
    assert len(people) > 1
    for person in people.tolist():
        alone = whole.take(whole.person == person)
        mine = Standing(alone, incumbent.cost_of(alone))
        incumbent.take("repair", mine)
    met = incumbent.met("repair", mine)
    assert set(met.trips.keys()) == set(whole.keys())
    assert heard[-1].cost == incumbent.best.cost == met.cost == incumbent.cost_of(whole)


def test_no_plan_breaks_a_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuts, "WORTH", 0.01)
    over = set()
    for seed in range(12):
        network = Network(tiny(seed))
        generation = Generation(network, Writer(network, own_costs(network)).write())
        relaxed = generation.run(Budget(None, None), cut=True)
        rows = generation.master.rows
        over |= {cut.over for _, cut in rows.cuts}
        columns = generation.cheapest(relaxed, 5000.0, 100, 2000).columns
        best = Choice(network, columns).solve(Limits())
        assert best is not None
        assert generation.bound <= best.cost + 1e-3
        assert (broken_by(network, rows, columns.take(best.trips)) < 1e-6).all()
    assert over == {2, 3}


@pytest.mark.parametrize(("prefecture", "people", "visits", "seed"), [("47", 10, 50, 2), ("13", 6, 30, 2)])
def test_pricing_charges_no_trip_more_than_the_master_does(
    prefecture: str, people: int, visits: int, seed: int
) -> None:
    """Or one that betters the relaxation is overlooked, and the bound is none."""
    problem = generate(prefecture=prefecture, towns=towns_of(prefecture), instructors=people, visits=visits, seed=seed)
    network = Network(problem)
    generation = Generation(network, Writer(network, own_costs(network)).write())
    generation.run(Budget(None, None), cut=True)
    relaxed = generation.price()
    assert generation.master.rows.cuts
    assert generation.master.rows.roundings
    found = generation.pricer.search(np.full(len(network.shifts), 500.0), 1000, effort=10_000_000)
    assert (found.reduced < generation.master.reduced(found.columns, relaxed.duals) + 1e-6).all()


def broken_by(network: Network, rows: Rows, trips: Columns) -> Floats:
    """By row, how much a plan's trips break it, with what is no trip as these trips make it."""
    nodes = trips.nodes[trips.nodes >= 0]
    fixed = np.zeros(len(rows.fixed.cost))
    fixed[: rows.visits] = 1
    fixed[network.nodes.visit[nodes]] = 0
    pairs = rows.pair_of[np.unique(nodes)]
    fixed[rows.visits + pairs[pairs >= 0]] = 1
    for person, limits in enumerate(network.problem.instructors):
        at = len(fixed) - (rows.people - person) * len(rows.bands)
        minutes = int(trips.minutes[trips.person == person].sum())
        fixed[at : at + len(rows.bands)] = rows.over(minutes - limits.target_minutes)
    has = rows.fixed.matrix.T @ fixed + np.asarray(rows.matrix(trips).sum(axis=0)).ravel()
    broken: Floats = np.maximum(has - np.array(rows.high), np.array(rows.low) - has)
    return broken


def test_a_helper_ends_with_the_run_and_what_breaks_it_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Repair, "step", broken)
    generation, relaxed = relaxed_of()
    incumbent = Incumbent(generation.network, Budget(60, None), unheard)
    helper = Helper(generation, relaxed, incumbent, Budget(60, None), 1)
    helper.repair(generation.cheapest(relaxed, 1000.0, 10, 100))
    with pytest.raises(ZeroDivisionError):
        until_it_breaks(helper)
    assert not helper.thread.is_alive()


def until_it_breaks(helper: Helper) -> None:
    with helper:
        helper.thread.join()
