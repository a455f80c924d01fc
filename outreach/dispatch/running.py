"""Running a solver beside whoever waits for it: it computes in a thread of its own, its starter beats time."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from outreach.dispatch.check import check
from outreach.dispatch.problem import Plan, Problem
from outreach.dispatch.problem_json import digest
from outreach.dispatch.score import Score
from outreach.dispatch.solvers import solver as named
from outreach.dispatch.solvers.base import NoPlanError, Progress

PULSE = 0.5  # seconds between two beats
SEED = 1  # people who ask twice, with nothing changed between, should be told the same

Beat = Callable[[Progress | None, float], bool]  # (how far, seconds so far) → whether to stop


def unheard(progress: Progress | None, seconds: float) -> bool:
    """A listener for those who neither want to know nor to stop."""
    return False


def solve(problem: Problem, name: str, **limits: Any) -> Plan:
    """By the solver of that name; where there is nobody to send, no solver is asked. Raises NoPlanError."""
    return named(name).solve(problem, **limits) if problem.instructors else _nobody(problem)


def _nobody(problem: Problem) -> Plan:
    """Every visit unserved: the only plan, and so the best."""
    plan = Plan(problem.version, trips=(), visits=())
    score = check(problem, plan)
    if not isinstance(score, Score):
        raise NoPlanError("\n".join(violation.text for violation in score))
    return replace(
        plan, cost=score.cost, bound=score.cost, served=0, unserved=score.unserved, km=0.0, problem=digest(problem)
    )


@dataclass(slots=True)
class _Course:
    """What the solver's thread and its starter tell each other."""

    stop: threading.Event
    over: threading.Event
    progress: Progress | None = None
    plan: Plan | None = None
    error: BaseException | None = None


def run_solver(problem: Problem, *, solver: str, seconds: float, beat: Beat = unheard) -> Plan:
    """Solve by the solver of that name, calling `beat` in this thread about twice a second; it says when to stop.

    The solver's thread touches no database, so a slow or locked one delays only the beat. Raises NoPlanError.
    """
    course = _Course(threading.Event(), threading.Event())
    began = time.monotonic()
    thread = threading.Thread(target=_run, args=(course, problem, solver, seconds), name=f"solve-{solver}", daemon=True)
    thread.start()
    try:
        while not course.over.wait(PULSE):
            if beat(course.progress, time.monotonic() - began):
                course.stop.set()
    finally:
        course.stop.set()  # if the beat itself fails, the solver ends too
    thread.join()
    if course.error is not None:
        raise course.error
    assert course.plan is not None  # noqa: S101 - one of both is there
    return course.plan


def _run(course: _Course, problem: Problem, solver: str, seconds: float) -> None:
    def hear(progress: Progress) -> None:
        course.progress = progress

    try:
        course.plan = solve(problem, solver, seconds=seconds, seed=SEED, progress=hear, should_stop=course.stop.is_set)
    except BaseException as error:
        course.error = error
    finally:
        course.over.set()
