"""A plan's versions: checked and put into words while nothing is locked, then written in one short transaction."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from outreach.dispatch import documents, problem_json
from outreach.dispatch.building import pk_of
from outreach.dispatch.check import check
from outreach.dispatch.models import Plan, PlanStatus, PlanVersion
from outreach.dispatch.problem import Plan as Answer
from outreach.dispatch.problem import Problem
from outreach.dispatch.score import Score
from outreach.dispatch.services.engaging import book_again
from outreach.dispatch.services.refused import PlanRefused
from outreach.dispatch.services.rows import write_trips, write_visits
from outreach.dispatch.wording import sentences
from outreach.people.models import User


@dataclass(frozen=True)
class Checked:
    """An answer that `check` accepted: only `checked` makes one (law 8). `text`: its problem, if new to the plan."""

    problem: Problem
    answer: Answer
    score: Score
    text: str


def checked(plan: Plan, problem: Problem, answer: Answer) -> Checked:
    """Tenths of a second for a big plan, so not inside a transaction. Raises: PlanRefused with what breaks."""
    score = check(problem, answer)
    if not isinstance(score, Score):
        raise PlanRefused(sentences(score))
    return Checked(problem, answer, score, documents.new_text(plan, problem))


def save_version(*, plan: Plan, problem: Problem, answer: Answer, reason: str, by: User | None) -> PlanVersion:
    """Keep `answer` as the plan's current version, with its trips and visits as rows.

    `plan` is as its caller read it: where someone saved another version since, nothing is kept. Raises: PlanRefused.
    """
    return write_version(plan=plan, made=checked(plan, problem, answer), reason=reason, by=by)


@transaction.atomic
def write_version(*, plan: Plan, made: Checked, reason: str, by: User | None) -> PlanVersion:
    """The same, of what was checked before. Raises: PlanRefused."""
    lock_as_read(plan)
    score = made.score
    version = PlanVersion.objects.create(
        plan=plan,
        before=plan.version,
        document=problem_json.dump_plan(made.answer),
        problem=documents.keep_problem(plan, made.problem, made.answer.bound, made.text),
        cost=score.cost,
        bound=made.answer.bound,
        served=score.served,
        unserved=score.unserved,
        hm=score.hm,
        road_minutes=score.road_minutes,
        loads=_loads(made.problem, score),
        reason=reason,
        by=by,
    )
    make_current(plan, version, made.problem, made.answer)
    return version


def lock_as_read(plan: Plan) -> None:
    """Lock the plan, which may have been published, or begun to be planned anew, since it was read."""
    standing = Plan.objects.select_for_update().get(pk=plan.pk)
    if standing.version_id != plan.version_id:
        raise PlanRefused([_("ほかの人が先に変更しました。画面を開き直してください。")])
    plan.status, plan.replanning = standing.status, standing.replanning


def _loads(problem: Problem, score: Score) -> dict[str, list[int]]:
    """By person: minutes on duty, and the minutes beyond which more is a burden."""
    wish = {person.id: person.target_minutes for person in problem.instructors}
    return {str(pk_of(name)): [minutes, wish[name]] for name, minutes in score.loads}


def make_current(plan: Plan, version: PlanVersion, problem: Problem, answer: Answer) -> None:
    """Within a transaction: the plan's rows become those of a version of its. Raises: PlanRefused."""
    plan.version, plan.failure = version, ""
    if plan.status != PlanStatus.PUBLISHED:
        plan.status = PlanStatus.READY
    plan.save(update_fields=["version", "status", "failure"])
    plan.searches.all().delete()  # they were about the version before
    write_visits(plan, problem, answer)
    write_trips(plan, problem, answer)
    book_again(plan)
