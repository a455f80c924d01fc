"""From a relaxed solution straight down to a whole one: take what is almost taken, solve again, and so on."""

import numpy as np

from outreach.dispatch.solvers.base import Budget, Stop
from outreach.dispatch.solvers.choice import Choice, Limits, fits
from outreach.dispatch.solvers.columns import Columns, Pool, join
from outreach.dispatch.solvers.company import Company
from outreach.dispatch.solvers.generation import Generation
from outreach.dispatch.solvers.legs import Bools, Ints
from outreach.dispatch.solvers.master import InfeasibleError, Relaxed
from outreach.dispatch.solvers.network import Floats

# What is taken for sure, and what is if nothing is: of the open ones this part at a time, and only what is likely.
SURE, LIKELY, STEPS = 0.95, 0.6, 15
# The same when time is up: a rough plan is better than none.
HURRIED, HURRIED_STEPS = 0.3, 3
# Who is late takes more at a time, but nothing this unlikely; a trip settles about so many of the open ones.
UNLIKELY, SETTLES = 0.25, 4
TINY = 1e-5
# How often new trips are priced on the way, in steps; how much chance takes from what is likely.
PRICED, CHANCE = 3, 0.2
# So many are taken where none is likely.
FORCED = 4
# When one in so many of what was open is left, or the time is up, CP-SAT chooses the rest: of how many trips at most,
# and its deterministic time.
REST, MOST_TRIPS, EFFORT = 6, 1500, 4.0


class Dive:
    """One way down; with `chance`, another one each time. `run` leaves the master as it was, but for new trips.

    Without `priced`, no trip is priced on the way, which takes half of the time and wins the less the larger the
    problem: whatever is missing at the end is among those that were `likely` at the beginning.
    """

    def __init__(
        self,
        generation: Generation,
        likely: Columns,
        budget: Budget,
        should_stop: Stop,
        *,
        priced: bool,
        chance: np.random.Generator | None = None,
    ) -> None:
        self._generation, self._likely, self._priced, self._chance = generation, likely, priced, chance
        self._budget, self._should_stop = budget, should_stop
        self._master = generation.master
        rows = self._master.rows
        self._pairs = slice(rows.visits, rows.visits + len(rows.pairs))
        self._held: list[int] = []
        self._began, self._first_open = budget.share_used(), 0

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
        relaxed = self._generation.resolve(priced=self._priced)
        self._first_open = self._count(relaxed)
        step, chooses = 0, True
        while self._open(relaxed):
            if self._should_stop():
                return None
            if chooses and (self._count(relaxed) * REST <= self._first_open or self._budget.over()):
                chooses = False
                chosen = self._choose(relaxed, np.array(self._held, dtype=np.int64) - self._master.size)
                if chosen is not None:
                    return chosen
            self._budget.spend()
            step += 1
            deeper = self._deeper(relaxed, priced=self._priced and step % PRICED == 0 and not self._budget.over())
            if deeper is None:
                return self._choose(relaxed, np.zeros(0, dtype=np.int64))  # rows found late may forbid what is held
            relaxed = deeper
        return self._master.pool.columns().take(np.flatnonzero(relaxed.trips > 0.5))

    def _choose(self, relaxed: Relaxed, held: Ints) -> Columns | None:
        """The best plan that CP-SAT finds of what is held and the likeliest trips that fit beside it."""
        net, pool = self._generation.network, self._master.pool.columns()
        held = held[held >= 0]
        kept = pool.take(self._whole(held[relaxed.trips[held] > 0.5], pool))
        known = Pool(pool.minutes.shape[1])
        known.add(kept)
        others = [known.add(pool.take(np.flatnonzero(relaxed.trips > TINY))), known.add(pool), known.add(self._likely)]
        taken, rest = others[0], join(others[1:], known.weeks)
        rest = rest.take(np.argsort(self._master.reduced(rest, relaxed.duals), kind="stable"))
        offered = join([part.take(fits(net, kept, part)) for part in (taken, rest)], known.weeks)
        trips = join([kept, offered.take(slice(MOST_TRIPS))], known.weeks)
        choice = Choice(net, trips)
        choice.keep(np.arange(len(kept)))
        chosen = choice.solve(Limits(EFFORT, should_stop=self._should_stop))
        return None if chosen is None else trips.take(chosen.trips)

    def _whole(self, held: Ints, pool: Columns) -> Ints:
        """Those held trips on which nobody is still missing: who comes alone for two may never find company."""
        net = self._generation.network
        crew = np.array([visit.crew for visit in net.problem.visits])[net.nodes.visit]
        while True:
            nodes = pool.nodes[held]
            here = np.bincount(nodes[nodes >= 0], minlength=len(crew))
            whole = held[np.r_[here >= crew, True][nodes].all(axis=1)]
            if len(whole) == len(held):
                return held
            held = whole

    def _deeper(self, relaxed: Relaxed, *, priced: bool) -> Relaxed | None:
        """Hold what is surest; if that is impossible, fewer of it; else do without the first. None: no way on."""
        surest = self._surest(relaxed)
        ways = ((surest, 1.0), (surest[: len(surest) // 4 + 1], 1.0), (surest[:1], 1.0), (surest[:1], 0.0))
        for few, upper in ways:
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

    @staticmethod
    def _count(relaxed: Relaxed) -> int:
        return int(np.count_nonzero(_between(relaxed.trips)))

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
        due = np.arange(few) < self._due(relaxed)
        first = likely[(weight[likely] > least) | (due & (weight[likely] > UNLIKELY)) | (np.arange(few) < FORCED)]
        return self._side_by_side(first.tolist())

    def _due(self, relaxed: Relaxed) -> int:
        """How many to take at once so as to be through when the budget is."""
        left = 1.0 - self._budget.way_gone(self._began)
        behind = self._count(relaxed) - left * self._first_open
        return int(max(0.0, behind) / SETTLES)

    def _side_by_side(self, columns: list[int]) -> list[int]:
        """The first of these and, in order, each that fits beside it, the others and all that is held."""
        trips, company = self._master.pool.columns(), Company(self._generation.network)

        def joins(column: int) -> bool:
            if column < self._master.size:
                return company.start(int(self._master.rows.pairs[column - self._pairs.start]))
            return company.join(trips, column - self._master.size)

        for column in self._held:
            joins(column)
        return [column for number, column in enumerate(columns) if joins(column) or number == 0]


def _between(values: Floats) -> Bools:
    between: Bools = (values > TINY) & (values < 1 - TINY)
    return between
