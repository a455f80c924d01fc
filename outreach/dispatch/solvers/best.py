"""Column generation with cuts, dives to whole plans, then repair (CP-SAT) and proof (branch and bound) in turns.

Who gives seconds gets a second thread that cuts while the first dives, and repairs (`helping`).
"""

import numpy as np

from outreach.dispatch.problem import Plan, Problem
from outreach.dispatch.solvers.base import Budget, NoPlanError, Report, Stop, never, unheard
from outreach.dispatch.solvers.choice import Limits
from outreach.dispatch.solvers.columns import Columns
from outreach.dispatch.solvers.diving import Dive
from outreach.dispatch.solvers.duties import Writer
from outreach.dispatch.solvers.generation import Generation
from outreach.dispatch.solvers.greedy import Greedy
from outreach.dispatch.solvers.helping import Helper
from outreach.dispatch.solvers.incumbent import Incumbent
from outreach.dispatch.solvers.master import Relaxed
from outreach.dispatch.solvers.network import Network
from outreach.dispatch.solvers.plans import plan_of
from outreach.dispatch.solvers.proving import SMALLER, Proof, within_reach
from outreach.dispatch.solvers.repair import EFFORT, Repairs, candidates
from outreach.dispatch.solvers.rows import MUST
from outreach.dispatch.solvers.stability import own_costs

# Shares of the whole time until the end of column generation and of the dive: the rest is for repair and proof. Where
# both were quick, so many dives follow until this share.
GENERATE, DIVE, DIVES, AGAIN = 0.4, 0.6, 6, 0.2
# After this share cuts are left to the helper, and dives price no more.
LATE = 0.15
# A dive begins with the trips of at most this reduced cost.
LEAN = 500.0
# Proof is tried after so many repairs in a row without gain, or, where another thread repairs, at once.
IMPATIENCE = 25
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
        self._budget, self._seed, self._should_stop = budget, seed, should_stop
        self._incumbent = Incumbent(self._net, budget, progress)

    def plan(self) -> Plan:
        self._begin()
        generation = Generation(self._net, Writer(self._net, own_costs(self._net)).write())
        generation.master.add(self._incumbent.best.trips)
        relaxed = self._generate(generation)
        with Helper(generation, relaxed, self._incumbent, self._budget, self._seed + 1) as helper:
            self._better(generation, relaxed, helper)
        return self._finish()

    def _begin(self) -> None:
        try:
            trips = Greedy(every_start=True).build(self._net, self._budget.part(1.0))
        except NoPlanError:
            return  # Greed boxed itself in; the master, with every lock in it, has to find the way.
        self._incumbent.offer("greedy", trips)

    def _generate(self, generation: Generation) -> Relaxed:
        """Columns, cuts and a bound."""
        relaxed = generation.run(self._budget.part(GENERATE), cut=True, late=self._late)
        self._incumbent.raise_bound("columns", generation.bound)
        if not np.isfinite(generation.bound) and not self._should_stop():
            self._incumbent.raise_bound("columns", generation.prove(relaxed, self._should_stop))
        return generation.price()

    def _late(self) -> bool:
        """Whether a helper could go on with the cuts."""
        return self._budget.timed and self._budget.share_used() > LATE

    def _better(self, generation: Generation, relaxed: Relaxed, helper: Helper) -> None:
        """Dives, then repair and proof in turns until it is proven or the budget is used up."""
        likely = candidates(generation, relaxed, self._incumbent.best.cost)
        self._dive(generation.twin(relaxed, LEAN), likely.columns)
        if not self._done():
            helper.repair(likely)
            self._in_turns(generation, relaxed, helper)

    def _dive(self, generation: Generation, likely: Columns) -> None:
        chance = np.random.default_rng(self._seed)
        for number in range(DIVES):
            budget, another = self._budget.part(DIVE), chance if number else None
            dived = Dive(generation, likely, budget, self._done, priced=not self._late(), chance=another).run()
            if dived is not None:
                self._incumbent.offer("dive", dived)
            if self._done() or self._budget.share_used() > AGAIN:
                break

    def _in_turns(self, generation: Generation, relaxed: Relaxed, helper: Helper) -> None:
        repairs, idle, tried = Repairs(self._net, self._seed, self._incumbent), 0, np.inf
        while not self._done():
            gap = self._incumbent.gap
            due = gap < SMALLER * tried and (self._budget.timed or idle >= IMPATIENCE)
            if due and within_reach(generation, self._incumbent, helper.likely):
                again = Proof(generation, self._incumbent, self._budget).run(relaxed)
                tried, idle = np.inf if again else gap, 0
            elif not self._budget.limited and idle >= PATIENCE:
                break
            else:
                won = repairs.step(helper.likely, Limits(EFFORT, seed=self._seed, should_stop=self._done))
                idle = 0 if won else idle + 1
            self._budget.spend()

    def _done(self) -> bool:
        return self._incumbent.proven or self._budget.over()

    def _finish(self) -> Plan:
        best, bound = self._incumbent.best, self._incumbent.bound
        if best.cost >= MUST:
            raise NoPlanError("no plan that keeps all locks was found")
        return plan_of(self._net, best.trips, bound if np.isfinite(bound) else None)
