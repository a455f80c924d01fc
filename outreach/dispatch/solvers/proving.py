"""Proof: the best choice of all trips that a better plan could have, or of the likeliest where those are too many."""

import numpy as np

from outreach.dispatch.solvers import cuts
from outreach.dispatch.solvers.base import Budget
from outreach.dispatch.solvers.branching import Tree
from outreach.dispatch.solvers.columns import join
from outreach.dispatch.solvers.generation import Below, Generation
from outreach.dispatch.solvers.incumbent import Incumbent
from outreach.dispatch.solvers.legs import Ints
from outreach.dispatch.solvers.master import Relaxed
from outreach.dispatch.solvers.prices import Likely

# Among this many trips at most, or more where so few say nothing new; so many nodes where only work counts.
MOST, NODES = (8_000, 24_000, 80_000), 100
# A proof is begun anew when a better plan leaves this part of what it looked for: there are fewer trips to look at.
SMALLER = 0.7
# Parts of the gap to the relaxed bound that trips may cost, tried in this order.
SHARES = (1.0, 0.7, 0.5, 0.35, 0.25)


def within_reach(generation: Generation, incumbent: Incumbent, likely: Likely) -> bool:
    """Whether the trips to look at may be few enough, by those known to be likely: to count all is dear."""
    whole = incumbent.best.cost - generation.bound
    return int(np.count_nonzero(likely.reduced < SHARES[-1] * whole)) <= MOST[0]


class Proof:
    """One try. Betters the incumbent's plan, its bound, or both."""

    def __init__(self, generation: Generation, incumbent: Incumbent, budget: Budget) -> None:
        self._generation, self._incumbent, self._budget = generation, incumbent, budget
        self._rows = generation.master.rows
        self._enough = -np.inf

    def run(self, relaxed: Relaxed) -> bool:
        """Whether another try is worth while. `relaxed` must be the last one priced."""
        below = self._likeliest(relaxed)
        if below is None:
            return False
        self._incumbent.raise_bound("proof", self._generation.bound)
        self._trips = join([self._incumbent.best.trips, below.columns], below.columns.minutes.shape[1])
        self._others = below.others
        nodes = None if self._budget.timed else NODES
        Tree(self._generation.network, self._rows, self._trips).grow(self, nodes)
        return self.should_stop() and not (self._budget.over() or self._incumbent.proven)

    def _likeliest(self, relaxed: Relaxed) -> Below | None:
        """All trips that a better plan could have, or the likeliest: a plan with another then bounds what is proven."""
        relaxed_bound = self._generation.bound
        whole = self._incumbent.best.cost - relaxed_bound + 1.0
        for most in MOST:
            for share in SHARES:
                slack = share * whole
                if relaxed_bound + slack <= self._incumbent.bound or self._budget.over():
                    break
                below = self._generation.all_below(relaxed, slack, most, self._budget.over)
                if below is not None and below.others > self._incumbent.bound:
                    self._enough = relaxed_bound + SMALLER * slack
                    return below
        return None

    # ---- what the tree asks ----

    def cutoff(self) -> int:
        return self._incumbent.best.cost

    def found(self, trips: Ints) -> bool:
        """A whole choice. False: two trips of a person lie over one moment, which no row said yet."""
        whole = self._trips.take(trips)
        if cuts.points_of(self._rows, whole):
            return False
        self._incumbent.offer("proof", whole)
        return True

    def heard(self, bound: float) -> None:
        self._incumbent.raise_bound("proof", min(bound, self._others))

    def should_stop(self) -> bool:
        """Also when the bound can rise no more for the trips left out, or fewer trips would do by now."""
        best, bound = self._incumbent.best.cost, self._incumbent.bound
        return self._budget.over() or best < self._enough or bound >= min(self._others, best)
