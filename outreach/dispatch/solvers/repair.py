"""Repair: free some people's trips, keep all others, choose anew; again and again (large neighbourhood search).

Which trips are worth looking at is known from their reduced costs, in the whole and then in the part that is free, so
each choice is small and often proven.
"""

import numpy as np

from outreach.dispatch.solvers.choice import Choice, Limits, fits
from outreach.dispatch.solvers.columns import Columns, join
from outreach.dispatch.solvers.generation import Generation
from outreach.dispatch.solvers.incumbent import Incumbent, Standing
from outreach.dispatch.solvers.legs import Bools, Ints
from outreach.dispatch.solvers.master import Relaxed
from outreach.dispatch.solvers.network import Floats, Network
from outreach.dispatch.solvers.part import Parts
from outreach.dispatch.solvers.plans import DUST
from outreach.dispatch.solvers.prices import Likely

# Repair looks among this many trips, so many of each shift, of at most this reduced cost.
CANDIDATES, EACH, SLACK = 60_000, 100, 1_500.0
# Trips that a part's relaxation looks at. Those of at most this reduced cost there, or of this share of what the part
# could gain, go to the choice: so many at most, with this deterministic time of CP-SAT. Each repair in vain makes share
# and number this much larger, up to all that could be of use and to twice as many.
OFFERED, CHEAP, SHARE = 8000, 100.0, 0.15
MOST_TRIPS, EFFORT = 1500, 1.0
WIDER, WIDEST = 1.1, 20
# What a part's relaxation takes this much of stays in the plan.
AGREED = 0.9
# A thread looks what can be made of all threads' plans each time after so many repairs.
MEET = 6
# How many people are free, of many half at most so that no two parts are alike; how many more after a proven choice.
FEWEST, FIRST, MOST, MORE = 4, 12, 16, 3


def candidates(generation: Generation, relaxed: Relaxed, cost: int) -> Likely:
    """Trips that a plan cheaper than `cost` is likely made of. `relaxed` must be the last one priced."""
    return generation.cheapest(relaxed, min(SLACK, cost - generation.bound), EACH, CANDIDATES)


class Repair:
    """Betters a plan from likely trips, the cheapest first by reduced cost."""

    def __init__(self, network: Network, seed: int) -> None:
        self._net = network
        self._random = np.random.default_rng(seed)
        self._most = max(MOST, len(network.problem.instructors) // 2)
        self._people = FIRST
        self._vain = 0
        self._likely: Likely | None = None

    def _learn(self, likely: Likely) -> None:
        if likely is self._likely:
            return
        self._likely = likely
        self._candidates = likely.columns.take(np.argsort(likely.reduced, kind="stable"))
        self._reduced = dict(zip(self._candidates.keys(), np.sort(likely.reduced).tolist(), strict=True))
        self._left_out = np.maximum(likely.left_out, 0.0)
        self._near = self._nearness()
        self._parts = Parts(self._net, likely.rows, self._candidates)

    def _nearness(self) -> Floats:
        """How many visits two people could both serve, by the candidates."""
        columns, shape = self._candidates, (len(self._net.problem.instructors), len(self._net.problem.visits))
        could = np.zeros(shape)
        at, depth = np.nonzero(columns.nodes >= 0)
        could[columns.person[at], self._net.nodes.visit[columns.nodes[at, depth]]] = 1
        common: Floats = could @ could.T
        self._could = could
        return common / np.maximum(1.0, np.sqrt(np.outer(np.diag(common), np.diag(common))))

    def step(self, standing: Standing, likely: Likely, limits: Limits) -> Standing:
        """One repair. A proven one makes the next larger, an unproven one smaller."""
        self._learn(likely)
        free = self._choose(standing)
        worth = self._likeliest(standing, free, self._offer(standing, free))
        if worth is None:
            self._grow()
            return standing
        offered, agreed = worth
        kept = np.flatnonzero(~free[standing.trips.person] | agreed)
        columns = join([standing.trips, self._candidates.take(offered)], self._net.problem.horizon.weeks)
        choice = Choice(self._net, columns)
        choice.keep(kept)
        choice.hint(np.arange(len(standing.trips)))
        chosen = choice.solve(limits)
        if chosen is None or not chosen.proven:
            self._people = max(FEWEST, self._people - 1)
        elif self._random.random() < 0.5:
            self._grow()
        if chosen is None or chosen.cost >= standing.cost:
            self._vain += 1
            return standing
        self._vain = 0
        return Standing(columns.take(chosen.trips), chosen.cost)

    def _grow(self) -> None:
        self._people = min(self._most, self._people + MORE)

    def _choose(self, standing: Standing) -> Bools:
        """Whom to free: those near to one person, or those who could serve a visit now left out."""
        size = len(self._net.problem.instructors)
        served = np.zeros(len(self._net.problem.visits), dtype=bool)
        served[self._net.nodes.visit[standing.trips.nodes[standing.trips.nodes >= 0]]] = True
        weight = self._near[self._pick(self._losses(standing.trips))].copy()
        if not served.all() and self._random.random() < 0.5:
            visit = self._pick(np.where(served, 0.0, self._left_out + 1.0))
            weight = self._could[:, visit] + 0.01 * weight
        weight = weight + 0.02
        few = min(self._people, size)
        chosen = self._random.choice(size, size=few, replace=False, p=weight / weight.sum())
        free = np.zeros(size, dtype=bool)
        free[chosen] = True
        return free

    def _losses(self, trips: Columns) -> Floats:
        """By person, what their trips cost above what the relaxation pays: there is most to gain."""
        keys = trips.keys()
        reduced = np.array([self._reduced.get(key, SLACK) for key in keys])
        lost = np.bincount(trips.person, np.maximum(reduced, 0.0), len(self._net.problem.instructors))
        losses: Floats = lost + 0.5 * lost.mean() + 1.0
        return losses

    def _pick(self, weight: Floats) -> int:
        return int(self._random.choice(len(weight), p=weight / weight.sum()))

    def _offer(self, standing: Standing, free: Bools) -> Ints:
        """Candidates of the freed that get in nobody's way who stays."""
        staying = standing.trips.take(~free[standing.trips.person])
        mine = np.flatnonzero(free[self._candidates.person])
        offered: Ints = mine[fits(self._net, staying, self._candidates.take(mine))][:OFFERED]
        return offered

    def _likeliest(self, standing: Standing, free: Bools, offered: Ints) -> tuple[Ints, Bools] | None:
        """Those on offer that are cheap in this part, and which trips of the plan its relaxation takes too.

        None: no choice could better the part.
        """
        part = self._parts.relax(standing.trips, free, offered)
        if part is None:
            return offered[:MOST_TRIPS], np.zeros(len(standing.trips), dtype=bool)
        gain = standing.cost - part.value
        if gain < 1 - DUST:
            return None
        wide = WIDER ** min(self._vain, WIDEST)
        cheap = np.flatnonzero(part.reduced < max(CHEAP, min(1.0, SHARE * wide) * gain))
        most = int(MOST_TRIPS * min(2.0, wide))
        best: Ints = offered[np.sort(cheap[np.argsort(part.reduced[cheap], kind="stable")[:most]])]
        return best, part.taken > AGREED


class Repairs:
    """One thread's repairs, of a plan of its own: two that follow each other's every step end where one would."""

    def __init__(self, network: Network, seed: int, incumbent: Incumbent) -> None:
        self._repair, self._incumbent = Repair(network, seed), incumbent
        self._own, self._count = incumbent.best, 0

    def step(self, likely: Likely, limits: Limits) -> bool:
        """Whether it bettered its plan."""
        before = self._own
        self._own = self._repair.step(before, likely, limits)
        self._incumbent.take("repair", self._own)
        self._count += 1
        if self._count % MEET == 0:
            self._own = self._incumbent.met("repair", self._own)
        return self._own.cost < before.cost
