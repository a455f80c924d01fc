"""Column generation with cuts, a dive to a whole plan, then repair (CP-SAT) and proof (HiGHS) in turns."""

import numpy as np

from outreach.dispatch.problem import Plan, Problem
from outreach.dispatch.solvers import cuts
from outreach.dispatch.solvers.base import Budget, NoPlanError, Progress, Report, Stop, never, unheard
from outreach.dispatch.solvers.choice import Limits
from outreach.dispatch.solvers.choosing import choose
from outreach.dispatch.solvers.columns import Columns, empty, join
from outreach.dispatch.solvers.diving import Dive
from outreach.dispatch.solvers.duties import Writer
from outreach.dispatch.solvers.generation import Generation
from outreach.dispatch.solvers.greedy import Greedy
from outreach.dispatch.solvers.master import Relaxed
from outreach.dispatch.solvers.network import Network
from outreach.dispatch.solvers.plans import plan_of, whole_bound
from outreach.dispatch.solvers.repair import EFFORT, Repair, Standing
from outreach.dispatch.solvers.rows import MUST
from outreach.dispatch.solvers.stability import own_costs

# Shares of the whole time until the end of column generation and of the dive: the rest is for repair and proof.
GENERATE, DIVE = 0.4, 0.5
# Proof is tried after so many repairs in a row without gain, or, where the gap is this share of the cost at most, after
# this share of the time; again when the gap has shrunk.
IMPATIENCE, HOPEFUL, PROOF, SMALLER = 25, 0.008, 0.8, 0.7
# It is tried among this many trips at most, for this share of the time left, or for so many nodes.
MOST_PROOF, PROOF_SHARE, PROOF_NODES = 15_000, 0.8, 300
# Repair looks among this many trips, so many of each shift, of at most this reduced cost.
CANDIDATES, EACH, SLACK = 60_000, 100, 1_500.0
# Without any budget, repair ends after so many steps in a row without gain.
PATIENCE = 60


class Best:
    """`work` counts solved relaxations and repairs."""

    def solve(
        self,
        problem: Problem,
        *,
        seconds: float | None = None,
        work: int | None = None,
        seed: int = 0,
        progress: Report = unheard,
        should_stop: Stop = never,
    ) -> Plan:
        run = _Run(problem, Budget(seconds, work, should_stop), seed, progress, should_stop)
        return run.plan()


class _Run:
    def __init__(self, problem: Problem, budget: Budget, seed: int, progress: Report, should_stop: Stop) -> None:
        self._net = Network(problem)
        self._budget, self._seed, self._progress, self._should_stop = budget, seed, progress, should_stop
        self._bound = -np.inf
        self._best = self._begin()

    def plan(self) -> Plan:
        duties = Writer(self._net, own_costs(self._net)).write()
        generation = Generation(self._net, duties)
        generation.master.add(self._best.trips)
        relaxed = generation.run(self._budget.part(GENERATE), cut=True)
        self._hear("columns", generation.bound)
        if not np.isfinite(self._bound) and not self._should_stop():
            self._hear("columns", generation.prove(relaxed, self._should_stop))
        dived = Dive(generation, self._budget.part(DIVE), self._budget.over).run()
        if dived is not None:
            self._offer(dived)
        relaxed = generation.price()
        self._hear("dive", generation.bound)
        if not self._done():
            self._better(generation, relaxed)
        return self._finish()

    def _begin(self) -> Standing:
        try:
            trips = Greedy(every_start=True).build(self._net, self._budget.part(1.0))
        except NoPlanError:
            # Greed boxed itself in; the master, with every lock in it, has to find the way.
            trips = empty(self._net.problem.horizon.weeks)
        standing = Standing(trips, self._cost(trips))
        self._hear_of("greedy", standing.cost)
        return standing

    def _cost(self, trips: Columns) -> int:
        """As the master counts it: a locked visit left out costs `MUST`."""
        served = set(self._net.nodes.visit[trips.nodes[trips.nodes >= 0]].tolist())
        missing = [visit for visit in self._net.locks if visit not in served]
        if missing:
            return MUST * len(missing)
        cost = plan_of(self._net, trips, None).cost
        return MUST if cost is None else cost

    def _offer(self, trips: Columns) -> None:
        cost = self._cost(trips)
        if cost < self._best.cost:
            self._best = Standing(trips, cost)

    def _better(self, generation: Generation, relaxed: Relaxed) -> None:
        """Repair, and try to prove, in turns, until it is proven or the budget is used up."""
        slack = min(SLACK, self._best.cost - generation.bound)
        columns, reduced = generation.cheapest(relaxed, slack, EACH, CANDIDATES)
        repair = Repair(self._net, columns, reduced, self._seed)
        idle, tried = 0, np.inf
        while not self._done():
            gap = self._best.cost - self._bound
            late = self._budget.share_used() > PROOF and gap < HOPEFUL * self._best.cost
            if gap < SMALLER * tried and (idle >= IMPATIENCE or late):
                self._prove(generation, relaxed, gap)
                tried, idle = gap, 0
            elif not self._budget.limited and idle >= PATIENCE:
                break
            else:
                before = self._best.cost
                self._best = repair.step(self._best, Limits(EFFORT, seed=self._seed, should_stop=self._budget.over))
                idle = 0 if self._best.cost < before else idle + 1
                self._hear("repair", self._bound)
            self._budget.spend()

    def _prove(self, generation: Generation, relaxed: Relaxed, gap: float) -> None:
        """Choose among all trips that a better plan could have, or, where they are too many, among the likeliest.

        The bound is then that of this choice or of a plan with any other trip, whichever is less.
        """
        for slack in (gap + 1.0, gap / 2, gap / 4, gap / 8):
            below = generation.all_below(relaxed, slack, MOST_PROOF, self._budget.over)
            if below is not None or self._budget.over():
                break
        if below is None:
            return
        self._hear("proof", generation.bound)
        joined = join([self._best.trips, below.columns], self._net.problem.horizon.weeks)
        whole = choose(
            generation.master.rows,
            joined,
            np.arange(len(self._best.trips)),
            nodes=None if self._budget.timed else PROOF_NODES,
            seed=self._seed,
            should_stop=self._budget.rest(PROOF_SHARE).over,
        )
        if whole.trips is not None:
            trips = joined.take(whole.trips)
            if not cuts.points_of(generation.master.rows, trips):
                self._offer(trips)
        self._hear("proof", min(whole.bound, below.others))

    def _done(self) -> bool:
        proven = np.isfinite(self._bound) and self._best.cost <= whole_bound(self._bound)
        return bool(proven) or self._budget.over()

    def _hear(self, stage: str, bound: float) -> None:
        self._bound = max(self._bound, bound)
        self._hear_of(stage, self._best.cost)

    def _hear_of(self, stage: str, cost: int) -> None:
        bound = whole_bound(self._bound) if np.isfinite(self._bound) else None
        self._progress(Progress(stage, self._budget.used, None if cost >= MUST else cost, bound))

    def _finish(self) -> Plan:
        if self._best.cost >= MUST:
            raise NoPlanError("no plan that keeps all locks was found")
        return plan_of(self._net, self._best.trips, self._bound if np.isfinite(self._bound) else None)
