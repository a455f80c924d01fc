"""Searches for what would serve a request: asked for by a person, made by the worker, kept while the plan stands.

As plans: `seen_at` is set while a worker is on one, `run` numbers its runs, and what died is run again once.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from outreach.dispatch.findings import FINDING, Finding, state_of
from outreach.dispatch.models import DispatchRequest, Plan, Search, SearchStatus
from outreach.dispatch.services.plans import GRACE
from outreach.dispatch.services.refused import PlanRefused
from outreach.dispatch.services.runs import MOST_DEATHS
from outreach.dispatch.services.silence import DEAD, SILENT, never_taken
from outreach.people.models import User

log = logging.getLogger(__name__)

PATIENCE = 40.0  # seconds
MOST_WAITING = 3  # searches of one plan at a time: others wait for the same workers
PULSE = 1.0  # seconds between two signs of life
UNCLAIMED = timedelta(minutes=15)  # waiting for longer than whatever is before it takes
UNDER_WAY = (SearchStatus.QUEUED, SearchStatus.RUNNING)


@transaction.atomic
def start_search(*, plan: Plan, request: DispatchRequest, by: User | None) -> Search:
    """Queue a search, or give back the one that is under way. Raises: PlanRefused where too many of the plan wait."""
    now = timezone.now()
    Plan.objects.select_for_update().get(pk=plan.pk)
    waiting = [one for one in Search.objects.filter(plan=plan, status__in=UNDER_WAY) if not is_search_lost(one)]
    if known := next((one for one in waiting if one.request_id == request.pk), None):
        return known
    if len(waiting) >= MOST_WAITING:
        raise PlanRefused([_("この計画では、ほかの依頼をもう調べています。終わってから、もう一度押してください。")])
    fresh = {"status": SearchStatus.QUEUED, "asked_at": now, "found_at": None, "seen_at": None, "found": {}}
    search, _made = Search.objects.update_or_create(
        plan=plan, request=request, defaults={**fresh, "state": "", "deaths": 0, "by": by}
    )
    _queue(search)
    return search


def _queue(search: Search) -> None:
    async_task("outreach.dispatch.jobs.run_search", search.pk, timeout=int(PATIENCE) + GRACE)  # in its transaction


def begin_search(pk: int) -> Search | None:
    """Take a queued search for this worker, of things as they are now; None if it isn't to be had."""
    around = ("plan__version__problem", "plan__prefecture", "request__municipality", "request__venue")
    search = Search.objects.select_related(*around).filter(pk=pk, status=SearchStatus.QUEUED).first()
    if search is None or search.plan.version is None:
        return None
    state, run, now = state_of(search.plan, search.request), search.run + 1, timezone.now()
    mine = Search.objects.filter(pk=pk, run=search.run, status=SearchStatus.QUEUED)
    if mine.update(status=SearchStatus.RUNNING, state=state, run=run, seen_at=now) != 1:
        return None
    search.status, search.state, search.run, search.seen_at = SearchStatus.RUNNING, state, run, now
    return search


def _mine(search: Search) -> QuerySet[Search]:
    return Search.objects.filter(pk=search.pk, run=search.run, status=SearchStatus.RUNNING)


def still_wanted(search: Search) -> Callable[[], bool]:
    """For a search's clock, asked as often as it likes: says that it lives; True once it should stop."""
    heard = monotonic()

    def told() -> bool:
        nonlocal heard
        if monotonic() - heard < PULSE:
            return False
        heard = monotonic()
        return _mine(search).update(seen_at=timezone.now()) != 1

    return told


def end_search(search: Search, finding: Finding | None) -> bool:
    """Keep what was found, or that nothing could be; False where nobody waits for it any more."""
    status = SearchStatus.FAILED if finding is None else SearchStatus.DONE
    found = {} if finding is None else FINDING.dump_python(finding, mode="json")
    return _mine(search).update(status=status, found=found, found_at=timezone.now(), seen_at=None, deaths=0) == 1


def search_of(plan: Plan, request: DispatchRequest) -> Search | None:
    """The search that a page may speak of: under way, lost, or ended with all still as it was then."""
    search = Search.objects.filter(plan=plan, request=request).first()
    if search is None or search.status in UNDER_WAY:
        return search
    return search if search.state == state_of(plan, request) else None


def is_search_lost(search: Search) -> bool:
    """Whether no worker took it for long, or whoever did is dead and nobody took it up: it may be asked for again."""
    now = timezone.now()
    if search.status == SearchStatus.RUNNING:
        return search.seen_at is None or search.seen_at < now - DEAD
    waits = search.status == SearchStatus.QUEUED
    return waits and (search.asked_at < now - UNCLAIMED or never_taken(search.asked_at, now))


def finding_of(search: Search) -> Finding:
    return FINDING.validate_python(search.found)


def sweep_searches(*, now: datetime) -> int:
    """Each minute: run again the searches whose worker died, or say that they failed if that happened before."""
    dead = Search.objects.filter(status=SearchStatus.RUNNING, seen_at__lt=now - SILENT)
    return sum(_take_up(search) for search in dead)


@transaction.atomic
def _take_up(search: Search) -> bool:
    silent = _mine(search).filter(seen_at=search.seen_at)
    if search.deaths + 1 >= MOST_DEATHS:
        return silent.update(status=SearchStatus.FAILED, found_at=timezone.now(), seen_at=None, deaths=0) == 1
    if silent.update(status=SearchStatus.QUEUED, seen_at=None, deaths=F("deaths") + 1) != 1:
        return False
    _queue(search)
    log.warning("search %d: its worker died, taken up again", search.pk)
    return True
