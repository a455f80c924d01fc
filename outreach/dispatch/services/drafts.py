"""The best plan so far of a run, kept while it lasts: what is left when the worker dies before its end."""

from collections.abc import Callable
from time import monotonic

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from outreach.dispatch import documents, problem_json
from outreach.dispatch.building import with_orders
from outreach.dispatch.models import Plan, PlanDraft, PlanVersion
from outreach.dispatch.problem import Plan as Answer
from outreach.dispatch.problem import Problem
from outreach.dispatch.running import Beat
from outreach.dispatch.services.refused import PlanRefused
from outreach.dispatch.services.versions import checked, write_version
from outreach.dispatch.solvers.base import Progress
from outreach.people.models import User

APART = 5.0  # seconds between two drafts: each is as long as the plan


def keeping_drafts(plan: Plan, problem: Problem, beat: Beat) -> Beat:
    """`beat`, and every few seconds what the solver has that is better than before."""
    row = documents.keep_problem(plan, problem, None, documents.new_text(plan, problem))
    best, kept = None, monotonic()

    def told(progress: Progress | None, seconds: float) -> bool:
        nonlocal best, kept
        over = beat(progress, seconds)
        better = progress is not None and progress.cost is not None and (best is None or progress.cost < best)
        if progress and progress.best and better and not over and monotonic() - kept >= APART:
            best, kept = progress.cost, monotonic()
            _keep(plan, row.pk, progress.best)
        return over

    return told


@transaction.atomic
def _keep(plan: Plan, problem: int, best: Callable[[], Answer]) -> None:
    document = problem_json.dump_plan(best())
    if Plan.objects.select_for_update().filter(pk=plan.pk, run=plan.run, seen_at__isnull=False).exists():
        values = {"problem_id": problem, "document": document}
        PlanDraft.objects.update_or_create(plan_id=plan.pk, defaults=values)


def use_draft(*, plan: Plan, by: User | None) -> PlanVersion | None:
    """Make a dead run's best plan so far the plan's version; None where it left none, or none that `check` accepts.

    `plan` is as its caller read it: Raises: PlanRefused where it goes on since.
    """
    draft = PlanDraft.objects.select_related("problem").filter(plan=plan).first()
    if draft is None or plan.replanning:
        return None
    problem = with_orders(problem_json.load_problem(draft.problem.text), plan)
    try:
        made = checked(plan, problem, problem_json.load_plan(draft.document))
    except PlanRefused:
        return None
    with transaction.atomic():
        same = Plan.objects.filter(pk=plan.pk, run=plan.run, seen_at=plan.seen_at, status=plan.status)
        if same.update(seen_at=None, run=F("run") + 1, deaths=0, stop_asked=False) != 1:
            raise PlanRefused([_("ほかの人が先に変更しました。画面を開き直してください。")])
        draft.delete()
        return write_version(plan=plan, made=made, reason=_("途中で止まった計算の、それまでの最良の案"), by=by)
