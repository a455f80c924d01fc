"""A plan under a real worker that is killed with -9: the next worker makes it, and the page says so all the while."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from subprocess import DEVNULL, Popen
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from outreach.dispatch import services
from outreach.dispatch.models import Plan, PlanStatus
from outreach.dispatch.services.runs import SILENT
from outreach.people.models import Role
from tests import factories
from tests.backend.test_worker import until
from tests.dispatch import rows


def address() -> str:
    """Of the tests' own database, for another process."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    host = f"{quote(known['HOST'], safe='')}:{known['PORT']}"
    return f"postgres://{known['USER']}:{known['PASSWORD']}@{host}/{known['NAME']}"


class Worker:
    """A cluster of the worker's, as its watchdog starts it, in a group of its own."""

    def __init__(self) -> None:
        own = {"DJANGO_SETTINGS_MODULE": "backend.settings", "DATABASE_URL": address(), "WORKERS": "1"}
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "worker", "--cluster-of", str(os.getpid())]
        self.process = Popen(command, env=os.environ | own, stdout=DEVNULL, stderr=DEVNULL, start_new_session=True)

    def kill(self) -> None:
        """All of it at once, as a machine that loses its power."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def workers() -> Iterator[list[Worker]]:
    started: list[Worker] = []
    yield started
    for worker in started:
        worker.kill()


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
def test_a_plan_whose_worker_is_killed_is_made_by_the_next(plan: Plan, workers: list[Worker]) -> None:
    desk = Client()
    desk.force_login(factories.user(Role.PREFECTURE, prefecture_id="01"))

    def page() -> str:
        return str(desk.get(f"/staff/plans/{plan.pk}/").content.decode())

    assert "順番を待っています" in page()
    workers.append(Worker())
    assert until(lambda: status(plan) == PlanStatus.RUNNING, 60)
    workers[0].kill()
    assert status(plan) == PlanStatus.RUNNING
    assert plan.version is None
    assert 'http-equiv="refresh"' in page(), "nobody can know yet"
    assert services.sweep_runs(now=timezone.now()) == 0
    assert services.sweep_runs(now=timezone.now() + SILENT * 1.1) == 1  # as a sweep would a minute later
    assert "順番を待っています" in page()
    Plan.objects.filter(pk=plan.pk).update(seconds=1)
    workers.append(Worker())
    assert until(lambda: status(plan) == PlanStatus.READY, 200)  # the solver may have to be compiled first
    assert plan.run == 2
    assert plan.version
    assert "計画し直す" in page()
