"""A second core: plans are repaired in a thread of its own while the first thread generates, dives and proves.

HiGHS, CP-SAT and what numba compiled let other threads run. What such a thread finds when depends on the clock, so it
helps only those who gave seconds.
"""

import threading
from types import TracebackType

from outreach.dispatch.solvers.base import Budget
from outreach.dispatch.solvers.choice import Limits
from outreach.dispatch.solvers.columns import Columns
from outreach.dispatch.solvers.incumbent import Incumbent
from outreach.dispatch.solvers.network import Floats, Network
from outreach.dispatch.solvers.repair import EFFORT, Repair

# How long an idle helper waits for something to do before it looks at the clock.
LOOK = 0.2


class Helper:
    """Inside `with`, repairs the best plan from what it was last fed; at the end it's gone, its error raised."""

    def __init__(self, network: Network, incumbent: Incumbent, budget: Budget, seed: int) -> None:
        self._net, self._incumbent, self._budget, self._seed = network, incumbent, budget, seed
        self._fed: tuple[Columns, Floats] | None = None
        self._error: BaseException | None = None
        self._over, self._food = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="dispatch-helper", daemon=True)

    def feed(self, columns: Columns, reduced: Floats) -> None:
        """From the next step on, repair from these trips of these reduced costs."""
        self._fed = columns, reduced
        self._food.set()

    def __enter__(self) -> "Helper":
        if self._budget.timed:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._error is not None and error is None:
            raise self._error

    def _stop(self) -> bool:
        return self._over.is_set() or self._incumbent.proven or self._budget.over()

    def _run(self) -> None:
        try:
            repair: Repair | None = None
            while not self._stop():
                if self._food.is_set() or repair is None:
                    repair = self._fresh(repair)
                else:
                    self._step(repair)
        except BaseException as error:
            self._error = error

    def _fresh(self, repair: Repair | None) -> Repair | None:
        if not self._food.wait(LOOK):
            return repair
        self._food.clear()
        columns, reduced = self._fed or (None, None)
        if columns is None or reduced is None:
            return repair
        if repair is None:
            return Repair(self._net, columns, reduced, self._seed)
        repair.feed(columns, reduced)
        return repair

    def _step(self, repair: Repair) -> None:
        before = self._incumbent.best
        after, freed = repair.step(before, Limits(EFFORT, seed=self._seed, should_stop=self._stop))
        self._incumbent.mended("repair", before, after, freed)
