"""One dispatch plan over the sample's requests, made by the solver itself, so that the demo opens on a living table."""

from datetime import date, timedelta

from django.db.models import Count

from outreach.dispatch.building import build_problem
from outreach.dispatch.models import DispatchRequest, Plan, PlanSolver, RequestStatus
from outreach.dispatch.services import keep_baseline, lock_visit, save_version
from outreach.dispatch.solvers import solver
from outreach.people.models import User

DAYS = 28
WORK = 200  # steps, not seconds: the same sample gives the same plan
LOCKED = 2  # visits that the coordinator has fixed already


def seed_plan(today: date) -> Plan | None:
    """Plan four weeks of the prefecture where most requests wait, from the Monday after next; None without any."""
    prefecture = _busiest()
    if prefecture is None:
        return None
    first = today + timedelta(days=14 - today.weekday())
    last = first + timedelta(days=DAYS - 1)
    problem = build_problem(prefecture=prefecture, first=first, last=last)
    answer = solver(PlanSolver.BEST).solve(problem, work=WORK, seed=1)
    by = User.objects.filter(username="coordinator").first()
    plan = Plan.objects.create(prefecture_id=prefecture, first=first, last=last, made_by=by, sample=True)
    keep_baseline(save_version(plan=plan, problem=problem, answer=answer, reason="計算した案", by=by))
    for visit in plan.visits.order_by("starts_at", "pk")[:LOCKED]:
        lock_visit(visit=visit, locked=True)
    return plan


def _busiest() -> str | None:
    waiting = DispatchRequest.objects.filter(sample=True, status=RequestStatus.RECEIVED)
    counted = waiting.values_list("municipality__prefecture").annotate(n=Count("pk"))
    found = counted.order_by("-n", "municipality__prefecture").first()
    return str(found[0]) if found else None
