"""Keeps a django-q2 cluster at work.

A cluster hangs for good when one of its idle workers is killed: it dies holding the queue's lock. So a watchdog
asks it for a heartbeat through the queue; one that stays out for too long, or a cluster that ended, means a new
cluster. The old one is ended as a group, since killing only its head would leave the rest running.
"""

import logging
import os
import socket
import threading
import time
from datetime import datetime, timedelta
from signal import SIGINT, SIGTERM, signal

from django.db import Error as DatabaseError
from django.db import connections
from django.utils import timezone
from django_q.cluster import Cluster
from django_q.signals import post_execute_in_worker
from django_q.tasks import async_task

from backend.jobs import beat
from backend.models import Heartbeat
from backend.processes import Group, manage
from backend.schedule import apply_schedule
from outreach.orphans import end_with, forks_end_too

log = logging.getLogger(__name__)

STARTING = 60.0  # seconds that a new cluster has until its first heartbeat: a busy machine starts slowly
NOTE_EVERY = 10.0  # seconds between two notes of progress by one worker process


class Watchdog:
    """Runs one cluster until told to stop. All are seconds; `warm` 0: the solver is left cold."""

    def __init__(self, every: float, stale: float, grace: float, warm: float = 0) -> None:
        self.every, self.stale, self.grace, self.warm = every, stale, grace, warm
        self.name = os.environ.get("WORKER_NAME", f"{socket.gethostname()}:{os.getpid()}")
        self.stopping = threading.Event()
        self.failures = 0

    def run(self) -> None:
        signal(SIGTERM, lambda *_: self.stopping.set())
        signal(SIGINT, lambda *_: self.stopping.set())
        apply_schedule()
        warming = threading.Thread(target=self.warm_solver, daemon=True)
        warming.start()
        while not self.stopping.is_set():
            cluster = manage("worker", "--cluster-of", str(os.getpid()), env={"WORKER_NAME": self.name})
            self.guard(cluster)
            cluster.stop(self.grace if self.stopping.is_set() else 0)
            connections.close_all()
            self.stopping.wait(min(60, 2**self.failures - 1))  # a cluster that cannot start is not tried in a loop
        warming.join(10)  # it ends its process within a second: none is left behind
        Heartbeat.objects.filter(worker=self.name).delete()

    def warm_solver(self) -> None:
        """Have the solver compiled before the first plan asks for it, once the house runs and as idly as can be."""
        if not self.warm or self.stopping.wait(self.warm):
            return
        warming = manage("warm_solver", "--verbosity", "0", "--end-with", str(os.getpid()))
        while warming.alive and not self.stopping.wait(1):
            pass
        warming.kill()

    def guard(self, cluster: Group) -> None:
        """Come back when `cluster` ended, hangs, or the house is closing."""
        started = asked = timezone.now()
        while not self.stopping.wait(min(self.every, 5)):
            if not cluster.alive:
                self.failures += 1
                log.error("The cluster ended by itself; starting another.")
                return
            try:
                last = self.last_beat()
                beaten = last is not None and last > started
                patience = self.stale if beaten else max(self.stale, STARTING)
                if timezone.now() - max(last or started, started) > timedelta(seconds=patience):
                    log.error("No heartbeat for %.0f s: killing the cluster and starting another.", patience)
                    return
                if timezone.now() - asked >= timedelta(seconds=self.every):
                    async_task("backend.jobs.beat", save=False)
                    asked = timezone.now()
                if beaten:
                    self.failures = 0
            except DatabaseError:
                log.exception("The database does not answer; the cluster is left as it is.")
                connections.close_all()

    def last_beat(self) -> datetime | None:
        return Heartbeat.objects.filter(worker=self.name).values_list("beat_at", flat=True).first()


class Progress:
    """Takes every finished task as a heartbeat, so that a long queue is not mistaken for a hung cluster."""

    def __init__(self) -> None:
        self.noted = 0.0

    def note(self, **_: object) -> None:
        if time.monotonic() - self.noted > NOTE_EVERY:
            beat()
            self.noted = time.monotonic()


def run_cluster(watchdog: int) -> None:
    """Run the cluster itself until it ends; end with the process `watchdog`, however that one ends."""
    progress = Progress()
    post_execute_in_worker.connect(progress.note, weak=False)
    forks_end_too()
    cluster = Cluster()
    cluster.start()
    end_with(watchdog)
    cluster.sentinel.join()
