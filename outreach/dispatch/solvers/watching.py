"""Stopping CP-SAT when someone asks: it looks up only at a new solution, which may be long in coming."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ortools.sat.python import cp_model

from outreach.dispatch.solvers.base import Stop

EVERY = 0.2  # seconds between two looks


@contextmanager
def watched(solver: cp_model.CpSolver, should_stop: Stop) -> Iterator[None]:
    """While inside, `solver` is stopped as soon as `should_stop` says so."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(EVERY):
            if should_stop():
                solver.stop_search()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
