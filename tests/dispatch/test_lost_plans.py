"""A plan that nobody works on any more: said so after a bounded silence, begun again once, the best so far kept."""

import json
from datetime import timedelta
from functools import partial

import pytest
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ, Schedule

from outreach.dispatch import jobs, services
from outreach.dispatch.building import build_problem
from outreach.dispatch.models import DispatchRequest, Plan, PlanDraft, PlanStatus, PlanVersion, RequestStatus
from outreach.dispatch.running import run_solver
from outreach.dispatch.services import drafts, note_run
from outreach.dispatch.services.plans import current
from outreach.dispatch.services.silence import DEAD, LOST, SWEEP
from outreach.dispatch.solvers.base import Progress
from outreach.people.models import Role
from tests import factories
from tests.dispatch import rows

pytestmark = pytest.mark.django_db
LATE = DEAD + timedelta(seconds=5)


@pytest.fixture
def plan() -> Plan:
    rows.instructor()
    rows.request()
    first = rows.monday()
    return services.start_plan(prefecture="01", first=first, last=first + timedelta(days=6), by=None, seconds=20)


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(factories.user(Role.PREFECTURE, prefecture_id="01"))
    return client


def run_of(plan: Plan, *, anew: bool = False) -> Plan:
    run = services.begin_run(plan.pk, anew=anew)
    assert run is not None
    return run


def silent(plan: Plan) -> None:
    """As if all of the worker had been gone for minutes."""
    long_ago = timezone.now() - LATE
    Plan.objects.filter(pk=plan.pk, seen_at__isnull=False).update(seen_at=long_ago)
    Plan.objects.filter(pk=plan.pk).update(asked_at=long_ago)


def page(desk: Client, plan: Plan) -> str:
    return str(desk.get(f"/staff/plans/{plan.pk}/").content.decode())


def told(desk: Client, plan: Plan) -> tuple[bool, bool]:
    answer = desk.get(f"/api/dispatch/plans/{plan.pk}").json()
    return answer["running"], answer["lost"]


def with_draft(plan: Plan, *, anew: bool = False) -> Plan:
    """A run that found something, and of which no more is heard."""
    run = run_of(plan, anew=anew)
    known = run if anew else None
    problem = build_problem(prefecture=plan.prefecture_id, first=plan.first, last=plan.last, plan=known, anew=anew)
    answer = run_solver(problem, solver="greedy", seconds=5)
    beat = services.keeping_drafts(run, problem, partial(note_run, run))
    assert not beat(Progress("dive", 1, answer.cost, None, lambda: answer), 1.0)
    return run


@pytest.fixture(autouse=True)
def at_every_beat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "APART", 0.0)


def test_a_run_that_is_not_heard_of_is_said_to_have_stopped_and_is_begun_again_once(desk: Client, plan: Plan) -> None:
    old = run_of(plan)
    assert told(desk, plan) == (True, False)
    silent(plan)
    assert told(desk, plan) == (False, True)
    text = page(desk, plan)
    assert "計算が止まっています" in text
    assert "途中の案は、まだありませんでした" in text
    assert 'http-equiv="refresh"' not in text
    assert "止まっています" in desk.get("/staff/plans/").content.decode()
    before = OrmQ.objects.count()
    for _twice in range(2):
        assert "計算をやり直します" in desk.post(f"/staff/plans/{plan.pk}/again/", follow=True).content.decode()
    assert OrmQ.objects.count() == before + 1
    assert told(desk, plan) == (True, False)
    assert note_run(old, Progress("repair", 7, 900, 880), 3.2), "whoever comes back is told to stop"
    jobs._answer(old)
    assert not PlanVersion.objects.exists(), "and not heard"
    jobs.run_plan(plan.pk)
    jobs.run_plan(plan.pk)  # the old task, taken up by the worker that returned
    plan.refresh_from_db()
    assert (plan.status, plan.versions.count()) == (PlanStatus.READY, 1)


def test_a_queued_plan_waits_while_a_worker_lives_and_is_lost_when_none_does(desk: Client, plan: Plan) -> None:
    silent(plan)
    assert told(desk, plan) == (False, True), "no worker was ever there"
    due = Schedule.objects.create(name="sweep", func=SWEEP, next_run=timezone.now())
    assert told(desk, plan) == (True, False)
    Schedule.objects.filter(pk=due.pk).update(next_run=timezone.now() - LATE)
    assert told(desk, plan) == (False, True)
    Schedule.objects.filter(pk=due.pk).update(next_run=timezone.now())
    Plan.objects.update(asked_at=timezone.now() - LOST - timedelta(minutes=1))
    assert told(desk, plan) == (False, True), "the task itself was lost"
    desk.post(f"/staff/plans/{plan.pk}/again/")
    assert told(desk, plan) == (True, False)


def test_the_best_so_far_is_there_to_be_used(desk: Client, plan: Plan) -> None:
    old = with_draft(plan)
    silent(plan)
    assert "止まる前の、いちばん良い案が残っています" in page(desk, plan)
    text = desk.post(f"/staff/plans/{plan.pk}/again/", {"act": "keep"}, follow=True).content.decode()
    assert "それまでの最良の案を残しました" in text
    plan.refresh_from_db()
    assert plan.status == PlanStatus.READY
    assert plan.version
    assert plan.version.served == 1
    jobs._answer(old)
    assert plan.versions.count() == 1, "the dead run's end comes too late"
    assert not PlanDraft.objects.exists()


@pytest.mark.parametrize("why", ["stopped", "died twice"])
def test_a_worker_that_returns_keeps_the_best_so_far_where_it_would_give_up(plan: Plan, why: str) -> None:
    if why == "stopped":
        with_draft(plan)
        services.stop_plan(plan=plan)
    else:
        run_of(plan)
        silent(plan)
        services.sweep_runs(now=timezone.now())
        with_draft(plan)
    silent(plan)
    assert services.sweep_runs(now=timezone.now()) == 1
    plan.refresh_from_db()
    assert (plan.status, plan.versions.count()) == (PlanStatus.READY, 1)


def test_a_run_that_ends_leaves_no_draft(plan: Plan) -> None:
    run = with_draft(plan)
    assert PlanDraft.objects.exists()
    services.end_run(run)
    assert not PlanDraft.objects.exists()


def test_another_plan_of_the_same_days_takes_the_lost_ones_place(desk: Client, plan: Plan) -> None:
    old = run_of(plan)
    asked = {"prefecture": "01", "first": plan.first.isoformat(), "last": plan.last.isoformat(), "seconds": 5}

    def post() -> int:
        return desk.post("/api/dispatch/plans", json.dumps(asked), content_type="application/json").status_code

    assert post() == 409
    silent(plan)
    assert post() == 202
    assert post() == 409, "the new one is under way"
    plan.refresh_from_db()
    assert plan.status == PlanStatus.FAILED
    assert "新しい計画に代えました" in page(desk, plan)
    assert note_run(old, None, 1.0)
    assert services.sweep_runs(now=timezone.now()) == 0
    jobs.run_plan(plan.pk)
    assert not plan.versions.exists()


def test_a_replanning_that_stopped_leaves_the_plan_as_it_was_and_is_begun_again(desk: Client, plan: Plan) -> None:
    jobs.run_plan(plan.pk)
    plan.refresh_from_db()
    services.start_replan(plan=plan)
    old = run_of(plan, anew=True)
    silent(plan)
    text = page(desk, plan)
    assert "計算が止まっています" in text
    assert "前の案は、そのまま残っています" in text
    desk.post(f"/staff/plans/{plan.pk}/again/")
    jobs._anew(old)
    assert plan.versions.count() == 1, "it comes back too late"
    jobs.run_replan(plan.pk)
    plan.refresh_from_db()
    assert (plan.replanning, plan.versions.count()) == (False, 2)


@pytest.fixture
def anew(plan: Plan) -> Plan:
    """Made and published; since then another request came, and it is to be planned anew."""
    jobs.run_plan(plan.pk)
    plan.refresh_from_db()
    services.publish_plan(plan=plan, by=None)
    day = plan.visits.get().starts_at.date() + timedelta(days=1)
    rows.request(earliest=day, latest=day)
    services.start_replan(plan=plan)
    return plan


def test_the_best_so_far_of_a_replanning_is_there_to_be_used_too(desk: Client, anew: Plan) -> None:
    old = with_draft(anew, anew=True)
    silent(anew)
    text = page(desk, anew)
    assert "前の案は、そのまま残っています" in text
    assert "止まる前の、いちばん良い案が残っています" in text
    assert "残しました" in desk.post(f"/staff/plans/{anew.pk}/again/", {"act": "keep"}, follow=True).content.decode()
    anew.refresh_from_db()
    assert (anew.status, anew.replanning, anew.versions.count()) == (PlanStatus.PUBLISHED, False, 2)
    assert anew.visits.count() == 2
    jobs._anew(old)
    assert anew.versions.count() == 2, "the dead run's end comes too late"
    assert not PlanDraft.objects.exists()


def test_a_replanning_that_died_twice_keeps_its_best_so_far(anew: Plan) -> None:
    run_of(anew, anew=True)
    silent(anew)
    services.sweep_runs(now=timezone.now())
    with_draft(anew, anew=True)
    silent(anew)
    assert services.sweep_runs(now=timezone.now()) == 1
    anew.refresh_from_db()
    assert (anew.replanning, anew.versions.count(), anew.visits.count()) == (False, 2, 2)


@pytest.mark.parametrize("what", ["another version", "a refusal", "no better"])
def test_a_draft_takes_the_place_of_nothing_that_people_did_meanwhile(desk: Client, anew: Plan, what: str) -> None:
    if what == "no better":
        DispatchRequest.objects.filter(visits=None).update(status=RequestStatus.WITHDRAWN)
    with_draft(anew, anew=True)
    visit = anew.visits.select_related("lead", "plan__version").get()
    if what == "another version":  # as substitutes and classes that leave may make one, while it is planned anew
        plan = Plan.objects.get(pk=anew.pk)
        made = services.checked(plan, *current(plan))
        services.write_version(plan=plan, made=made, reason="代わりの講師にした", by=None)
    elif what == "a refusal":
        services.decline_offer(offer=visit.offers.get(), now=timezone.now())
    silent(anew)
    before = anew.versions.count()
    assert ("止まる前の" in page(desk, anew)) == (what != "another version")
    desk.post(f"/staff/plans/{anew.pk}/again/", {"act": "keep"})
    anew.refresh_from_db()
    assert anew.versions.count() == before
    assert anew.replanning


def test_what_is_under_way_or_over_is_not_begun_again(desk: Client, plan: Plan) -> None:
    before = OrmQ.objects.count()
    desk.post(f"/staff/plans/{plan.pk}/again/")
    assert OrmQ.objects.count() == before
    assert desk.post(f"/api/dispatch/plans/{plan.pk}/again").status_code == 202, "as if it had been, a moment ago"
    jobs.run_plan(plan.pk)
    assert desk.post(f"/api/dispatch/plans/{plan.pk}/again").status_code == 409
    desk.post(f"/staff/plans/{plan.pk}/again/", {"act": "keep"})
    assert OrmQ.objects.count() == before
    assert plan.versions.count() == 1


def test_strangers_neither_see_nor_begin_it(client: Client, plan: Plan) -> None:
    run_of(plan)
    silent(plan)
    elsewhere = factories.user(Role.PREFECTURE, prefecture_id=factories.municipality("16204").prefecture_id)
    for user, status in ((elsewhere, 404), (factories.user(Role.MINISTRY), 403)):
        client.force_login(user)
        assert client.post(f"/staff/plans/{plan.pk}/again/").status_code == status
        assert client.post(f"/api/dispatch/plans/{plan.pk}/again").status_code == status
    plan.refresh_from_db()
    assert plan.status == PlanStatus.RUNNING
