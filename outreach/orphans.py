"""Processes that end with whoever started them, however that one ended: `kill -9` leaves nobody to tell them."""

import os
import threading
import time
from collections.abc import Callable
from signal import SIGKILL


def end_with(parent: int) -> None:
    """From now on, end this process and its group within a second of the end of `parent`, which started it."""
    _watch(parent, lambda: os.killpg(0, SIGKILL))


def forks_end_too() -> None:
    """From now on, whoever is forked from this process, or from those, ends within a second of the end of its own
    parent: so that none is left where the head of the group was killed together with what watches over it."""
    os.register_at_fork(after_in_child=lambda: _watch(os.getppid(), lambda: os.kill(os.getpid(), SIGKILL)))


def _watch(parent: int, end: Callable[[], None]) -> None:
    def wait() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        end()

    threading.Thread(target=wait, name="end-with-parent", daemon=True).start()
