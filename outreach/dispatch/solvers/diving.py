"""From a relaxed solution straight down to a whole one: take what is almost taken, solve again, and so on."""

import numpy as np

from outreach.dispatch.solvers.base import Budget, Stop
from outreach.dispatch.solvers.choice import Choice, Limits
from outreach.dispatch.solvers.columns import Columns
from outreach.dispatch.solvers.generation import Generation
from outreach.dispatch.solvers.legs import Bools
from outreach.dispatch.solvers.master import InfeasibleError, Relaxed
from outreach.dispatch.solvers.network import Floats

# What is taken for sure, and what is if nothing is: of the open ones this part at a time, and only what is likely.
SURE, LIKELY, STEPS = 0.95, 0.6, 15
# The same when time is up: a rough plan is better than none.
HURRIED, HURRIED_STEPS = 0.3, 3
TINY = 1e-5
# How often new trips are priced on the way, in steps; how much chance adds to or takes from what is likely.
PRICED, CHANCE = 3, 0.2
# Where the way ends nowhere: CP-SAT's deterministic time to make a plan of what was taken so far.
RESCUE = 4.0


class Dive:
    """One way down; with `chance`, another one each time. `run` leaves the master as it was, but for new trips."""

    def __init__(
        self, generation: Generation, budget: Budget, should_stop: Stop, chance: np.random.Generator | None = None
    ) -> None:
        self._generation, self._budget, self._should_stop = generation, budget, should_stop
        self._chance = chance
        self._master = generation.master
        rows = self._master.rows
        self._pairs = slice(rows.visits, rows.visits + len(rows.pairs))
        self._held: list[int] = []

    def run(self) -> Columns | None:
        """Trips of a plan, or None if it is stopped; in a hurry when the budget is used up."""
        stood = self._master.standing()
        try:
            return self._descend()
        finally:
            for column in self._held:
                self._master.release(column)
            self._master.go_back(stood)

    def _descend(self) -> Columns | None:
        relaxed = self._generation.resolve(priced=True)
        step = 0
        while self._open(relaxed):
            if self._should_stop():
                return None
            self._budget.spend()
            step += 1
            deeper = self._deeper(relaxed, priced=step % PRICED == 0 and not self._budget.over())
            if deeper is None:
                return self._rescue(relaxed)
            relaxed = deeper
        return self._master.pool.columns().take(np.flatnonzero(relaxed.trips > 0.5))

    def _rescue(self, relaxed: Relaxed) -> Columns | None:
        """The best plan of the trips that are taken here, if only in part: rows found late may forbid what is held."""
        trips = self._master.pool.columns().take(np.flatnonzero(relaxed.trips > TINY))
        limits = Limits(RESCUE, should_stop=self._should_stop)
        chosen = Choice(self._generation.network, trips).solve(limits)
        return None if chosen is None else trips.take(chosen.trips)

    def _deeper(self, relaxed: Relaxed, *, priced: bool) -> Relaxed | None:
        """Hold what is surest; if that leaves nothing possible, only the first of it; else do without that.

        None if nothing is possible, or, in a hurry, not at once.
        """
        surest = self._surest(relaxed)
        ways = ((surest, 1.0), (surest[:1], 1.0), (surest[:1], 0.0))
        for few, upper in ways[:1] if self._budget.over() else ways:
            for column in few:
                self._master.hold(column, upper)
            try:
                solved = self._generation.resolve(priced=priced)
            except InfeasibleError:
                for column in few:
                    self._master.release(column)
            else:
                self._held += few
                return solved
        return None

    def _open(self, relaxed: Relaxed) -> bool:
        return bool(_between(relaxed.fixed[self._pairs]).any() or _between(relaxed.trips).any())

    def _surest(self, relaxed: Relaxed) -> list[int]:
        """All that is almost taken, the surest first; if nothing is, the visits of two and the trips nearest to it."""
        pairs, size = self._pairs, self._master.size
        weight = np.concatenate(
            [np.zeros(pairs.start), relaxed.fixed[pairs], np.zeros(size - pairs.stop), relaxed.trips]
        )
        weight[self._held] = 0
        sure = np.flatnonzero(weight > SURE)
        if len(sure):
            found: list[int] = sure[np.argsort(-weight[sure], kind="stable")].tolist()
            return found
        weight = np.where(_between(weight), weight, 0)
        if self._chance is not None:
            weight *= self._chance.uniform(1.0 - CHANCE, 1.0, len(weight))
        # A start for two decides more than one trip does.
        weight[pairs] += 0.1 * (weight[pairs] > 0.5)
        least, steps = (HURRIED, HURRIED_STEPS) if self._budget.over() else (LIKELY, STEPS)
        few = max(1, int(np.count_nonzero(weight)) // steps)
        likely = np.argsort(-weight, kind="stable")[:few]
        first: list[int] = likely[(weight[likely] > least) | (np.arange(few) == 0)].tolist()
        return first


def _between(values: Floats) -> Bools:
    between: Bools = (values > TINY) & (values < 1 - TINY)
    return between
