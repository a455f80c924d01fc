"""Proof: the best choice of all trips that a better plan could have, or of the likeliest where those are too many."""

from outreach.dispatch.solvers import cuts
from outreach.dispatch.solvers.base import Budget
from outreach.dispatch.solvers.branching import Tree
from outreach.dispatch.solvers.columns import join
from outreach.dispatch.solvers.generation import Below, Generation
from outreach.dispatch.solvers.incumbent import Incumbent
from outreach.dispatch.solvers.legs import Ints
from outreach.dispatch.solvers.master import Relaxed

# Among this many trips at most; so many nodes where only work counts.
MOST, NODES = 8_000, 100
# A proof is begun anew when the gap has shrunk to this part: there are fewer trips to look at.
SMALLER = 0.7


class Proof:
    """One try. Betters the incumbent's plan, its bound, or both."""

    def __init__(self, generation: Generation, incumbent: Incumbent, budget: Budget) -> None:
        self._generation, self._incumbent, self._budget = generation, incumbent, budget
        self._rows = generation.master.rows
        self._enough = incumbent.bound + SMALLER * incumbent.gap

    def run(self, relaxed: Relaxed) -> None:
        """`relaxed` must be the last one priced."""
        below = self._likeliest(relaxed)
        if below is None:
            return
        self._incumbent.raise_bound("proof", self._generation.bound)
        self._trips = join([self._incumbent.best.trips, below.columns], below.columns.minutes.shape[1])
        self._others = below.others
        nodes = None if self._budget.timed else NODES
        Tree(self._generation.network, self._rows, self._trips).grow(self, nodes)

    def _likeliest(self, relaxed: Relaxed) -> Below | None:
        """All trips below the gap, or below a part of it: the bound is then at most that of a plan with another."""
        gap = self._incumbent.gap
        for slack in (gap + 1.0, gap / 2, gap / 4, gap / 8):
            below = self._generation.all_below(relaxed, slack, MOST, self._budget.over)
            if below is not None or self._budget.over():
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
