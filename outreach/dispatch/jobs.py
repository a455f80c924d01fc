"""What the worker does for dispatch, by name."""

import logging

from django.utils import timezone

from outreach.dispatch.building import build_problem
from outreach.dispatch.models import Plan, PlanStatus
from outreach.dispatch.planning import fill
from outreach.dispatch.services import PlanRefused, replan, save_version
from outreach.dispatch.services import lapse_offers as end_offers

log = logging.getLogger(__name__)


def run_plan(pk: int) -> None:
    """Answer a queued plan. One that is stopped keeps its best so far; one started twice runs once."""
    if Plan.objects.filter(pk=pk, status=PlanStatus.QUEUED).update(status=PlanStatus.RUNNING) != 1:
        return
    plan = Plan.objects.get(pk=pk)
    try:
        problem = build_problem(prefecture=plan.prefecture_id, first=plan.first, last=plan.last)
        answer = fill(problem, seconds=plan.seconds, report=lambda done, total: _note(pk, done, total))
        save_version(plan=plan, problem=problem, answer=answer, reason="計算した案", by=plan.made_by)
    except PlanRefused:
        log.warning("plan %d: refused by the check", pk)
        Plan.objects.filter(pk=pk).update(status=PlanStatus.FAILED)
    except Exception:
        Plan.objects.filter(pk=pk).update(status=PlanStatus.FAILED)
        raise
    log.info("plan %d: done", pk)


def run_replan(pk: int) -> None:
    """Plan the rest anew around what is locked; where that fails, the plan stays as it was and says why."""
    plan = Plan.objects.get(pk=pk)
    if not plan.replanning:
        return
    failure = ""
    try:
        replan(plan=plan, by=plan.made_by, seconds=plan.seconds)
    except PlanRefused as refused:
        log.warning("plan %d: not planned anew", pk)
        failure = str(refused)[:500]
    finally:
        Plan.objects.filter(pk=pk).update(replanning=False, failure=failure)


def _note(pk: int, done: int, total: int) -> bool:
    """Keep the progress; say whether a person asked to stop."""
    Plan.objects.filter(pk=pk).update(done=done, total=total)
    return Plan.objects.filter(pk=pk, stop_asked=True).exists()


def lapse_offers() -> int:
    """Each few minutes: end offers nobody answered, and ask who is next."""
    ended = end_offers(now=timezone.now())
    log.info("dispatch offers lapsed: %d", ended)
    return ended
