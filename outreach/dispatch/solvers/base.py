"""What every solver is: one call, with a budget, that reports as it goes and can be stopped."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from outreach.dispatch.problem import Plan, Problem


class NoPlanError(Exception):
    """No plan keeps all locks at once, or none was found within the budget."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a solver is. `cost` and `bound` are those of the best plan and of any plan so far, None if not known.

    `best` makes the best plan so far, for whoever wants to keep it; it may be called from any thread.
    """

    stage: str
    work: int
    cost: int | None
    bound: int | None
    best: Callable[[], Plan] | None = field(default=None, compare=False, repr=False)


Report = Callable[[Progress], None]
Stop = Callable[[], bool]


def unheard(progress: Progress) -> None:
    """A listener for those who want none."""


def never() -> bool:
    return False


class Solver(Protocol):
    """`work` counts the solver's own steps: the same problem, seed and work give the same plan byte for byte.

    `seconds` is for people who wait: what is found in it varies. With neither, it goes on to its own end. Raises
    NoPlanError when locks can't be kept. The plan has its cost and, where the solver knows one, a proven bound.
    """

    def solve(
        self,
        problem: Problem,
        *,
        seconds: float | None = None,
        work: int | None = None,
        seed: int = 0,
        progress: Report = unheard,
        should_stop: Stop = never,
    ) -> Plan: ...


class Budget:
    """Steps and seconds used so far. A budget of work doesn't look at the clock.

    Measurements on a busy machine set `clock` to `time.process_time`.
    """

    clock: Callable[[], float] = staticmethod(time.monotonic)

    def __init__(self, seconds: float | None, work: int | None, should_stop: Stop = never) -> None:
        self._began = self.clock()
        self._seconds = None if work is not None else seconds
        self._work = work
        self._should_stop = should_stop
        self._share = 1.0
        self._whole = self
        self.used = 0

    @property
    def limited(self) -> bool:
        return self._seconds is not None or self._work is not None

    @property
    def timed(self) -> bool:
        return self._seconds is not None

    def share_used(self) -> float:
        """Of the whole budget, by now; 0 without one."""
        if self._work is not None:
            return self._whole.used / max(1, self._work)
        return 0.0 if self._seconds is None else (self.clock() - self._began) / self._seconds

    def way_gone(self, since: float) -> float:
        """How much of the way from `share_used()` as it was then to this part's end is gone by now."""
        return min(1.0, (self.share_used() - since) / max(1e-9, self._share - since))

    def rest(self, share: float) -> "Budget":
        """The same budget, over as soon as this share of what is left now is used."""
        used = min(1.0, self.share_used())
        return self.part(used + share * (1.0 - used))

    def part(self, share: float) -> "Budget":
        """The same budget, over as soon as this share of it is used."""
        part = Budget(self._seconds, self._work, self._should_stop)
        part._began, part._share, part._whole = self._began, share, self._whole
        return part

    def spend(self, steps: int = 1) -> None:
        self._whole.used += steps

    def over(self) -> bool:
        if self._work is not None and self._whole.used >= self._share * self._work:
            return True
        return self.seconds_left() <= 0 or self._should_stop()

    def seconds_left(self) -> float:
        """Infinite when only work counts."""
        if self._seconds is None:
            return float("inf")
        return max(0.0, self._began + self._share * self._seconds - self.clock())
