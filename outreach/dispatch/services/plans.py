"""Plans: started, saved only when `check` accepts them, changed by hand, undone."""

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from outreach.dispatch import problem_json
from outreach.dispatch.building import build_problem, key, moment_of, pk_of
from outreach.dispatch.check import check
from outreach.dispatch.editing import bare, move
from outreach.dispatch.models import (
    DispatchRequest,
    Offer,
    OfferStatus,
    Plan,
    PlanStatus,
    PlanVersion,
    RequestStatus,
    Trip,
    Visit,
)
from outreach.dispatch.planning import fill
from outreach.dispatch.problem import Plan as Answer
from outreach.dispatch.problem import Problem
from outreach.dispatch.score import Score
from outreach.dispatch.services.requests import change_status
from outreach.dispatch.timing import Book, DutyTimes, TripTimer
from outreach.dispatch.violations import Ledger
from outreach.people.models import User

LONGEST = 300  # seconds; a job's queue takes it for lost after ten minutes


class PlanRefused(Exception):
    """The plan breaks rules; nothing was saved. `reasons` says which, a sentence each."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = reasons


@transaction.atomic
def start_plan(*, prefecture: str, first: date, last: date, by: User | None, seconds: int = 60) -> Plan:
    """Queue a plan for the worker. Raises: PlanRefused where dates or time make no sense."""
    if not first <= last <= first + timedelta(days=61):
        raise PlanRefused([_("期間は2か月以内で、初日から末日の順に入れてください。")])
    plan = Plan.objects.create(
        prefecture_id=prefecture,
        first=first,
        last=last,
        seconds=max(1, min(seconds, LONGEST)),
        solver="insertion",
        made_by=by,
    )
    transaction.on_commit(
        lambda: async_task("outreach.dispatch.jobs.run_plan", plan.pk, timeout=plan.seconds + 120), robust=True
    )
    return plan


@transaction.atomic
def save_version(*, plan: Plan, problem: Problem, answer: Answer, reason: str, by: User | None) -> PlanVersion:
    """Keep `answer` as the plan's current version, with its trips and visits as rows. Raises: PlanRefused (law 8)."""
    Plan.objects.select_for_update().get(pk=plan.pk)
    result = check(problem, answer)
    if not isinstance(result, Score):
        raise PlanRefused([violation.text for violation in result])
    version = PlanVersion.objects.create(
        plan=plan,
        before=plan.version,
        document=problem_json.dump_plan(answer),
        problem=problem_json.dump_problem(problem),
        cost=result.cost,
        bound=answer.bound,
        served=result.served,
        unserved=result.unserved,
        hm=result.hm,
        road_minutes=result.road_minutes,
        reason=reason,
        by=by,
    )
    _make_current(plan, version, problem, answer)
    return version


def _make_current(plan: Plan, version: PlanVersion, problem: Problem, answer: Answer) -> None:
    plan.version = version
    if plan.status != PlanStatus.PUBLISHED:
        plan.status = PlanStatus.READY
    plan.save(update_fields=["version", "status"])
    _write_visits(plan, problem, answer)
    _write_trips(plan, problem, answer)


def _write_visits(plan: Plan, problem: Problem, answer: Answer) -> None:
    """Visits keep their rows, and so their offers; who is no longer asked has the open offer taken back."""
    wanted = {visit.id: visit for visit in problem.visits}
    first = date.fromisoformat(problem.horizon.start)
    kept = []
    for entry in answer.visits:
        second = next((name for name in entry.instructors if name != entry.lead), None)
        visit, _made = Visit.objects.update_or_create(
            plan=plan,
            request_id=pk_of(entry.id),
            defaults={
                "starts_at": moment_of(entry.start, first),
                "ends_at": moment_of(entry.start + wanted[entry.id].duration, first),
                "lead_id": pk_of(entry.lead),
                "second_id": pk_of(second) if second else None,
            },
        )
        kept.append(visit.pk)
        standing = Offer.objects.filter(visit=visit, status=OfferStatus.OPEN)
        standing.exclude(person__in=visit.crew).update(status=OfferStatus.WITHDRAWN)
    gone = Visit.objects.filter(plan=plan).exclude(pk__in=kept)
    _settle_requests([pk_of(entry.id) for entry in answer.visits], list(gone.values_list("request_id", flat=True)))
    gone.delete()


def _settle_requests(served: list[int], dropped: list[int]) -> None:
    received, planned = RequestStatus.RECEIVED, RequestStatus.PLANNED
    for request in DispatchRequest.objects.filter(pk__in=served, status=received):
        change_status(request=request, to=planned, by=None)
    for request in DispatchRequest.objects.filter(pk__in=dropped, status__in=[planned, RequestStatus.OFFERED]):
        change_status(request=request, to=received, by=None)


def _write_trips(plan: Plan, problem: Problem, answer: Answer) -> None:
    first = date.fromisoformat(problem.horizon.start)
    plan.trips.all().delete()
    rows = []
    for times, overnight in timed(problem, answer):
        rows.append(
            Trip(
                plan=plan,
                person_id=pk_of(times.instructor),
                day=first + timedelta(days=times.day),
                leaves_at=moment_of(times.leave, first),
                back_at=moment_of(times.back, first),
                hm=sum(journey.hm for journey in times.journeys),
                road_minutes=sum(journey.minutes for journey in times.journeys),
                overnight=overnight,
            )
        )
    Trip.objects.bulk_create(rows)


def timed(problem: Problem, answer: Answer) -> list[tuple[DutyTimes, bool]]:
    """Each day's duty of a plan that keeps the rules, and whether its night is spent away."""
    book, ledger = Book(problem), Ledger(problem.horizon)
    return [
        (times, times.day != trip.days[-1].day)
        for trip in answer.trips
        for times in TripTimer(book, trip, ledger).duties()
    ]


@transaction.atomic
def undo_version(*, plan: Plan) -> None:
    """Go back to the version before. Raises: PlanRefused at the first, or once offers went out."""
    version = plan.version
    if version is None or version.before is None:
        raise PlanRefused([_("これより前の案はありません。")])
    if plan.status == PlanStatus.PUBLISHED:
        raise PlanRefused([_("講師に打診したあとは、元に戻せません。訪問を動かしてください。")])
    before = version.before
    _make_current(plan, before, problem_json.load_problem(before.problem), problem_json.load_plan(before.document))


def current(plan: Plan) -> tuple[Problem, Answer]:
    """What the plan answers and how. Raises: PlanRefused before there is any answer."""
    if plan.version is None:
        raise PlanRefused([_("まだ案がありません。")])
    return problem_json.load_problem(plan.version.problem), problem_json.load_plan(plan.version.document)


def try_move(plan: Plan, request: int, start: int, crew: tuple[int, ...]) -> tuple[Problem, Answer, Score]:
    """The plan with one visit elsewhere, and its score; nothing is saved. Raises: PlanRefused with what breaks."""
    problem, answer = current(plan)
    names = tuple(key("p", person) for person in crew)
    known = {person.id for person in problem.instructors}
    if not set(names) <= known or key("r", request) not in {visit.id for visit in problem.visits}:
        raise PlanRefused([_("この訪問または講師は、この計画にありません。")])
    moved = move(problem, answer, key("r", request), start, names)
    result = check(problem, moved)
    if not isinstance(result, Score):
        raise PlanRefused([violation.text for violation in result])
    return problem, moved, result


@transaction.atomic
def move_visit(*, plan: Plan, request: int, start: int, crew: tuple[int, ...], by: User | None) -> PlanVersion:
    """Move a visit to another start (minutes of the horizon) or crew, the lead first. Raises: PlanRefused."""
    problem, moved, _score = try_move(plan, request, start, crew)
    return save_version(plan=plan, problem=problem, answer=moved, reason=_("訪問を動かした"), by=by)


def lock_visit(*, visit: Visit, locked: bool) -> None:
    """Leave the visit as it is when replanning, or no longer."""
    Visit.objects.filter(pk=visit.pk).update(locked=locked)
    visit.locked = locked


@transaction.atomic
def replan(*, plan: Plan, by: User | None, seconds: float = 20) -> PlanVersion:
    """Plan anew around what is locked, accepted or refused; what people were told costs to change.

    Raises: PlanRefused where the locks cannot stand together any more.
    """
    problem = build_problem(prefecture=plan.prefecture_id, first=plan.first, last=plan.last, plan=plan)
    fresh = fill(problem, seconds=seconds)
    result = check(problem, fresh)
    if plan.version is not None:  # the old plan may still be the better one
        old = bare(problem_json.load_plan(plan.version.document))
        known = check(problem, old)
        if isinstance(known, Score) and (not isinstance(result, Score) or known.cost <= result.cost):
            fresh = old
    return save_version(plan=plan, problem=problem, answer=fresh, reason=_("固定を残して計画し直した"), by=by)
