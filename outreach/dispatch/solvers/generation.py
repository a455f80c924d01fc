"""Column and cut generation: the relaxed master, grown until no trip of the whole problem could better it.

The bound is the Lagrangian one: the master's value, less what each instructor's day could still gain by the cheapest
trip that begins there. It holds at every exact pricing, converged or not; one person begins one trip a day at most.
"""

from copy import copy
from dataclasses import dataclass

import numpy as np

from outreach.dispatch.solvers import cuts
from outreach.dispatch.solvers.base import Budget, Stop, never
from outreach.dispatch.solvers.columns import Columns
from outreach.dispatch.solvers.duties import Duties
from outreach.dispatch.solvers.legs import Ints
from outreach.dispatch.solvers.master import Master, Relaxed
from outreach.dispatch.solvers.network import Floats, Network
from outreach.dispatch.solvers.prices import Found, Likely
from outreach.dispatch.solvers.pricing import Pricer

# A trip cheaper than this by reduced cost is worth a column: well above the dust of sums, well below a unit of cost.
EPSILON = 1e-3
# How many trips a shift may add at once, how many are looked at when cuts hide the good ones, how many a dive adds.
PER_SHIFT, MANY, FEW = 5, 20_000, 2
# Next days looked at for trips that begin in a shift, step by step.
EFFORTS = (0, 100_000, 10_000_000)
# The bound need not come closer to the value than this share of it; this near is enough for who is in a hurry.
CLOSE, NEAR = 1e-5, 2e-3
# Rounds of cuts end when three together have raised the value by less than this share of it.
WORTH_A_ROUND = 3e-4
CUTS_A_ROUND = 80
# Nights are looked at as soon as a round lowers the value by less than this share of it.
SLOW = 0.01


@dataclass(frozen=True, slots=True)
class Below:
    """All trips below a reduced cost, their true reduced costs, and what a plan with any other costs at least."""

    columns: Columns
    reduced: Floats
    others: float


class Generation:
    """Holds the master and the pricing of one problem.

    `bound` is the best proven so far, -inf at first; `tired`: more cuts aren't worth their time.
    """

    def __init__(self, network: Network, duties: Duties) -> None:
        self.network = network
        self.master = Master(network)
        self.pricer = Pricer(network, duties)
        self.bound = -np.inf
        self.tired = False
        self._complete = duties.complete
        shifts = network.shifts
        self._group = shifts.person * network.problem.horizon.days + shifts.day
        self._groups = len(network.problem.instructors) * network.problem.horizon.days

    def twin(self, relaxed: Relaxed, lean: float = np.inf) -> "Generation":
        """Another that goes on from the last relaxation by itself, with the trips below a reduced cost."""
        twin = copy(self)
        twin.master, twin.pricer = self.master.twin(relaxed, lean), self.pricer.twin()
        return twin

    def run(self, budget: Budget, *, cut: bool, hasty: bool = False, late: Stop = never) -> Relaxed:
        """Until no trip is left that could better the relaxation, or the budget is used up; then cuts, and again.

        Trips of one worked day first, then those of several that are easily found, then all. Once there are cuts, all
        and many at once: what was found is dearer than it seemed, since cuts are charged in full only afterwards. Who
        is `hasty` cuts as soon as the bound is near the value. Once it's `late`, being near is enough.
        """
        depth, most = (2, MANY) if self._any_cuts() else (0, PER_SHIFT)
        values: list[float] = []
        before = np.inf
        while True:
            relaxed = self.price()
            budget.spend()
            slow, before = before - relaxed.value < SLOW * abs(relaxed.value), relaxed.value
            added = self._look(relaxed, most, EFFORTS[depth], should_stop=budget.over)
            near = self._within(NEAR, relaxed)
            if budget.over() or (near and late()):
                return relaxed
            repaired = self._repair(relaxed) > 0
            more = added > (0 if depth == 2 else len(self.network.shifts) // 20) and not self._within(CLOSE, relaxed)
            done = not (repaired or more) and depth == 2
            if cut and not self.tired and (done or (hasty and near)) and self._cut_again(relaxed, values):
                depth, most = 2, MANY
            elif done:
                return relaxed
            elif repaired or more:
                depth = max(depth, int(slow))
            else:
                depth += 1

    def _cut_again(self, relaxed: Relaxed, values: list[float]) -> bool:
        """Whether there were cuts, and the last rounds were worth their time."""
        values.append(relaxed.value)
        self.tired = self._gain(values) < WORTH_A_ROUND or not self.cut(relaxed)
        return not self.tired

    def _within(self, share: float, relaxed: Relaxed) -> bool:
        """Whether the bound comes so close to the value, as a share of it."""
        return bool(relaxed.value - self.bound < share * abs(relaxed.value))

    @staticmethod
    def _gain(values: list[float]) -> float:
        """What the last three rounds of cuts raised the value by, as a share of it."""
        return (values[-1] - values[-4]) / abs(values[-1]) if len(values) > 3 else np.inf

    def _any_cuts(self) -> bool:
        return bool(self.master.rows.cuts or self.master.rows.roundings)

    def prove(self, relaxed: Relaxed, should_stop: Stop) -> float:
        """Look at trips of all kinds, at the prices of the last relaxation, however late it is: the bound."""
        self._look(relaxed, PER_SHIFT, EFFORTS[-1], should_stop=should_stop)
        return self.bound

    def price(self) -> Relaxed:
        """Solve the master and take its prices."""
        self.master.refresh()
        relaxed = self.master.solve()
        self.pricer.price(self.master.rows.prices(relaxed.duals))
        return relaxed

    def resolve(self, *, priced: bool) -> Relaxed:
        """Solve with what is held; with `priced`, add trips easily found first. Rows of the problem are kept.

        What is held for a while makes the value dearer than that of any plan: it proves no bound.
        """
        relaxed = self.master.solve()
        if priced:
            self.pricer.price(self.master.rows.prices(relaxed.duals))
            if self._look(relaxed, FEW, EFFORTS[1], proves=False):
                relaxed = self.master.solve()
        while self._repair(relaxed):
            self.master.refresh()
            relaxed = self.master.solve()
        return relaxed

    def _look(self, relaxed: Relaxed, most: int, effort: int, *, proves: bool = True, should_stop: Stop = never) -> int:
        """Price, better the bound (unless it proves none), add the best of the trips found; how many were new."""
        below = np.full(len(self.network.shifts), -EPSILON)
        found = self.pricer.search(below, most, effort=effort, should_stop=should_stop)
        reduced = self.master.reduced(found.columns, relaxed.duals)
        if proves:
            self._raise_bound(relaxed, found, reduced)
        fresh = np.flatnonzero(reduced < -EPSILON)
        chosen = fresh[self._best(found.shift[fresh], reduced[fresh], min(most, PER_SHIFT))]
        return self.master.add(found.columns.take(chosen))

    def _raise_bound(self, relaxed: Relaxed, found: Found, reduced: Floats) -> float:
        """The bound of these duals, from the true reduced costs of what was found and the floor of what was not."""
        if not self._complete:
            return -np.inf
        least = np.zeros(self._groups)
        np.minimum.at(least, self._group[found.shift], reduced)
        np.minimum.at(least, self._group, found.floor)
        bound = relaxed.value + float(least.sum())
        self.bound = max(self.bound, bound)
        return bound

    def _best(self, shifts: Ints, reduced: Floats, most: int) -> Ints:
        """The cheapest trips of each shift."""
        order = np.lexsort((reduced, shifts))
        shift = shifts[order]
        rank = np.arange(len(order)) - np.searchsorted(shift, shift)
        best: Ints = order[rank < most]
        return best

    def _repair(self, relaxed: Relaxed) -> int:
        """Add rows of the problem itself that were left out until broken."""
        return cuts.add_same(self.master, relaxed) + cuts.add_points(self.master, relaxed)

    def cut(self, relaxed: Relaxed) -> int:
        added = cuts.add_sums(self.master, relaxed, CUTS_A_ROUND)
        for rows in added:
            self.pricer.add_cut(self.master.rows, rows)
        rounded = cuts.add_roundings(self.master, relaxed)
        for rounding in rounded:
            self.pricer.add_rounding(rounding)
        return len(added) + len(rounded)

    def all_below(self, relaxed: Relaxed, slack: float, most: int, should_stop: Stop = never) -> Below | None:
        """Every trip whose reduced cost is less than `slack`; None if there are more than `most`.

        `relaxed` must be the last one priced.
        """
        below = np.full(len(self.network.shifts), slack)
        found = self.pricer.search(below, 2 * most, effort=10 * EFFORTS[-1], should_stop=should_stop)
        if (found.floor < below).any() or not self._complete:
            return None
        reduced = self.master.reduced(found.columns, relaxed.duals)
        bound = self._raise_bound(relaxed, found, reduced)
        kept = np.flatnonzero(reduced < slack)
        return Below(found.columns.take(kept), reduced[kept], bound + slack) if len(kept) <= most else None

    def cheapest(self, relaxed: Relaxed, slack: float, each: int, most: int) -> Likely:
        """Trips of a reduced cost below `slack`, `each` of a shift and kind, `most` in all."""
        found = self.pricer.search(np.full(len(self.network.shifts), slack), each, effort=EFFORTS[-1])
        reduced = self.master.reduced(found.columns, relaxed.duals)
        order = np.argsort(reduced, kind="stable")[:most]
        left_out = self.master.rows.left_out(relaxed.duals)
        return Likely(found.columns.take(order), reduced[order], left_out, self.master.rows.twin())
