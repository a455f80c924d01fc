"""The best plan and the best bound of a run so far, and the trips of all its plans, shared by its threads."""

import threading
from dataclasses import dataclass
from functools import partial

import numpy as np

from outreach.dispatch.solvers.base import Budget, Progress, Report
from outreach.dispatch.solvers.choice import Choice, Limits
from outreach.dispatch.solvers.columns import Columns, Pool, empty
from outreach.dispatch.solvers.network import Network
from outreach.dispatch.solvers.plans import plan_of, whole_bound
from outreach.dispatch.solvers.rows import MUST

# CP-SAT's deterministic time for the best plan of all trips seen.
MEETING = 0.5


@dataclass(frozen=True, slots=True)
class Standing:
    """A plan's trips and its cost; a locked visit left out costs `MUST`."""

    trips: Columns
    cost: int


class Incumbent:
    """See the module. Every method may be called from any thread; `progress` is called by one at a time."""

    def __init__(self, network: Network, budget: Budget, progress: Report) -> None:
        self._net, self._budget, self._progress = network, budget, progress
        self._lock = threading.Lock()
        self._seen = Pool(network.problem.horizon.weeks)
        nothing = empty(network.problem.horizon.weeks)
        self.best = Standing(nothing, self.cost_of(nothing))
        self.bound = -np.inf

    @property
    def gap(self) -> float:
        return self.best.cost - self.bound

    @property
    def proven(self) -> bool:
        return bool(np.isfinite(self.bound)) and self.best.cost <= whole_bound(self.bound)

    def cost_of(self, trips: Columns) -> int:
        """As the master counts it. Raises RefusedError for trips that don't make a plan."""
        served = set(self._net.nodes.visit[trips.nodes[trips.nodes >= 0]].tolist())
        missing = [visit for visit in self._net.locks if visit not in served]
        if missing:
            return MUST * len(missing)
        cost = plan_of(self._net, trips, None).cost
        return MUST if cost is None else cost

    def offer(self, stage: str, trips: Columns) -> None:
        """Take these trips if they are better than the best."""
        self.take(stage, Standing(trips, self.cost_of(trips)))

    def raise_bound(self, stage: str, bound: float) -> None:
        with self._lock:
            self.bound = max(self.bound, bound)
            self._say(stage)

    def met(self, stage: str, own: Standing) -> Standing:
        """The best plan quickly found of the trips of all plans there were: of two threads', of a dive's and before."""
        trips = Pool(self._net.problem.horizon.weeks)
        trips.add(own.trips)
        with self._lock:
            trips.add(self._seen.columns())
        choice = Choice(self._net, trips.columns())
        choice.hint(np.arange(len(own.trips)))
        chosen = choice.solve(Limits(MEETING))
        if chosen is None or chosen.cost >= own.cost:
            return own
        better = Standing(trips.columns().take(chosen.trips), chosen.cost)
        self.take(stage, better)
        return better

    def take(self, stage: str, standing: Standing) -> None:
        """Take it if it's better than the best, and keep its trips for plans to meet."""
        with self._lock:
            self._seen.add(standing.trips)
            if standing.cost < self.best.cost:
                self.best = standing
            self._say(stage)

    def _say(self, stage: str) -> None:
        bound = whole_bound(self.bound) if np.isfinite(self.bound) else None
        cost = None if self.best.cost >= MUST else self.best.cost
        best = None if cost is None else partial(plan_of, self._net, self.best.trips, bound)
        self._progress(Progress(stage, self._budget.used, cost, bound, best))
