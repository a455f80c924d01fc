"""Child processes that end as one: each starts a group of its own, and the group ends with it."""

import os
import signal
import subprocess
import sys
from contextlib import suppress

from django.conf import settings

MANAGE = str(settings.BASE_DIR / "manage.py")


class Group:
    """A command and everything it starts. Ctrl-C in a terminal doesn't reach it: `stop` does."""

    def __init__(self, *command: str, env: dict[str, str] | None = None) -> None:
        self.process = subprocess.Popen(  # noqa: S603
            command, env=os.environ | (env or {}), start_new_session=True, stdin=subprocess.DEVNULL
        )

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def stop(self, grace: float) -> None:
        """Ask the leader to finish, wait up to `grace` seconds, then end whatever is left of the group."""
        with suppress(ProcessLookupError, subprocess.TimeoutExpired):
            self.process.terminate()
            self.process.wait(grace)
        self.kill()

    def kill(self) -> None:
        """End the whole group at once, orphans included."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def manage(*arguments: str, env: dict[str, str] | None = None) -> Group:
    return Group(sys.executable, MANAGE, *arguments, env=env)
