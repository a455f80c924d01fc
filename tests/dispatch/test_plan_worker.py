"""A plan under a real worker whose watchdog is killed with -9: all of it ends, the page says so, and the next worker
makes the plan, once; or what the dead one had found so far is used."""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from subprocess import DEVNULL, Popen

import psutil
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ

from outreach.dispatch import services
from outreach.dispatch.models import Plan, PlanDraft, PlanStatus
from outreach.dispatch.services.silence import DEAD
from outreach.people.models import Role
from tests import factories, migrated
from tests.backend.test_worker import children, living, until
from tests.dispatch import rows


def address() -> str:
    """Of the tests' own database, for another process."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return migrated.database_at(os.environ["TEST_DATABASE_URL"], name)


class Worker:
    """`manage.py worker`: a watchdog, its cluster and the cluster's own processes."""

    def __init__(self) -> None:
        own = {"DJANGO_SETTINGS_MODULE": "backend.settings", "DATABASE_URL": address(), "WORKERS": "1"}
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "worker", "--warm", "0"]
        self.process = Popen(command, env=os.environ | own, stdout=DEVNULL, stderr=DEVNULL)

    def family(self) -> list[psutil.Process]:
        if self.process.poll() is not None:
            return []
        watchdog = psutil.Process(self.process.pid)
        return [watchdog, *children(watchdog, recursive=True)]

    def kill(self) -> None:
        """The watchdog alone, with -9: it has no time to tell anyone."""
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        """All of it, whatever became of the test."""
        for process in self.family():
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait()


@pytest.fixture
def workers() -> Iterator[list[Worker]]:
    started: list[Worker] = []
    yield started
    for worker in started:
        worker.end()


@pytest.fixture
def plan() -> Plan:
    """Sixty visits near each other: minutes are not enough to prove a plan of them the best."""
    for n in range(9):
        rows.instructor(lat=43.5 + n * 7 % 9 / 12, lon=142 + n * 5 % 9 / 12)
    for n in range(60):
        venue = factories.venue(lat=43.5 + n * 37 % 41 / 60, lon=142 + n * 29 % 43 / 60)
        rows.request(crew=1 + n % 2, venue=venue)
    first = rows.monday()
    return services.start_plan(prefecture="01", first=first, last=first + timedelta(days=6), by=None, seconds=300)


def status(plan: Plan) -> str:
    plan.refresh_from_db()
    return plan.status


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["again", pytest.param("keep", marks=pytest.mark.proof)])
def test_a_plan_whose_whole_worker_is_killed_says_so_and_is_made_once(
    plan: Plan, workers: list[Worker], act: str
) -> None:
    desk = Client()
    desk.force_login(factories.user(Role.PREFECTURE, prefecture_id="01"))

    def page() -> str:
        return str(desk.get(f"/staff/plans/{plan.pk}/").content.decode())

    assert "順番を待っています" in page()
    workers.append(Worker())
    assert until(lambda: status(plan) == PlanStatus.RUNNING, 60)
    if act == "keep":
        assert until(PlanDraft.objects.exists, 120)
    family = workers[0].family()
    assert len(family) > 3
    workers[0].kill()
    assert until(lambda: not living(family), 30), "the job would go on beside the next one's"
    assert status(plan) == PlanStatus.RUNNING
    assert plan.version is None
    assert 'http-equiv="refresh"' in page(), "nobody can know yet"
    assert services.sweep_runs(now=timezone.now()) == 0
    Plan.objects.update(seen_at=timezone.now() - DEAD * 1.1)  # minutes later, and no worker came
    assert "計算が止まっています" in page()
    desk.post(f"/staff/plans/{plan.pk}/again/", {"act": act})
    if act == "again":
        assert "順番を待っています" in page()
        Plan.objects.filter(pk=plan.pk).update(seconds=1)
    OrmQ.objects.update(lock=timezone.now() - timedelta(hours=1))  # the killed worker's task comes back as well
    workers.append(Worker())
    assert until(lambda: status(plan) == PlanStatus.READY and not OrmQ.objects.exists(), 200)
    assert plan.version  # above, the solver may have had to be compiled first
    assert plan.versions.count() == 1
    assert "計画し直す" in page()
