"""`make demo` at its end: whatever ends it, nothing of it is left over."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from django.conf import settings

from tests.backend.test_surface import answers, free_port
from tests.backend.test_worker import children, living, until

pytestmark = pytest.mark.once

SERVE = "import sys, django; django.setup(); from backend.demo import serve; sys.exit(serve({port}))"


class Demo:
    """Web server and worker together, on a database of their own."""

    def __init__(self, database: Path) -> None:
        env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.settings_served",
            "DATABASE_URL": f"sqlite:///{database}",
            "PYTHONPATH": str(settings.BASE_DIR),
        }
        self.port = free_port()
        self.process = subprocess.Popen([sys.executable, "-c", SERVE.format(port=self.port)], env=env)
        self.launcher = psutil.Process(self.process.pid)

    def family(self) -> list[psutil.Process]:
        return [self.launcher, *children(self.launcher, recursive=True)]

    def started(self) -> bool:
        """The launcher, gunicorn and its worker, the watchdog, and six of the cluster."""
        return answers(self.port) and len(self.family()) >= 10


@pytest.fixture
def demo(migrated_file: Path, tmp_path: Path) -> Iterator[Demo]:
    running = Demo(Path(shutil.copy(migrated_file, tmp_path)))
    family = running.family()
    try:
        assert until(running.started, 60), "the demo did not start"
        family = running.family()
        yield running
    finally:
        for process in {*family, *running.family()}:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        running.process.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_every_process(demo: Demo, number: signal.Signals) -> None:
    family = demo.family()
    demo.process.send_signal(number)
    assert demo.process.wait(30) == 0
    assert not living(family)


def test_when_one_part_dies_the_rest_does_not_linger(demo: Demo) -> None:
    family = demo.family()
    web = next(p for p in children(demo.launcher) if "gunicorn" in " ".join(p.cmdline()))
    web.kill()
    assert demo.process.wait(30) == 1
    assert until(lambda: not living(family))
