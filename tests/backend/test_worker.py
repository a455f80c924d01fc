"""The job worker as real processes: what `kill -9` does to it, and that nothing of it is left over."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import datetime, timedelta
from pathlib import Path

import psutil
import pytest
from django.conf import settings
from django.utils import timezone
from django_q.models import Schedule

from backend.schedule import JOBS, Job, apply_schedule, first_run

MANAGE = [sys.executable, str(settings.BASE_DIR / "manage.py")]
QUICK = ["--every", "0.5", "--stale", "4", "--grace", "3", "--warm", "0"]


def until(what: Callable[[], bool], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.1)
    return what()


def lives(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def living(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [process for process in processes if lives(process)]


def children(process: psutil.Process, recursive: bool = False) -> list[psutil.Process]:
    """Some may end while they are counted."""
    try:
        return living(process.children(recursive=recursive))
    except psutil.NoSuchProcess:
        return []


class Worker:
    """`manage.py worker` on a database of its own."""

    def __init__(self, database: Path, *more: str, **env: str) -> None:
        self.database = database
        env = (
            os.environ
            | env
            | {
                "DJANGO_SETTINGS_MODULE": "backend.settings",
                "DATABASE_URL": f"sqlite:///{self.database}",
                "WORKER_NAME": "tested",
            }
        )
        self.log = database.with_name("worker.log")
        with self.log.open("w") as log:
            self.process = subprocess.Popen([*MANAGE, "worker", *QUICK, *more], env=env, stderr=log)
        self.watchdog = psutil.Process(self.process.pid)

    def beat(self) -> str:
        """The last heartbeat as the database holds it; empty while there is none."""
        with closing(sqlite3.connect(self.database, timeout=20)) as connection:
            found = connection.execute("SELECT beat_at FROM backend_heartbeat").fetchone()
        return str(found[0]) if found else ""

    def head(self) -> psutil.Process | None:
        return next(iter(children(self.watchdog)), None)

    def warming(self) -> list[psutil.Process]:
        return [one for one in children(self.watchdog) if "warm_solver" in one.cmdline()]

    def idle_workers(self) -> list[psutil.Process]:
        """The sentinel starts its workers first, then the monitor and the pusher."""
        head = self.head()
        sentinels = children(head) if head else []
        helpers = sorted(children(sentinels[0]), key=lambda p: p.pid) if sentinels else []
        return helpers[:-2] if len(helpers) >= 4 else []

    def family(self) -> list[psutil.Process]:
        return [self.watchdog, *children(self.watchdog, recursive=True)]

    def started(self) -> bool:
        return bool(self.idle_workers()) and bool(self.beat())


@pytest.fixture
def worker(migrated_file: Path, tmp_path: Path) -> Iterator[Worker]:
    running = Worker(Path(shutil.copy(migrated_file, tmp_path)))
    family = running.family()
    try:
        assert until(running.started, 60), running.log.read_text()
        family = running.family()
        yield running
    finally:
        for process in {*family, *running.family()}:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        running.process.wait()


@pytest.mark.once
def test_killed_idle_workers_hang_the_cluster_and_the_watchdog_replaces_it(worker: Worker) -> None:
    old = worker.family()[1:]
    head = worker.head()
    for process in worker.idle_workers():
        process.kill()
    assert until(lambda: worker.head() not in {None, head}), "no new cluster"
    assert until(lambda: not living(old)), "the old cluster left processes behind"
    killed = worker.beat()
    assert until(lambda: worker.beat() > killed), "the new cluster does not beat"


@pytest.mark.once
def test_a_cluster_whose_head_is_killed_is_replaced_and_leaves_no_orphans(worker: Worker) -> None:
    old = worker.family()[1:]
    old[0].kill()
    assert until(lambda: not living(old)), "orphans"
    assert until(lambda: bool(worker.idle_workers())), "no new cluster"


@pytest.mark.once
def test_sigterm_ends_every_process_and_takes_the_heartbeat_away(worker: Worker) -> None:
    family = worker.family()
    worker.process.send_signal(signal.SIGTERM)
    assert worker.process.wait(30) == 0
    assert until(lambda: not living(family))
    assert worker.beat() == ""


@pytest.mark.once
def test_a_watchdog_killed_with_its_clusters_head_leaves_no_process_nor_the_solvers_warming(
    migrated_file: Path, tmp_path: Path
) -> None:
    """With nothing compiled yet, so that the warming would go on for half a minute. (The watchdog alone is killed in
    `tests/dispatch/test_plan_worker.py`.)"""
    cold = tmp_path / "numba"
    running = Worker(Path(shutil.copy(migrated_file, tmp_path)), "--warm", "0.1", NUMBA_CACHE_DIR=str(cold))
    family = []
    try:
        assert until(lambda: running.started() and bool(running.warming()) and cold.exists(), 60), (
            running.log.read_text()
        )
        family = running.family()
        (head,) = (one for one in family if "--cluster-of" in one.cmdline() and one.ppid() == running.process.pid)
        running.process.kill()
        head.kill()
        running.process.wait()
        assert until(lambda: not living(family), 20), "something outlived its watchdog"
    finally:
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        running.process.kill()


EVERY_MINUTE = Job("each-minute", "backend.jobs.beat", minutes=1)


@pytest.mark.django_db
def test_applying_the_schedule_again_changes_nothing() -> None:
    apply_schedule((EVERY_MINUTE,))
    later = timezone.now() + timedelta(seconds=40)
    Schedule.objects.update(next_run=later)
    apply_schedule((EVERY_MINUTE,))
    assert list(Schedule.objects.values_list("name", "func", "minutes", "next_run")) == [
        ("each-minute", "backend.jobs.beat", 1, later)
    ]


@pytest.mark.django_db
def test_a_job_taken_out_of_the_table_leaves_the_schedule() -> None:
    apply_schedule((EVERY_MINUTE, Job("gone", "backend.jobs.beat", minutes=5)))
    apply_schedule((EVERY_MINUTE,))
    assert [s.name for s in Schedule.objects.all()] == ["each-minute"]


def test_a_daily_job_first_runs_at_the_next_such_hour_in_japan() -> None:
    nightly = Job("nightly", "backend.jobs.beat", daily=datetime(2000, 1, 1, 3, 10).time())
    before, after = datetime.fromisoformat("2026-04-01T03:00+09:00"), datetime.fromisoformat("2026-04-01T04:00+09:00")
    assert first_run(nightly, before) == datetime.fromisoformat("2026-04-01T03:10+09:00")
    assert first_run(nightly, after) == datetime.fromisoformat("2026-04-02T03:10+09:00")


def test_no_two_jobs_share_a_name() -> None:
    names = [job.name for job in JOBS]
    assert len(names) == len(set(names))
