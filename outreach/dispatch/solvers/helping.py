"""A second core: plans are repaired in a thread of its own while the first thread repairs or proves.

HiGHS, CP-SAT and what numba compiled let other threads run. What such a thread finds when depends on the clock, so it
helps only those who gave seconds. Before the first dive it would be no help: what is made of a poor plan by repairs is
better than a dive, at first, and can be bettered far less.
"""

import threading
from types import TracebackType

from outreach.dispatch.solvers.base import Budget
from outreach.dispatch.solvers.choice import Limits
from outreach.dispatch.solvers.incumbent import Incumbent
from outreach.dispatch.solvers.repair import EFFORT, Repair


class Helper:
    """Inside `with`, repairs the best plan; at the end it's gone, its error raised."""

    def __init__(self, repair: Repair, incumbent: Incumbent, budget: Budget) -> None:
        self._repair, self._incumbent, self._budget = repair, incumbent, budget
        self._over = threading.Event()
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
        if self.thread.is_alive():
            self.thread.join()
        if self._error is not None and error is None:
            raise self._error

    def _stop(self) -> bool:
        return self._over.is_set() or self._incumbent.proven or self._budget.over()

    def _run(self) -> None:
        try:
            while not self._stop():
                before = self._incumbent.best
                after, freed = self._repair.step(before, Limits(EFFORT, should_stop=self._stop))
                self._incumbent.mended("repair", before, after, freed)
        except BaseException as error:
            self._error = error
