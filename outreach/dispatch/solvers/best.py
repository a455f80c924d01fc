"""Column generation with cuts, a dive to a first whole plan, then repair by CP-SAT until it is proven or time is up."""

import numpy as np

from outreach.dispatch.problem import Plan, Problem
from outreach.dispatch.solvers.base import Budget, NoPlanError, Progress, Report, Stop, never, unheard
from outreach.dispatch.solvers.choice import Choice, Limits
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

# Shares of the whole time until the end of column generation and of the dive: the rest is for repair.
GENERATE, DIVE = 0.5, 0.65
# A choice among all trips that could still matter is tried when there are no more than this, for so long.
MOST_PROOF, PROOF_EFFORT = 12_000, 20.0
# Repair looks among this many trips, of at most this reduced cost.
CANDIDATES, SLACK = 60_000, 1_000.0
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
        run = _Run(problem, Budget(seconds, work, should_stop), seed, progress)
        return run.plan()


class _Run:
    def __init__(self, problem: Problem, budget: Budget, seed: int, progress: Report) -> None:
        self._net = Network(problem)
        self._budget, self._seed, self._progress = budget, seed, progress
        self._bound = -np.inf
        self._best = self._begin()

    def plan(self) -> Plan:
        duties = Writer(self._net, own_costs(self._net)).write()
        generation = Generation(self._net, duties)
        generation.master.add(self._best.trips)
        relaxed = generation.run(self._budget.part(GENERATE), cut=True)
        self._hear("columns", generation.bound)
        dived = Dive(generation, self._budget.part(DIVE)).run()
        if dived is not None:
            self._offer(dived)
        relaxed = generation.price()
        self._hear("dive", generation.bound)
        if not self._done():
            self._prove(generation, relaxed)
        if not self._done():
            self._repair(generation, relaxed)
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

    def _prove(self, generation: Generation, relaxed: Relaxed) -> None:
        """Choose among all trips that a better plan could have; if that is proven best, so is the plan."""
        columns = generation.all_below(relaxed, self._best.cost, MOST_PROOF)
        self._hear("proof", generation.bound)
        if columns is None or self._done():
            return
        joined = join([self._best.trips, columns], self._net.problem.horizon.weeks)
        choice = Choice(self._net, joined)
        choice.hint(np.arange(len(self._best.trips)))
        chosen = choice.solve(Limits(PROOF_EFFORT, self._seconds(0.5), seed=self._seed))
        self._budget.spend()
        if chosen is None:
            return
        if chosen.cost < self._best.cost:
            self._best = Standing(joined.take(chosen.trips), chosen.cost)
        # A trip that isn't among these would make a plan dearer than the one we had.
        self._hear("proof", max(self._bound, min(chosen.bound, float(self._best.cost))))

    def _repair(self, generation: Generation, relaxed: Relaxed) -> None:
        slack = min(SLACK, self._best.cost - generation.bound)
        columns, reduced = generation.cheapest(relaxed, slack, CANDIDATES)
        repair = Repair(self._net, columns, reduced, self._seed)
        idle = 0
        while not self._done() and (self._budget.limited or idle < PATIENCE):
            before = self._best.cost
            self._best = repair.step(self._best, Limits(EFFORT, self._seconds(1.0), seed=self._seed))
            self._budget.spend()
            idle = 0 if self._best.cost < before else idle + 1
            self._hear("repair", self._bound)

    def _seconds(self, share: float) -> float | None:
        """What one choice may take of the time that is left; None when only work counts."""
        left = self._budget.seconds_left()
        return None if left == float("inf") else max(0.1, share * left)

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
