"""Runs of a plan's making: begun by one worker at a time, heard of while they last, taken up again when it dies.

`seen_at` is set while a worker is on a plan, `run` numbers its runs: what one given up says later is not heeded.
"""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.dispatch.models import Plan, PlanDraft, PlanStatus
from outreach.dispatch.services.drafts import use_draft
from outreach.dispatch.services.plans import queue
from outreach.dispatch.services.refused import PlanRefused
from outreach.dispatch.services.silence import SILENT
from outreach.dispatch.solvers.base import Progress

log = logging.getLogger(__name__)

MOST_DEATHS = 2  # then something in the plan itself may be what kills them


def begin_run(pk: int, *, anew: bool) -> Plan | None:
    """Take a queued plan, or with `anew` one to be planned anew, for this worker; None if it isn't to be had."""
    waiting = Plan.objects.filter(pk=pk, seen_at=None)
    waiting = waiting.filter(replanning=True) if anew else waiting.filter(status=PlanStatus.QUEUED)
    values = {"seen_at": timezone.now(), "run": F("run") + 1}
    if waiting.update(**values, **({} if anew else {"status": PlanStatus.RUNNING})) != 1:
        return None
    return Plan.objects.get(pk=pk)


def _mine(plan: Plan) -> QuerySet[Plan]:
    return Plan.objects.filter(pk=plan.pk, run=plan.run, seen_at__isnull=False)


def note_run(plan: Plan, progress: Progress | None, seconds: float) -> bool:
    """Say how far a run is, of how many seconds; True if it should stop: asked to, or no longer this worker's."""
    values: dict[str, object] = {"seen_at": timezone.now(), "done": int(seconds), "total": plan.seconds}
    if progress is not None:
        values |= {"stage": progress.stage, "best_cost": progress.cost, "bound": progress.bound}
    if _mine(plan).update(**values) != 1:
        return True
    return Plan.objects.filter(pk=plan.pk, stop_asked=True).exists()


def keep_run(plan: Plan) -> bool:
    """Within a transaction, before a run's answer is saved: whether the run still counts. Locks the plan."""
    return _mine(plan).select_for_update().exists()


def end_run(plan: Plan, *, failure: str = "") -> None:
    """The run is over; what it made is saved, or `failure` says why not."""
    values: dict[str, object] = {"seen_at": None, "deaths": 0, "replanning": False, "failure": failure[:500]}
    if failure and not plan.replanning:
        values["status"] = PlanStatus.FAILED
    if _mine(plan).update(**values):
        PlanDraft.objects.filter(plan=plan.pk).delete()


def sweep_runs(*, now: datetime) -> int:
    """Each minute: run again the plans whose worker died; if that happened before, keep the best that they had.

    So is one that someone had asked to stop. Where it had nothing, it failed.
    """
    dead = Plan.objects.filter(Q(status=PlanStatus.RUNNING) | Q(replanning=True), seen_at__lt=now - SILENT)
    return sum(_kept(plan) or _take_up(plan) for plan in dead)


def _kept(plan: Plan) -> bool:
    if not plan.stop_asked and plan.deaths + 1 < MOST_DEATHS:
        return False
    try:
        return use_draft(plan=plan, by=plan.run_by) is not None
    except PlanRefused:
        return False
    except Exception:  # what is wrong with one plan keeps no other from being taken up
        log.exception("plan %d: its best so far can't be used", plan.pk)
        return False


@transaction.atomic
def _take_up(plan: Plan) -> bool:
    silent = _mine(plan).filter(seen_at=plan.seen_at)
    if plan.deaths + 1 >= MOST_DEATHS:
        failure = _("計算が途中で止まりました。もう一度お試しください。続くときは、期間を短くしてください。")
        values: dict[str, object] = {"replanning": False, "seen_at": None, "deaths": 0, "failure": failure}
        return silent.update(**values, **({} if plan.replanning else {"status": PlanStatus.FAILED})) == 1
    values = {"seen_at": None, "asked_at": timezone.now(), "deaths": F("deaths") + 1}
    if silent.update(**values, **({} if plan.replanning else {"status": PlanStatus.QUEUED})) != 1:
        return False
    queue(plan)
    log.warning("plan %d: its worker died, taken up again", plan.pk)
    return True
