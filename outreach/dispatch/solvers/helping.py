"""A second core: it goes on cutting while the first thread dives, then repairs the best plan as the first does.

HiGHS, CP-SAT and what numba compiled let other threads run. What such a thread finds when depends on the clock, so it
helps only those who gave seconds. Before the first dive it repairs nothing: what is made of a poor plan by repairs is
better than a dive, at first, and can be bettered far less.
"""

import threading
from types import TracebackType

from outreach.dispatch.solvers.base import Budget
from outreach.dispatch.solvers.choice import Limits
from outreach.dispatch.solvers.generation import Generation
from outreach.dispatch.solvers.incumbent import Incumbent
from outreach.dispatch.solvers.master import Relaxed
from outreach.dispatch.solvers.prices import Likely
from outreach.dispatch.solvers.repair import EFFORT, Repairs, candidates

# The shares of the whole time at which it tells what it knows by then, cuts no more, and raises the bound no more.
TELLS, CUT, CLOSED = (0.45,), 0.6, 0.65
# How often it looks whether there is something to repair, in seconds.
LOOK = 0.2


class Helper:
    """Inside `with`, if it's a budget of seconds, betters bound and plan; at the end it's gone, its error raised."""

    def __init__(
        self, generation: Generation, relaxed: Relaxed, incumbent: Incumbent, budget: Budget, seed: int
    ) -> None:
        self._network, self._incumbent, self._budget, self._seed = generation.network, incumbent, budget, seed
        self._cutting = generation.twin(relaxed) if budget.timed and not generation.tired else None
        self._first: Likely | None = None
        self._better: Likely | None = None
        self._told, self._over = threading.Event(), threading.Event()
        self._error: BaseException | None = None
        self.thread = threading.Thread(target=self._run, name="dispatch-helper", daemon=True)

    def __enter__(self) -> "Helper":
        if self._budget.timed:
            self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self.thread.ident is not None:
            self.thread.join()
        if self._error is not None and error is None:
            raise self._error

    def repair(self, likely: Likely) -> None:
        """There has been a dive: from now on repair, among these trips, or better known ones."""
        self._first = likely
        self._told.set()

    @property
    def likely(self) -> Likely:
        """The trips that look best by the cuts known by now. Only once there has been a dive."""
        if likely := self._better or self._first:
            return likely
        raise RuntimeError("nothing is likely before the first dive")

    def _stop(self) -> bool:
        return self._over.is_set() or self._incumbent.proven or self._budget.over()

    def _run(self) -> None:
        try:
            if self._cutting is not None:
                self._cut(self._cutting)
            while not self._told.wait(LOOK) and not self._stop():
                pass
            if self._told.is_set():
                self._repair(Repairs(self._network, self._seed, self._incumbent))
        except BaseException as error:
            self._error = error

    def _cut(self, generation: Generation) -> None:
        """Cuts, and tells now and then which trips look best by them; at the end, no cuts, to raise the bound."""
        for share in (*TELLS, CUT, CLOSED):
            if generation.tired or self._stop():
                break
            relaxed = generation.run(self._budget.part(share), cut=share < CLOSED, hasty=True)
            self._incumbent.raise_bound("cuts", generation.bound)
            if not self._stop():
                self._better = candidates(generation, relaxed, self._incumbent.best.cost)

    def _repair(self, repairs: Repairs) -> None:
        while not self._stop():
            repairs.step(self.likely, Limits(EFFORT, should_stop=self._stop))
