"""The relaxation of a part: never dearer than what can be chosen in it, and exact where nothing is open."""

import numpy as np
import pytest

from outreach.dispatch.solvers.base import Budget, never
from outreach.dispatch.solvers.choice import Choice, Limits
from outreach.dispatch.solvers.columns import join
from outreach.dispatch.solvers.duties import Writer
from outreach.dispatch.solvers.generation import Generation
from outreach.dispatch.solvers.greedy import Greedy
from outreach.dispatch.solvers.incumbent import Incumbent, Standing
from outreach.dispatch.solvers.network import Network
from outreach.dispatch.solvers.part import Part, Parts
from outreach.dispatch.solvers.prices import Likely
from outreach.dispatch.solvers.repair import Repair
from outreach.dispatch.solvers.stability import own_costs
from tests.dispatch.test_solvers import tiny

pytestmark = pytest.mark.once


def known_of(seed: int) -> tuple[Network, Likely, Standing]:
    """A problem, every trip of some worth in it and all cuts, and a careful person's plan."""
    network = Network(tiny(seed))
    generation = Generation(network, Writer(network, own_costs(network)).write())
    relaxed = generation.run(Budget(None, None), cut=True)
    generation.price()
    likely = generation.cheapest(relaxed, 1e6, 1000, 10_000)
    trips = Greedy(every_start=True).build(network, Budget(None, None))
    return network, likely, Standing(trips, Incumbent(network, Budget(None, None), lambda _: None).cost_of(trips))


@pytest.mark.parametrize("seed", range(6))
def test_no_choice_in_a_part_is_cheaper_than_its_relaxation(seed: int) -> None:
    network, likely, standing = known_of(seed)
    parts = Parts(network, likely.rows, likely.columns)
    for bits in range(2 ** len(network.problem.instructors)):
        free = np.array([bits >> person & 1 for person in range(len(network.problem.instructors))], dtype=bool)
        offered = np.flatnonzero(free[likely.columns.person])
        columns = join([standing.trips, likely.columns.take(offered)], network.problem.horizon.weeks)
        choice = Choice(network, columns)
        choice.keep(np.flatnonzero(~free[standing.trips.person]))
        chosen = choice.solve(Limits())
        part = parts.relax(standing.trips, free, offered)
        assert chosen is not None
        assert part is not None
        assert part.value <= chosen.cost + 0.01
        dear = np.flatnonzero(part.reduced > chosen.cost - part.value + 0.01)
        assert set(chosen.trips.tolist()).isdisjoint((len(standing.trips) + dear).tolist())
        if bits == 0:
            assert part.value == pytest.approx(standing.cost)


def test_a_part_that_nothing_could_better_is_left_without_a_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    network, likely, standing = known_of(0)
    repair, limits = Repair(network, 1), Limits(should_stop=never)
    monkeypatch.setattr(Choice, "solve", None)
    monkeypatch.setattr(Parts, "relax", lambda *_: Part(standing.cost - 0.5, np.zeros(0), np.zeros(0)))
    assert repair.step(standing, likely, limits) is standing
