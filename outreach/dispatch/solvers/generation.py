"""Column and cut generation: the relaxed master, grown until no trip of the whole problem could better it.

The bound is the Lagrangian one: the master's value, less what each instructor's day could still gain by the cheapest
trip that begins there. It holds at every exact pricing, converged or not; one person begins one trip a day at most.
"""

from dataclasses import dataclass

import numpy as np

from outreach.dispatch.solvers import cuts
from outreach.dispatch.solvers.base import Budget
from outreach.dispatch.solvers.columns import Columns
from outreach.dispatch.solvers.duties import Duties
from outreach.dispatch.solvers.legs import Ints
from outreach.dispatch.solvers.master import Master, Relaxed
from outreach.dispatch.solvers.network import Floats, Network
from outreach.dispatch.solvers.prices import Found
from outreach.dispatch.solvers.pricing import Pricer

# A trip cheaper than this by reduced cost is worth a column: well above the dust of sums, well below a unit of cost.
EPSILON = 1e-3
# How many trips a shift may add at once; how many beginnings of longer trips are looked at for each shift and night.
PER_SHIFT = 5
FEW_BEGUN = 300
# Rounds of cuts end when three together have raised the value by less than this share of it.
WORTH_A_ROUND = 3e-4
CUTS_A_ROUND = 80
# More found trips than this are not each looked at with every row: the bound then waits for the next time.
MOST_EXACT = 60_000


@dataclass(frozen=True, slots=True)
class Looked:
    """What one pricing brought: columns added, trips found, and whether these were all there are."""

    added: int
    found: int
    exact: bool


class Generation:
    """Holds the master and the pricing of one problem. `bound` is the best proven so far, -inf at first."""

    def __init__(self, network: Network, duties: Duties) -> None:
        self.network = network
        self.master = Master(network)
        self.pricer = Pricer(network, duties)
        self.bound = -np.inf
        self._complete = duties.complete
        shifts = network.shifts
        self._group = shifts.person * network.problem.horizon.days + shifts.day
        self._groups = len(network.problem.instructors) * network.problem.horizon.days

    def run(self, budget: Budget, *, cut: bool) -> Relaxed:
        """Until no trip is left that could better the relaxation, or the budget is used up; then cuts, and again.

        Singles first, then a few longer trips, then all: each is far cheaper than the next.
        """
        depth, values = 0, [-np.inf]
        limits: list[int | None] = [0, FEW_BEGUN, None]
        while True:
            relaxed = self.price()
            budget.spend()
            looked = self._look(relaxed, limits[depth])
            if budget.over():
                return relaxed
            if looked.added > (0 if depth == 2 else len(self.network.shifts) // 20):
                continue
            if self._repair(relaxed):
                continue
            if depth < 2:
                depth += 1
            elif looked.exact and looked.added == 0:
                values.append(relaxed.value)
                tired = len(values) > 4 and values[-1] - values[-4] < WORTH_A_ROUND * abs(values[-1])
                if not cut or tired or not self.cut(relaxed):
                    return relaxed
                depth = 1

    def price(self) -> Relaxed:
        """Solve the master and take its prices."""
        self.master.refresh()
        relaxed = self.master.solve()
        self.pricer.price(self.master.rows.prices(relaxed.duals))
        return relaxed

    def resolve(self, *, priced: bool) -> Relaxed:
        """Solve with what is held; with `priced`, add trips of one worked day first. Rows of the problem are kept."""
        relaxed = self.master.solve()
        if priced:
            self.pricer.price(self.master.rows.prices(relaxed.duals))
            if self._look(relaxed, 0).added:
                relaxed = self.master.solve()
        while self._repair(relaxed):
            self.master.refresh()
            relaxed = self.master.solve()
        return relaxed

    def _look(self, relaxed: Relaxed, limit: int | None) -> Looked:
        """Price, add the best columns and, if all trips were looked at, better the bound."""
        found = self.pricer.search(np.full(len(self.network.shifts), -EPSILON), limit)
        exact = found.whole and len(found.columns) <= MOST_EXACT
        kept = np.arange(len(found.columns)) if exact else self._best(found, 4 * PER_SHIFT)
        columns, shift = found.columns.take(kept), found.shift[kept]
        reduced = self.master.reduced(columns, relaxed.duals)
        if exact:
            self._raise_bound(relaxed, reduced, shift)
        fresh = np.flatnonzero(reduced < -EPSILON)
        chosen = fresh[self._best(Found(columns.take(fresh), reduced[fresh], shift[fresh]), PER_SHIFT)]
        return Looked(self.master.add(columns.take(chosen)), len(found.columns), exact)

    def _raise_bound(self, relaxed: Relaxed, reduced: Floats, shift: Ints) -> float:
        """The bound of these duals; every trip below -EPSILON must be among those given."""
        if not self._complete:
            return -np.inf
        least = np.zeros(self._groups)
        np.minimum.at(least, self._group[shift], reduced)
        bound = relaxed.value + float(least.sum()) - EPSILON * self._groups
        self.bound = max(self.bound, bound)
        return bound

    def _best(self, found: Found, most: int) -> Ints:
        """The cheapest trips of each shift."""
        order = np.lexsort((found.reduced, found.shift))
        shift = found.shift[order]
        rank = np.arange(len(order)) - np.searchsorted(shift, shift)
        best: Ints = order[rank < most]
        return best

    def _repair(self, relaxed: Relaxed) -> int:
        """Add rows of the problem itself that were left out until broken."""
        return cuts.add_same(self.master, relaxed) + cuts.add_points(self.master, relaxed)

    def cut(self, relaxed: Relaxed) -> int:
        added = cuts.add_halves(self.master, relaxed, CUTS_A_ROUND)
        for rows in added:
            self.pricer.add_cut(self.master.rows, rows)
        rounded = cuts.add_roundings(self.master, relaxed)
        for rounding in rounded:
            self.pricer.add_rounding(rounding)
        return len(added) + len(rounded)

    def all_below(self, relaxed: Relaxed, cost: int, most: int) -> Columns | None:
        """Every trip that a plan cheaper than `cost` could have; None if there are more than `most`, or unknown many.

        `relaxed` must be the last one priced.
        """
        slack = cost - self.bound + 1.0
        found = self.pricer.search(np.full(len(self.network.shifts), slack))
        if not found.whole or len(found.columns) > 4 * most:
            return None
        reduced = self.master.reduced(found.columns, relaxed.duals)
        bound = self._raise_bound(relaxed, reduced, found.shift)
        kept = np.flatnonzero(reduced < slack)
        # With these duals a trip must be dearer than the gap to this bound, not to the best one, to be out.
        return found.columns.take(kept) if cost - bound <= slack and len(kept) <= most else None

    def cheapest(self, relaxed: Relaxed, slack: float, most: int) -> tuple[Columns, Floats]:
        """Trips of a reduced cost of at most about `slack`, the cheapest `most`; not all of several days."""
        found = self.pricer.search(np.full(len(self.network.shifts), slack), FEW_BEGUN)
        order = np.argsort(found.reduced, kind="stable")[:most]
        columns = found.columns.take(order)
        return columns, self.master.reduced(columns, relaxed.duals)
