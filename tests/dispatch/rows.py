"""Rows for tests of dispatch with the database."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import count
from threading import Barrier, Thread
from typing import Any

from django.db import connection
from django.utils import timezone

from outreach.dates import is_rest_day
from outreach.dispatch import jobs
from outreach.dispatch.models import DispatchRequest, Plan, PlanSolver
from outreach.dispatch.services import OfferError, create_request, publish_plan, start_plan
from outreach.people.models import Person, WeeklyHours
from tests import factories

serial = count(1)


def monday() -> date:
    """A Monday two weeks or more from now, so that offers have time to be answered; of a week without rest days."""
    day = timezone.localdate() + timedelta(days=14)
    day += timedelta(days=-day.weekday() % 7)
    while any(is_rest_day(day + timedelta(days=n)) for n in range(7)):
        day += timedelta(days=7)
    return day


def instructor(**fields: Any) -> Person:
    """Certified, free every day, by car, reached by e-mail."""
    made = factories.instructor(email=f"teacher{next(serial)}@example.com", **fields)
    WeeklyHours.objects.bulk_create(
        WeeklyHours(person=made, weekday=weekday, starts=time(8), ends=time(19)) for weekday in range(7)
    )
    return made


def request(**fields: Any) -> DispatchRequest:
    first = monday()
    factories.programme_year(first)
    values = {
        "organisation": factories.organisation(),
        "venue": factories.venue(),
        "course": factories.course(),
        "heads": 8,
        "earliest": first,
        "latest": first + timedelta(days=6),
        "contact_name": "担当 花子",
        "contact_phone": "+81300000101",
        "received_on": timezone.localdate(),
    }
    openings = fields.pop("openings", [(weekday, time(9), time(17)) for weekday in range(8)])
    blackouts = fields.pop("blackouts", [])
    return create_request(fields={**values, **fields}, openings=openings, blackouts=blackouts, by=None)


def plan(solver: str = PlanSolver.GREEDY) -> Plan:
    """The plan of that week, run as the worker does: greedily, where nothing is asked of how good it is."""
    first = monday()
    made = start_plan(prefecture="01", first=first, last=first + timedelta(days=6), by=None, seconds=20, solver=solver)
    jobs.run_plan(made.pk)
    made.refresh_from_db()
    return made


def published() -> Plan:
    """The same, and everyone asked."""
    made = plan()
    publish_plan(plan=made, by=None)
    return made


def now() -> datetime:
    return timezone.now()


def at_once(*acts: Callable[[], object]) -> list[OfferError | None]:
    """Run each in a thread of its own, started together; how each was refused."""
    gate = Barrier(len(acts))
    raised: list[OfferError | None] = [None] * len(acts)

    def run(number: int, act: Callable[[], object]) -> None:
        gate.wait()
        try:
            act()
        except OfferError as error:
            raised[number] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised
