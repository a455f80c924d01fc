"""Plans: started, saved only when `check` accepts them, changed by hand, undone."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from geo.models import Prefecture
from outreach.dispatch import documents, problem_json
from outreach.dispatch.building import build_problem, key, moment_of, with_orders
from outreach.dispatch.check import check
from outreach.dispatch.editing import bare, move, take_out
from outreach.dispatch.explain.bench import Bench
from outreach.dispatch.models import DayLock, Plan, PlanDraft, PlanSolver, PlanStatus, PlanVersion, Visit
from outreach.dispatch.overwork import beside_other_work
from outreach.dispatch.problem import Plan as Answer
from outreach.dispatch.problem import Problem
from outreach.dispatch.running import Beat, run_solver, unheard
from outreach.dispatch.score import Score
from outreach.dispatch.services.refused import PlanRefused, PlanUnderWay
from outreach.dispatch.services.silence import is_lost
from outreach.dispatch.services.versions import (
    Checked,
    checked,
    lock_as_read,
    make_current,
    write_version,
)
from outreach.dispatch.solvers.base import NoPlanError
from outreach.dispatch.wording import sentences
from outreach.people.models import Person, User

LONGEST = 300  # seconds; a job's queue takes it for lost after ten minutes
MOST_DAYS = 62
AGAIN = 60.0  # seconds at most for a second try, within the grace below
GRACE = 120  # seconds for a job beyond its solver's: reading, the baseline, writing


def is_sound_period(first: date, last: date, today: date) -> bool:
    return 0 <= (last - first).days < MOST_DAYS and abs((first - today).days) < 2 * 365


@transaction.atomic
def start_plan(
    *, prefecture: str, first: date, last: date, by: User | None, seconds: int = 60, solver: str = PlanSolver.BEST
) -> Plan:
    """Queue a plan for the worker: one at a time of a prefecture's days.

    Raises: PlanUnderWay with the one that is, PlanRefused where dates or solver make no sense.
    """
    if not is_sound_period(first, last, timezone.localdate()):
        raise PlanRefused([_("期間は2か月以内で、初日から末日の順に、きょうの前後2年までの日を入れてください。")])
    if solver not in PlanSolver.values:
        raise PlanRefused([_("この解き方はありません。")])
    for known in _under_way(prefecture, first, last):
        if not is_lost(known):
            raise PlanUnderWay(known)
        _give_up(known)
    plan = Plan.objects.create(
        prefecture_id=prefecture,
        first=first,
        last=last,
        seconds=max(1, min(seconds, LONGEST)),
        solver=solver,
        made_by=by,
        asked_at=timezone.now(),
    )
    queue(plan)
    return plan


def queue(plan: Plan) -> None:
    """In the transaction that asks for it: with it, or neither."""
    job = "run_replan" if plan.replanning else "run_plan"
    async_task(f"outreach.dispatch.jobs.{job}", plan.pk, timeout=plan.seconds + GRACE)


def _under_way(prefecture: str, first: date, last: date) -> list[Plan]:
    """The plans that wait or run for any of these days. Locks the prefecture, for two who press at once."""
    Prefecture.objects.select_for_update(no_key=True).get(pk=prefecture)
    same_days = Plan.objects.filter(prefecture=prefecture, first__lte=last, last__gte=first)
    waiting = same_days.filter(status__in=[PlanStatus.QUEUED, PlanStatus.RUNNING])
    return list(waiting.order_by("pk"))


def _give_up(plan: Plan) -> None:
    """Another is made in its place: a worker that comes back for it finds nothing to do, and isn't heard."""
    failure = _("計算が止まったままだったため、新しい計画に代えました。")
    values = {"status": PlanStatus.FAILED, "seen_at": None, "run": F("run") + 1, "failure": failure}
    as_it_was(plan).update(**values)
    PlanDraft.objects.filter(plan=plan).delete()


def as_it_was(plan: Plan) -> QuerySet[Plan]:
    """The plan, if its making stands as it was read."""
    same = {"run": plan.run, "seen_at": plan.seen_at, "status": plan.status, "replanning": plan.replanning}
    return Plan.objects.filter(pk=plan.pk, **same)


@transaction.atomic
def restart_plan(*, plan: Plan) -> None:
    """Begin the making of a lost plan again; once, however often it is pressed or whoever comes back for it.

    Raises: PlanRefused where someone works on it after all.
    """
    standing = Plan.objects.select_for_update().get(pk=plan.pk)
    if not is_lost(standing):
        if standing.replanning or standing.status in {PlanStatus.QUEUED, PlanStatus.RUNNING}:
            return  # begun again a moment ago
        raise PlanRefused([_("いまは計算していません。画面を開き直してください。")])
    again = {"asked_at": timezone.now(), "seen_at": None, "run": F("run") + 1, "deaths": 0, "stop_asked": False}
    nothing = {"done": 0, "total": 0, "stage": "", "best_cost": None, "bound": None, "failure": ""}
    as_it_was(standing).update(**again, **nothing, **({} if standing.replanning else {"status": PlanStatus.QUEUED}))
    queue(standing)


def stop_plan(*, plan: Plan) -> bool:
    """Ask a plan that is being made to end with its best so far; False where none is."""
    running = Plan.objects.filter(pk=plan.pk, status__in=[PlanStatus.QUEUED, PlanStatus.RUNNING])
    running |= Plan.objects.filter(pk=plan.pk, replanning=True)
    return running.update(stop_asked=True) == 1


def undo_version(*, plan: Plan) -> None:
    """Go back to the version before. Raises: PlanRefused at the first, once offers went out, or against a lock."""
    _refuse_undo(Plan.objects.get(pk=plan.pk))
    version = plan.version
    if version is None or version.before is None:
        raise PlanRefused([_("これより前の案はありません。")])
    before = version.before
    problem, answer = documents.problem_of(before), problem_json.load_plan(before.document)
    ordered = with_orders(problem, plan)
    _refuse_against_locks(ordered, answer)
    with transaction.atomic():
        lock_as_read(plan)
        _refuse_undo(plan)
        if with_orders(problem, plan) != ordered:  # locked while this was looked into
            raise PlanRefused([_("ほかの人が先に変更しました。画面を開き直してください。")])
        make_current(plan, before, problem, answer)


def _refuse_undo(plan: Plan) -> None:
    _refuse_while_replanning(plan)
    if plan.status == PlanStatus.PUBLISHED:
        raise PlanRefused([_("講師に打診したあとは、元に戻せません。訪問を動かしてください。")])


def _refuse_against_locks(ordered: Problem, answer: Answer) -> None:
    """Someone may have locked a visit or a day since, as it is now: to go back would move what they hold."""
    result = check(ordered, bare(answer))
    if not isinstance(result, Score):
        words = _("元に戻すと、いま固定されている訪問か日が動きます。先に固定を外してください。")
        raise PlanRefused([words, *sentences(result)])


def current(plan: Plan) -> tuple[Problem, Answer]:
    """What the plan answers and how. Raises: PlanRefused before there is any answer."""
    if plan.version is None:
        raise PlanRefused([_("まだ案がありません。")])
    return documents.current(plan, plan.version)


def question(plan: Plan, request: int) -> tuple[Problem, Answer]:
    """`current`, for one visit to be placed anew. Raises: PlanRefused.

    Someone who declined another visit may still stand on it until a substitute is found: no reason against this move.
    """
    problem, answer = current(plan)
    name = key("r", request)
    if name not in {visit.id for visit in problem.visits}:
        raise PlanRefused(
            [
                _(
                    "この依頼は、この計画に入っていません。あとから届いたか、期間中に会場の開いている日時がないためです。計画し直すと、入るか確かめられます。"
                )
            ]
        )
    return documents.but_pending(problem, answer, name), answer


def try_move(plan: Plan, request: int, start: int, crew: tuple[int, ...]) -> Checked:
    """The plan with one visit elsewhere, and its score; nothing is saved. Raises: PlanRefused with what breaks.

    Also where other work that people took on since the plan was made leaves no room for it.
    """
    if moment_of(start, plan.first) <= timezone.now():
        raise PlanRefused([_("その日時は、もう過ぎています。")])
    problem, answer = question(plan, request)
    names = tuple(key("p", person) for person in crew)
    if not set(names) <= {person.id for person in problem.instructors}:
        raise PlanRefused([_("この訪問または講師は、この計画にありません。")])
    return checked(plan, problem, _moved(beside_other_work(problem, plan), answer, key("r", request), start, names))


def _moved(problem: Problem, answer: Answer, visit: str, start: int, crew: tuple[str, ...]) -> Answer:
    """Within each one's day; where that can't be, with a night on the way. Raises: PlanRefused with what breaks."""
    moved = move(problem, answer, visit, start, crew)
    found = check(problem, moved)
    if isinstance(found, Score):
        return moved
    far = Bench(problem, take_out(answer, visit), visit).plan_with(start, crew) if len(set(crew)) == len(crew) else None
    if far is None:
        raise PlanRefused(sentences(found))
    return far


def move_visit(*, plan: Plan, request: int, start: int, crew: tuple[int, ...], by: User | None) -> PlanVersion:
    """Move a visit to another start (minutes of the horizon) or crew, the lead first. Raises: PlanRefused."""
    _refuse_while_replanning(Plan.objects.get(pk=plan.pk))
    made = try_move(plan, request, start, crew)
    with transaction.atomic():
        lock_as_read(plan)
        _refuse_while_replanning(plan)
        if question(plan, request)[0] != made.problem:  # locked, accepted or declined while this was looked into
            raise PlanRefused([_("ほかの人が先に変更しました。画面を開き直してください。")])
        return write_version(plan=plan, made=made, reason=_("訪問を動かした"), by=by)


def _refuse_while_replanning(plan: Plan) -> None:
    if plan.replanning:
        raise PlanRefused([_("計画し直しています。終わるまで、動かしたり固定したりできません。")])


@transaction.atomic
def lock_visit(*, visit: Visit, locked: bool) -> None:
    """Leave the visit as it is when replanning, or no longer. Raises: PlanRefused while that is under way."""
    _refuse_while_replanning(Plan.objects.select_for_update().get(pk=visit.plan_id))
    Visit.objects.filter(pk=visit.pk).update(locked=locked)
    visit.locked = locked


@transaction.atomic
def lock_day(*, plan: Plan, person: Person, day: date, locked: bool) -> None:
    """Leave an instructor's day as it is when replanning, free or not, or no longer. Raises: PlanRefused, as above."""
    _refuse_while_replanning(Plan.objects.select_for_update().get(pk=plan.pk))
    if locked:
        DayLock.objects.get_or_create(plan=plan, person=person, day=day)
    else:
        DayLock.objects.filter(plan=plan, person=person, day=day).delete()


@transaction.atomic
def start_replan(*, plan: Plan, by: User | None = None) -> None:
    """Queue planning the rest anew around what is locked. Raises: PlanRefused where it is under way already."""
    ready = Plan.objects.filter(pk=plan.pk, replanning=False, version__isnull=False)
    values = {"stop_asked": False, "done": 0, "total": 0, "stage": "", "best_cost": None, "bound": None, "failure": ""}
    if ready.update(replanning=True, asked_by=by, asked_at=timezone.now(), seen_at=None, deaths=0, **values) != 1:
        raise PlanRefused([_("いまは計画し直せません。画面を開き直してください。")])
    plan.replanning = True
    PlanDraft.objects.filter(plan=plan).delete()  # of a run that was given up
    queue(plan)


def replan(*, plan: Plan, by: User | None, seconds: float = 20) -> PlanVersion:
    """Plan anew around what is locked, accepted or refused, and save it. Raises: PlanRefused, as `planned_anew`."""
    made, reason = planned_anew(plan=plan, seconds=seconds)
    return write_version(plan=plan, made=made, reason=reason, by=by)


def planned_anew(
    *, plan: Plan, seconds: float, listen: Callable[[Problem], Beat] = lambda problem: unheard
) -> tuple[Checked, str]:
    """The plan anew, not saved yet, with what was done; what people were told costs to change.

    `listen`: who hears how far it is with a problem.
    Raises: PlanRefused where the locks cannot stand together any more.
    """
    asked = build_problem(prefecture=plan.prefecture_id, first=plan.first, last=plan.last, plan=plan, anew=True)
    for problem, budget in (
        (documents.open_to_others(asked), seconds),
        (documents.as_they_stand(asked), min(seconds, AGAIN)),
    ):
        with suppress(NoPlanError):
            fresh = run_solver(problem, solver=PlanSolver.BEST, seconds=budget, beat=listen(problem))
            return checked(plan, problem, _better(plan, problem, fresh)), _("固定を残して計画し直した")
    raise PlanRefused([_("固定した訪問を、すべて同時には守れません。固定をいくつか外してください。")])


def _better(plan: Plan, problem: Problem, fresh: Answer) -> Answer:
    """The new plan, or the old one where that still keeps the rules and is no worse."""
    result = check(problem, fresh)
    if plan.version is not None:
        old = bare(problem_json.load_plan(plan.version.document))
        known = check(problem, old)
        if isinstance(known, Score) and (not isinstance(result, Score) or known.cost <= result.cost):
            return replace(old, bound=fresh.bound)
    return fresh
