"""/healthz: this process is alive. /readyz: the house can do its work. For probes and monitors; no personal data."""

from collections.abc import Callable
from datetime import datetime
from functools import cache

from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from backend.models import Heartbeat
from outreach.contact.queries import queue_health
from outreach.people.access import open_to_all
from outreach.people.overlap import missing_guards

BEAT_TOO_OLD = 300  # seconds; the worker beats every 60
UNSENT_TOO_LONG = 900  # seconds; the outbox is swept every 60


class NotReadyError(Exception):
    """Says what is not ready, without details of the inside."""


def age(moment: datetime | None) -> int | None:
    return None if moment is None else round((timezone.now() - moment).total_seconds())


def check_database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


@cache  # only a success is kept, and what is applied stays applied as long as this process runs
def check_migrations() -> str:
    executor = MigrationExecutor(connection)
    if missing := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotReadyError(f"{len(missing)} unapplied")
    return "ok"


def check_guards() -> str:
    """The database itself refuses overlaps only while its guards stand (law 2)."""
    if missing := missing_guards():
        raise NotReadyError(f"missing: {', '.join(missing)}; run migrate")
    return "ok"


def check_worker() -> str:
    seconds = age(Heartbeat.objects.values_list("beat_at", flat=True).first())
    if seconds is None or seconds > BEAT_TOO_OLD:
        raise NotReadyError("no heartbeat" if seconds is None else f"last heartbeat {seconds} s ago")
    return f"last heartbeat {seconds} s ago"


def check_messages() -> str:
    overdue = round(queue_health(timezone.now()).oldest_due_seconds)
    if overdue > UNSENT_TOO_LONG:
        raise NotReadyError(f"oldest unsent message is {overdue} s overdue")
    return f"oldest unsent message is {overdue} s overdue" if overdue else "none overdue"


CHECKS: dict[str, Callable[[], str]] = {
    "database": check_database,
    "migrations": check_migrations,
    "guards": check_guards,
    "messages": check_messages,
    "worker": check_worker,
}


@open_to_all
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "alive"})


@open_to_all
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    found: dict[str, str] = {}
    ready = True
    for name, check in CHECKS.items():
        try:
            found[name] = check()
        except NotReadyError as problem:
            ready, found[name] = False, str(problem)
        except DatabaseError:
            ready, found[name] = False, "no answer from the database"
    return JsonResponse({"status": "ready" if ready else "not ready", "checks": found}, status=200 if ready else 503)
