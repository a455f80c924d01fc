"""Repair: free some people's trips, keep all others, choose anew; again and again (large neighbourhood search).

Which trips are worth looking at is known from their reduced costs, so each choice is small and often proven.
"""

import numpy as np

from outreach.dispatch.solvers.choice import Choice, Limits
from outreach.dispatch.solvers.columns import join
from outreach.dispatch.solvers.incumbent import Standing
from outreach.dispatch.solvers.legs import Bools, Ints
from outreach.dispatch.solvers.network import Floats, Network
from outreach.dispatch.solvers.prices import Likely

# Trips looked at in one choice, and CP-SAT's deterministic time for it.
MOST_TRIPS = 3000
EFFORT = 1.5
FEWEST, FIRST, MOST = 4, 8, 40


class Repair:
    """Betters a plan from likely trips, the cheapest first by reduced cost."""

    def __init__(self, network: Network, likely: Likely, seed: int) -> None:
        self._net = network
        self._random = np.random.default_rng(seed)
        self._people = FIRST
        self._candidates = likely.columns.take(np.argsort(likely.reduced, kind="stable"))
        self._near = self._nearness()

    def _nearness(self) -> Floats:
        """How many visits two people could both serve, by the candidates."""
        columns, shape = self._candidates, (len(self._net.problem.instructors), len(self._net.problem.visits))
        could = np.zeros(shape)
        at, depth = np.nonzero(columns.nodes >= 0)
        could[columns.person[at], self._net.nodes.visit[columns.nodes[at, depth]]] = 1
        common: Floats = could @ could.T
        self._could = could
        return common / np.maximum(1.0, np.sqrt(np.outer(np.diag(common), np.diag(common))))

    def step(self, standing: Standing, limits: Limits) -> tuple[Standing, Bools]:
        """One repair, and whom it freed. A proven one makes the next larger, an unproven one smaller."""
        free = self._choose(standing)
        offered = self._offer(standing, free)
        kept = np.flatnonzero(~free[standing.trips.person])
        columns = join([standing.trips, self._candidates.take(offered)], self._net.problem.horizon.weeks)
        choice = Choice(self._net, columns)
        choice.keep(kept)
        choice.hint(np.arange(len(standing.trips)))
        chosen = choice.solve(limits)
        if chosen is None or not chosen.proven:
            self._people = max(FEWEST, self._people - 1)
        elif self._random.random() < 0.5:
            self._people = min(MOST, self._people + 1)
        if chosen is None or chosen.cost >= standing.cost:
            return standing, free
        return Standing(columns.take(chosen.trips), chosen.cost), free

    def _choose(self, standing: Standing) -> Bools:
        """Whom to free: those near to one person, or those who could serve a visit now left out."""
        size = len(self._net.problem.instructors)
        served = np.zeros(len(self._net.problem.visits), dtype=bool)
        served[self._net.nodes.visit[standing.trips.nodes[standing.trips.nodes >= 0]]] = True
        weight = self._near[self._random.integers(size)].copy()
        left = np.flatnonzero(~served)
        if len(left) and self._random.random() < 0.5:
            visit = self._random.choice(left)
            weight = self._could[:, visit] + 0.01 * weight
        weight = weight + 0.02
        few = min(self._people, size)
        chosen = self._random.choice(size, size=few, replace=False, p=weight / weight.sum())
        free = np.zeros(size, dtype=bool)
        free[chosen] = True
        return free

    def _offer(self, standing: Standing, free: Bools) -> Ints:
        """Candidates of the freed that get in nobody's way who stays."""
        net, columns = self._net, self._candidates
        staying = standing.trips.take(~free[standing.trips.person])
        nodes = staying.nodes[staying.nodes >= 0]
        crew = np.array([visit.crew for visit in net.problem.visits])
        taken = np.bincount(nodes, minlength=len(net.nodes))
        by_visit = np.bincount(net.nodes.visit[nodes], minlength=len(crew))
        # A node is open if its visit has nobody yet, or lacks one just there.
        open_ = (by_visit[net.nodes.visit] == 0) | ((taken > 0) & (taken < crew[net.nodes.visit]))
        open_ = np.r_[open_, True]
        fit = np.flatnonzero(free[columns.person])
        fit = fit[open_[columns.nodes[fit]].all(axis=1)]
        offered: Ints = fit[:MOST_TRIPS]
        return offered
