"""Plans as jobs: answered by the solver that was asked for, followed, stopped, taken up when a worker dies."""

import json
from datetime import date, timedelta
from io import StringIO
from time import monotonic

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone
from django_q.models import OrmQ

from outreach.dispatch import jobs
from outreach.dispatch.asking import vacancies_in
from outreach.dispatch.models import Offer, Plan, PlanSolver, PlanStatus, PlanVersion, Visit
from outreach.dispatch.problem_json import load_plan
from outreach.dispatch.running import run_solver
from outreach.dispatch.services import (
    accept_offer,
    begin_run,
    note_run,
    publish_plan,
    replan,
    return_offer,
    start_plan,
    start_replan,
    sweep_runs,
)
from outreach.dispatch.solvers.base import Progress
from outreach.people.models import Person
from outreach.people.rules import Scope
from tests.dispatch import rows, samples
from tests.dispatch.test_solvers import tiny

pytestmark = pytest.mark.django_db


@pytest.fixture
def teachers() -> list[Person]:
    return [rows.instructor(), rows.instructor()]


def queued() -> Plan:
    first = rows.monday()
    return start_plan(prefecture="01", first=first, last=first + timedelta(days=6), by=None, seconds=20)


def silent(plan: Plan) -> None:
    """As if its worker had been killed two minutes ago."""
    Plan.objects.filter(pk=plan.pk).update(seen_at=timezone.now() - timedelta(minutes=2))


def test_a_plan_is_saved_with_its_bound_and_the_baseline(teachers: list[Person]) -> None:
    rows.request()
    rows.request(crew=2)
    plan = rows.plan(PlanSolver.BEST)
    assert plan.status == PlanStatus.READY
    assert plan.version is not None
    assert plan.version.bound == plan.version.cost  # so small that it is proven best
    baseline = plan.version.problem.baseline
    assert baseline["served"] == 2
    assert baseline["cost"] >= plan.version.cost
    assert plan.seen_at is None


def test_how_far_a_run_is_can_be_read_and_a_stop_is_passed_on(teachers: list[Person]) -> None:
    plan = begin_run(queued().pk, anew=False)
    assert plan is not None
    assert not note_run(plan, Progress("repair", 7, 900, 880), 3.2)
    Plan.objects.filter(pk=plan.pk).update(stop_asked=True)
    assert note_run(plan, None, 4.0)
    plan.refresh_from_db()
    assert (plan.stage, plan.best_cost, plan.bound, plan.done, plan.total) == ("repair", 900, 880, 4, 20)


def test_a_plan_is_begun_by_one_worker_only(teachers: list[Person]) -> None:
    plan = queued()
    assert begin_run(plan.pk, anew=False) is not None
    assert begin_run(plan.pk, anew=False) is None


def test_a_plan_and_its_job_are_kept_together(teachers: list[Person]) -> None:
    plan = queued()  # no worker, killed between the two, leaves a plan that waits for ever
    assert [job.task["args"] for job in OrmQ.objects.all()] == [(plan.pk,)]


def test_a_plan_that_is_saved_does_not_fail_for_want_of_a_baseline(
    teachers: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(version: PlanVersion) -> None:
        raise OperationalError

    monkeypatch.setattr(jobs, "keep_baseline", broken)
    rows.request()
    assert rows.plan().status == PlanStatus.READY


def test_a_plan_whose_worker_died_is_run_again_and_then_gives_up(teachers: list[Person]) -> None:
    rows.request()
    plan = queued()
    begin_run(plan.pk, anew=False)
    assert sweep_runs(now=timezone.now()) == 0
    silent(plan)
    assert sweep_runs(now=timezone.now()) == 1
    plan.refresh_from_db()
    assert plan.status == PlanStatus.QUEUED
    begin_run(plan.pk, anew=False)
    silent(plan)
    assert sweep_runs(now=timezone.now()) == 1
    plan.refresh_from_db()
    assert plan.status == PlanStatus.FAILED
    assert "途中で止まりました" in plan.failure


def test_a_worker_given_up_for_dead_is_not_heard_later(teachers: list[Person]) -> None:
    rows.request()
    plan = queued()
    old = begin_run(plan.pk, anew=False)
    assert old is not None
    silent(plan)
    sweep_runs(now=timezone.now())
    assert note_run(old, Progress("repair", 7, 900, 880), 3.2), "it is told to stop"
    jobs._answer(old)
    plan.refresh_from_db()
    assert plan.status == PlanStatus.QUEUED
    assert plan.version is None
    assert not PlanVersion.objects.exists()
    jobs.run_plan(plan.pk)
    plan.refresh_from_db()
    assert plan.status == PlanStatus.READY


def test_replanning_keeps_what_is_locked_and_what_people_were_told(teachers: list[Person]) -> None:
    rows.request()
    rows.request()
    plan = rows.plan()
    before = {v.request_id: (v.starts_at, v.lead_id) for v in Visit.objects.filter(plan=plan)}
    locked = Visit.objects.filter(plan=plan).first()
    assert locked is not None
    Visit.objects.filter(pk=locked.pk).update(locked=True)
    rows.request()
    start_replan(plan=plan)
    jobs.run_replan(plan.pk)
    plan.refresh_from_db()
    assert not plan.replanning
    assert plan.failure == ""
    after = {v.request_id: (v.starts_at, v.lead_id) for v in Visit.objects.filter(plan=plan)}
    assert len(after) == 3
    assert after[locked.request_id] == before[locked.request_id]


def test_locks_that_cannot_stand_together_are_refused_in_words(teachers: list[Person]) -> None:
    rows.request()
    rows.request()
    plan = rows.plan()
    one = Visit.objects.filter(plan=plan)[0]
    Visit.objects.filter(plan=plan).update(locked=True, starts_at=one.starts_at, ends_at=one.ends_at, lead=one.lead)
    start_replan(plan=plan)
    jobs.run_replan(plan.pk)
    plan.refresh_from_db()
    assert not plan.replanning
    assert "固定" in plan.failure
    assert Visit.objects.filter(plan=plan).count() == 2


@pytest.mark.once
def test_a_solver_that_is_told_to_stop_gives_its_best_so_far() -> None:
    heard: list[Progress] = []

    def beat(progress: Progress | None, seconds: float) -> bool:
        heard.extend([progress] if progress else [])
        return True

    began = monotonic()
    plan = run_solver(tiny(3), solver="best", seconds=900, beat=beat)
    assert plan.cost is not None
    assert monotonic() - began < 200  # compiling comes first on a new machine


@pytest.mark.once
def test_what_goes_wrong_in_the_solver_reaches_the_one_who_waits() -> None:
    with pytest.raises(KeyError):
        run_solver(samples.problem(), solver="no such", seconds=1)


def test_the_command_writes_nothing_but_with_save(teachers: list[Person]) -> None:
    rows.request()
    first = rows.monday()
    options = {"prefecture": "01", "first": first, "last": first + timedelta(days=6), "seconds": 5.0}
    out = StringIO()
    call_command("plan_dispatch", format="json", stdout=out, **options)
    assert load_plan(out.getvalue()).served == 1
    assert json.loads(out.getvalue()).keys() >= {"cost", "bound", "served", "unserved", "km", "visits"}
    assert not Plan.objects.exists()
    call_command("plan_dispatch", save=True, stdout=StringIO(), **options)
    assert Plan.objects.get().version is not None


def test_the_command_refuses_dates_that_make_no_sense() -> None:
    with pytest.raises(CommandError):
        call_command("plan_dispatch", prefecture="01", first=date(2022, 6, 2), last=date(2022, 6, 1))
    with pytest.raises(CommandError):
        call_command("plan_dispatch", prefecture="99", first=date(2022, 6, 1), last=date(2022, 6, 2))


def ill(plan: Plan) -> Visit:
    """Its class stands, residents come, and its instructor can't."""
    publish_plan(plan=plan, by=None)
    offer = Offer.objects.get()
    accept_offer(offer=offer, now=timezone.now())
    return_offer(offer=offer, now=timezone.now(), reason="発熱")
    plan.refresh_from_db()
    return offer.visit


def test_replanning_finds_another_for_a_class_whose_instructor_is_ill(teachers: list[Person]) -> None:
    rows.request()
    plan = rows.plan()
    visit = ill(plan)
    rows.request()
    replan(plan=plan, by=None, seconds=5)
    after = Visit.objects.get(pk=visit.pk)
    assert (after.starts_at, after.venue_id) == (visit.starts_at, visit.venue_id)
    assert after.lead_id != visit.lead_id
    assert plan.visits.count() == 2
    assert publish_plan(plan=Plan.objects.get(), by=None) == 2


def test_where_nobody_else_can_come_the_rest_is_planned_anew_all_the_same() -> None:
    rows.instructor()
    rows.request()
    plan = rows.plan()
    visit = ill(plan)
    rows.request()
    replan(plan=plan, by=None, seconds=5)
    after = Visit.objects.get(pk=visit.pk)
    assert (after.starts_at, after.lead_id) == (visit.starts_at, visit.lead_id)
    assert plan.visits.count() == 2
    assert after in vacancies_in(Scope(nation=True), timezone.now())
