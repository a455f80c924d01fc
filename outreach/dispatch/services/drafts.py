"""The best plan so far of a run, kept while it lasts: what is left when the worker dies before its end."""

from collections.abc import Callable
from contextlib import suppress
from time import monotonic

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from outreach.dispatch import documents, problem_json
from outreach.dispatch.building import with_orders
from outreach.dispatch.check import check
from outreach.dispatch.editing import bare
from outreach.dispatch.models import Plan, PlanDraft, PlanVersion
from outreach.dispatch.problem import Plan as Answer
from outreach.dispatch.problem import Problem
from outreach.dispatch.running import Beat
from outreach.dispatch.score import Score
from outreach.dispatch.services.refused import PlanRefused
from outreach.dispatch.services.versions import Checked, checked, write_version
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
        values = {"problem_id": problem, "before_id": plan.version_id, "document": document}
        PlanDraft.objects.update_or_create(plan_id=plan.pk, defaults=values)


def drafts_of(plan: Plan) -> QuerySet[PlanDraft]:
    """What a run left for the plan as it stands: a version that others made meanwhile is not overwritten."""
    return PlanDraft.objects.filter(plan=plan, before=plan.version_id)


def use_draft(*, plan: Plan, by: User | None) -> PlanVersion | None:
    """Make a dead run's best plan so far the plan's version.

    None where it left none, none that `check` accepts with what people ordered since, or none better than what stands.
    `plan` is as its caller read it: Raises: PlanRefused where it goes on since.
    """
    draft = drafts_of(plan).select_related("problem").first()
    made = _made(plan, draft) if draft else None
    if draft is None or made is None:
        return None
    with transaction.atomic():
        same = Plan.objects.filter(pk=plan.pk, run=plan.run, seen_at=plan.seen_at, status=plan.status)
        over = {"seen_at": None, "run": F("run") + 1, "deaths": 0, "stop_asked": False, "replanning": False}
        if same.filter(replanning=plan.replanning).update(**over) != 1:
            raise PlanRefused([_("ほかの人が先に変更しました。画面を開き直してください。")])
        draft.delete()
        return write_version(plan=plan, made=made, reason=_("途中で止まった計算の、それまでの最良の案"), by=by)


def _made(plan: Plan, draft: PlanDraft) -> Checked | None:
    asked = with_orders(problem_json.load_problem(draft.problem.text), plan)
    answer = problem_json.load_plan(draft.document)
    for problem in (documents.open_to_others(asked), documents.as_they_stand(asked)):
        with suppress(PlanRefused):
            made = checked(plan, problem, answer if answer.problem == problem_json.digest(problem) else bare(answer))
            return None if _stands_better(plan, made) else made
    return None


def _stands_better(plan: Plan, made: Checked) -> bool:
    known = check(made.problem, documents.answer_of(plan.version)) if plan.version else None
    return isinstance(known, Score) and known.cost <= made.score.cost
