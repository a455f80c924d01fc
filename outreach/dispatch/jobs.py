"""What the worker does for dispatch, by name."""

import logging
from collections.abc import Callable
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.dispatch.building import build_problem
from outreach.dispatch.explaining import Clock, whole_search
from outreach.dispatch.models import Plan, PlanVersion
from outreach.dispatch.problem import Problem
from outreach.dispatch.retention import forget_contacts
from outreach.dispatch.running import Beat, run_solver
from outreach.dispatch.services import (
    PlanRefused,
    begin_run,
    begin_search,
    checked,
    end_run,
    end_search,
    keep_baseline,
    keep_run,
    keeping_drafts,
    note_run,
    planned_anew,
    release_overdue,
    ring_unreached,
    still_wanted,
    write_version,
)
from outreach.dispatch.services import lapse_offers as end_offers
from outreach.dispatch.services import sweep_runs as take_up_runs
from outreach.dispatch.services import sweep_searches as take_up_searches
from outreach.dispatch.services.searches import PATIENCE

log = logging.getLogger(__name__)


def run_plan(pk: int) -> None:
    """Answer a queued plan. One that is stopped keeps its best so far; one started twice runs once."""
    plan = begin_run(pk, anew=False)
    if plan is not None:
        _run(plan, _answer)


def run_replan(pk: int) -> None:
    """Plan the rest anew around what is locked; where that fails, the plan stays as it was and says why."""
    plan = begin_run(pk, anew=True)
    if plan is not None:
        _run(plan, _anew)


def _run(plan: Plan, make: Callable[[Plan], object]) -> None:
    """Run it, and whatever comes, say that it's over. What went wrong inside is for the log, not for people."""
    try:
        make(plan)
    except PlanRefused as refused:
        log.warning("plan %d: %s", plan.pk, "; ".join(refused.reasons))
        end_run(plan, failure=str(refused))
    except Exception:
        end_run(plan, failure=_("計算できませんでした。時間をおいて、もう一度お試しください。"))
        raise
    else:
        end_run(plan)
        log.info("plan %d: done", plan.pk)


def _answer(plan: Plan) -> None:
    problem = build_problem(prefecture=plan.prefecture_id, first=plan.first, last=plan.last)
    beat = keeping_drafts(plan, problem, partial(note_run, plan))
    answer = run_solver(problem, solver=plan.solver, seconds=plan.seconds, beat=beat)
    made = checked(plan, problem, answer)
    with transaction.atomic():
        if keep_run(plan):
            write_version(plan=plan, made=made, reason=_("計算した案"), by=plan.run_by)
    if plan.version:
        _compare(plan.version)


def _anew(plan: Plan) -> None:
    def listen(problem: Problem) -> Beat:
        return keeping_drafts(plan, problem, partial(note_run, plan))

    made, reason = planned_anew(plan=plan, seconds=plan.seconds, listen=listen)
    with transaction.atomic():
        if not keep_run(plan):
            return
        version = write_version(plan=plan, made=made, reason=reason, by=plan.run_by)
        end_run(plan)  # with it: whoever is killed now leaves nothing to be planned anew once more
    _compare(version)


def _compare(version: PlanVersion) -> None:
    """A plan that is saved has not failed for want of something to compare it with."""
    try:
        keep_baseline(version)
    except Exception:
        log.exception("plan %d: no baseline", version.plan_id)


def run_search(pk: int) -> None:
    """Look for what would serve a request; a search started twice runs once, one given up keeps nothing."""
    search = begin_search(pk)
    if search is None:
        return
    try:
        finding = whole_search(search.plan, search.request, clock=Clock(PATIENCE, still_wanted(search)))
    except Exception:
        end_search(search, None)
        raise
    kept = end_search(search, finding)
    log.info("search %d: %s", pk, "done" if kept else "no longer wanted")


def sweep_runs() -> int:
    """Each minute: plans and searches whose worker died are run again, once."""
    now = timezone.now()
    found = take_up_runs(now=now) + take_up_searches(now=now)
    if found:
        log.warning("dispatch: %d plans or searches without a worker", found)
    return found


def lapse_offers() -> int:
    """Each few minutes: end offers nobody answered and ask who is next; have those rung whom no message reached; what
    nobody agreed to in time waits to be planned again.
    """
    now = timezone.now()
    ended, rung, late = end_offers(now=now), ring_unreached(now=now), release_overdue(now=now)
    log.info("dispatch offers lapsed: %d, to ring: %d, requests to plan again: %d", ended, rung, late)
    return ended


def purge() -> int:
    """Each night: forget whom to ring about requests long over."""
    forgotten = forget_contacts(now=timezone.now())
    log.info("contacts of requests forgotten: %d", forgotten)
    return forgotten
