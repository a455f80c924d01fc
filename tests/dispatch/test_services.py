"""Requests, plans and offers, from one end to the other."""

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from outreach.classes.models import Session, SessionStatus
from outreach.dispatch import documents, jobs, services
from outreach.dispatch.building import build_problem, minute_of
from outreach.dispatch.check import check
from outreach.dispatch.models import (
    Offer,
    OfferStatus,
    Plan,
    PlanProblem,
    PlanStatus,
    PlanVersion,
    RequestStatus,
    Trip,
    Visit,
)
from outreach.dispatch.placing import placing
from outreach.dispatch.problem_json import dump_problem
from outreach.dispatch.problem_rules import faults
from outreach.dispatch.services import PlanRefused, plans, versions
from outreach.dispatch.services.plans import current
from outreach.people.models import DayException, Person, TravelLimits
from tests import factories
from tests.dispatch import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def teachers() -> list[Person]:
    return [rows.instructor(), rows.instructor()]


@pytest.fixture
def visit(teachers: list[Person]) -> Visit:
    rows.request()
    return Visit.objects.get(plan=rows.plan())


def test_what_is_built_from_the_database_is_a_sound_problem(teachers: list[Person]) -> None:
    rows.request(sessions=2, crew=2)
    first = rows.monday()
    problem = build_problem(prefecture="01", first=first, last=first + timedelta(days=6))
    assert faults(problem) == []
    assert len(problem.instructors) == 2
    assert problem.visits[0].duration == 130
    assert len(problem.visits[0].starts) == 12


def test_a_blackout_and_leave_leave_no_start_and_no_window(teachers: list[Person]) -> None:
    first = rows.monday()
    week = [first + timedelta(days=n) for n in range(7)]
    rows.request(blackouts=week[1:], latest=week[0])
    DayException.objects.create(person=teachers[0], day=week[0], kind="off")
    problem = build_problem(prefecture="01", first=first, last=week[-1])
    assert {start // 1440 for start in problem.visits[0].starts} == {0}
    assert 0 not in {window.day for window in problem.instructors[0].windows}
    assert 0 in {window.day for window in problem.instructors[1].windows}


def test_a_plan_serves_the_request_and_says_so_on_it(visit: Visit) -> None:
    assert visit.plan.status == PlanStatus.READY
    assert visit.request.status == RequestStatus.PLANNED
    assert visit.plan.version
    assert visit.plan.version.served == 1
    assert Trip.objects.get(plan=visit.plan).leaves_at < visit.starts_at


def test_a_plan_that_breaks_a_rule_is_not_saved(visit: Visit) -> None:
    problem, answer = current(visit.plan)
    before = PlanVersion.objects.count()
    with pytest.raises(services.PlanRefused):
        services.move_visit(plan=visit.plan, request=visit.request_id, start=3, crew=(visit.lead_id,), by=None)
    assert PlanVersion.objects.count() == before
    assert (problem, answer) == current(Plan.objects.get(pk=visit.plan_id))


def test_a_move_is_kept_and_undone(visit: Visit, teachers: list[Person]) -> None:
    plan = visit.plan
    other = next(person for person in teachers if person.pk != visit.lead_id)
    start = current(plan)[0].visits[0].starts[-1]
    services.move_visit(plan=plan, request=visit.request_id, start=start, crew=(other.pk,), by=None)
    visit.refresh_from_db()
    assert visit.lead == other
    services.undo_version(plan=plan)
    visit.refresh_from_db()
    assert visit.lead != other


def test_undoing_moves_nothing_that_was_locked_since(visit: Visit, teachers: list[Person]) -> None:
    plan = visit.plan
    other = next(person for person in teachers if person.pk != visit.lead_id)
    start = current(plan)[0].visits[0].starts[-1]
    services.move_visit(plan=plan, request=visit.request_id, start=start, crew=(other.pk,), by=None)
    visit.refresh_from_db()
    moved = visit.starts_at
    services.lock_visit(visit=visit, locked=True)
    with pytest.raises(services.PlanRefused, match="先に固定を外してください"):
        services.undo_version(plan=plan)
    services.lock_visit(visit=visit, locked=False)
    day = timezone.localdate(moved)
    services.lock_day(plan=plan, person=other, day=day, locked=True)
    with pytest.raises(services.PlanRefused, match="先に固定を外してください"):
        services.undo_version(plan=plan)
    visit.refresh_from_db()
    assert (visit.starts_at, visit.lead) == (moved, other)
    services.lock_day(plan=plan, person=other, day=day, locked=False)
    services.undo_version(plan=plan)
    visit.refresh_from_db()
    assert visit.starts_at != moved


def test_a_lock_on_what_undoing_leaves_as_it_is_stands_in_no_ones_way(visit: Visit) -> None:
    plan = visit.plan
    request = rows.request()
    services.lock_visit(visit=visit, locked=True)
    services.replan(plan=plan, by=None)
    assert plan.visits.filter(request=request).exists()
    services.undo_version(plan=plan)
    left = plan.visits.get()
    assert (left.pk, left.starts_at, left.locked) == (visit.pk, visit.starts_at, True)


def test_a_locked_visit_stays_when_the_rest_is_planned_anew(visit: Visit, teachers: list[Person]) -> None:
    other = next(person for person in teachers if person.pk != visit.lead_id)
    start = current(visit.plan)[0].visits[0].starts[-1]
    services.move_visit(plan=visit.plan, request=visit.request_id, start=start, crew=(other.pk,), by=None)
    visit.refresh_from_db()
    services.lock_visit(visit=visit, locked=True)
    rows.request()
    services.replan(plan=visit.plan, by=None)
    again = Visit.objects.get(pk=visit.pk)
    assert (again.lead, again.starts_at) == (other, visit.starts_at)
    assert visit.plan.visits.count() == 2


def test_a_planned_request_is_withdrawn_but_not_amended(visit: Visit) -> None:
    with pytest.raises(services.RequestError):
        services.amend_request(
            request=visit.request, fields={"venue": visit.request.venue}, openings=[], blackouts=[], by=None
        )
    services.publish_plan(plan=visit.plan, by=None)
    visit.request.refresh_from_db()
    services.withdraw_request(request=visit.request, by=None, reason="中止")
    assert Offer.objects.get().status == OfferStatus.WITHDRAWN


def test_a_move_made_from_before_the_publishing_leaves_the_plan_published(visit: Visit, teachers: list[Person]) -> None:
    plan, seen = visit.plan, Plan.objects.get(pk=visit.plan_id)
    services.publish_plan(plan=plan, by=None)
    problem, _answer = current(seen)
    other = next(start for start in problem.visits[0].starts if start != minute_of(visit.starts_at, plan.first))
    services.move_visit(plan=seen, request=visit.request_id, start=other, crew=(visit.lead_id,), by=None)
    plan.refresh_from_db()
    assert plan.status == PlanStatus.PUBLISHED
    with pytest.raises(services.PlanRefused, match="元に戻せません"):
        services.undo_version(plan=Plan.objects.get(pk=plan.pk))


def test_what_was_read_before_planning_anew_began_locks_and_moves_nothing(visit: Visit) -> None:
    visit = Visit.objects.select_related("plan").get(pk=visit.pk)
    Plan.objects.update(replanning=True)
    with pytest.raises(services.PlanRefused, match="計画し直しています"):
        services.lock_visit(visit=visit, locked=True)
    with pytest.raises(services.PlanRefused, match="計画し直しています"):
        services.lock_day(plan=visit.plan, person=visit.lead, day=visit.plan.first, locked=True)
    with pytest.raises(services.PlanRefused, match="計画し直しています"):
        services.move_visit(plan=visit.plan, request=visit.request_id, start=0, crew=(visit.lead_id,), by=None)


def test_a_visit_that_is_locked_while_its_move_is_reckoned_is_not_moved(
    visit: Visit, teachers: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = next(person for person in teachers if person.pk != visit.lead_id)
    start, reckon = minute_of(visit.starts_at, visit.plan.first), plans.try_move

    def slow(*asked: Any) -> Any:
        made = reckon(*asked)
        Visit.objects.filter(pk=visit.pk).update(locked=True)
        return made

    monkeypatch.setattr(plans, "try_move", slow)
    with pytest.raises(PlanRefused, match="ほかの人が先に"):
        services.move_visit(plan=visit.plan, request=visit.request_id, start=start, crew=(other.pk,), by=None)
    visit.refresh_from_db()
    assert visit.lead_id != other.pk


def test_nothing_is_locked_while_a_plan_is_checked(
    visit: Visit, teachers: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = next(person for person in teachers if person.pk != visit.lead_id)
    start, depth, whole = minute_of(visit.starts_at, visit.plan.first), len(connection.savepoint_ids), check
    seen: list[int] = []

    def watched(*asked: Any) -> Any:
        seen.append(len(connection.savepoint_ids) - depth)
        return whole(*asked)

    monkeypatch.setattr(versions, "check", watched)
    services.move_visit(plan=visit.plan, request=visit.request_id, start=start, crew=(other.pk,), by=None)
    rows.request()
    visit.plan.refresh_from_db()
    services.replan(plan=visit.plan, by=None)
    rows.plan()
    assert seen == [0, 0, 0]


# --- days that are over -----------------------------------------------------------------------------------------------
def begun(**fields: Any) -> Plan:
    """A plan of three weeks that began six days ago, of one request for all of them."""
    today = timezone.localdate()
    first, last = today - timedelta(days=6), today + timedelta(days=14)
    rows.request(earliest=first, latest=last, **fields)
    plan = services.start_plan(prefecture="01", first=first, last=last, by=None, seconds=20)
    jobs.run_plan(plan.pk)
    return Plan.objects.get(pk=plan.pk)


def put_back(visit: Visit, days: int) -> None:
    """As if the plan had been made some days ago, with the visit on a day that is over."""
    moved = {"starts_at": visit.starts_at - timedelta(days=days), "ends_at": visit.ends_at - timedelta(days=days)}
    Visit.objects.filter(pk=visit.pk).update(**moved)


def test_nothing_is_planned_on_days_that_are_over(teachers: list[Person]) -> None:
    plan = begun()
    assert all(timezone.localdate(visit.starts_at) > timezone.localdate() for visit in plan.visits.all())
    assert plan.visits.count() == 1


def test_of_a_period_that_is_over_one_sees_what_would_have_been(teachers: list[Person]) -> None:
    first = timezone.localdate() - timedelta(days=20)
    rows.request(earliest=first, latest=first + timedelta(days=13))
    (visit,) = build_problem(prefecture="01", first=first, last=first + timedelta(days=13)).visits
    assert visit.starts[0] < 1440 * 3


def test_what_nobody_agreed_to_in_time_is_planned_anew_on_a_day_to_come(teachers: list[Person]) -> None:
    plan = begun()
    visit = plan.visits.get()
    put_back(visit, (timezone.localdate(visit.starts_at) - timezone.localdate()).days + 2)
    services.replan(plan=plan, by=None)
    assert plan.visits.get().starts_at > timezone.now()


def test_no_visit_is_moved_into_the_past(teachers: list[Person]) -> None:
    plan = begun()
    visit = plan.visits.get()
    with pytest.raises(PlanRefused, match="過ぎて"):
        services.move_visit(plan=plan, request=visit.request_id, start=600, crew=(visit.lead_id,), by=None)


def test_places_that_are_over_are_not_offered(teachers: list[Person]) -> None:
    plan = begun()
    visit = plan.visits.get()
    version = plan.version
    assert version
    problem = documents.problem_of(version)
    (wanted,) = problem.visits
    early = tuple(1440 * day + 600 for day in range(5))  # as when the plan was made long ago
    problem = replace(problem, visits=(replace(wanted, starts=(*early, *wanted.starts[-7:])),))
    PlanProblem.objects.filter(pk=version.problem_id).update(text=dump_problem(problem))
    one = placing(Plan.objects.get(pk=plan.pk), visit.request)
    assert len(one.wanted.starts) == 12
    assert {place.at > timezone.now() for place in one.places()} == {True}
    assert {at > timezone.now() for _start, at, _where in one.starts()} == {True}


def test_what_nobody_agreed_to_in_time_is_in_the_next_plan(teachers: list[Person]) -> None:
    plan = begun()
    visit = plan.visits.get()
    services.publish_plan(plan=plan, by=None)
    first = timezone.localdate() + timedelta(days=1)
    days: dict[str, Any] = {"prefecture": "01", "first": first, "last": first + timedelta(days=13)}
    assert build_problem(**days).visits == ()
    assert services.release_overdue(now=timezone.now()) == 0
    put_back(visit, (timezone.localdate(visit.starts_at) - timezone.localdate()).days + 2)
    for _twice in range(2):
        jobs.lapse_offers()
    visit.request.refresh_from_db()
    assert visit.request.status == RequestStatus.RECEIVED  # so it can be amended, too
    assert len(build_problem(**days).visits) == 1
    services.replan(plan=plan, by=None)  # or the same plan, while it lasts
    visit.request.refresh_from_db()
    assert visit.request.status == RequestStatus.PLANNED
    assert plan.visits.get().pk == visit.pk


def test_a_class_held_with_someone_else_was_served(visit: Visit, teachers: list[Person]) -> None:
    services.publish_plan(plan=visit.plan, by=None)
    services.accept_offer(offer=Offer.objects.get(), now=timezone.now())
    services.return_offer(offer=Offer.objects.get(), now=timezone.now())
    Session.objects.update(status=SessionStatus.HELD)  # the office found someone by itself
    services.release_overdue(now=timezone.now())
    visit.request.refresh_from_db()
    assert visit.request.status == RequestStatus.AGREED


def test_a_visit_that_takes_a_night_away_is_moved_and_put_in_by_hand_too() -> None:
    """Some three hours from the venue: nobody who leaves home from eight on is there in the morning without a night."""
    teacher = rows.instructor(lat=factories.municipality().lat - 0.6)
    TravelLimits.objects.create(person=teacher, max_nights=1, max_day_minutes=600, rest_minutes=600)
    first = rows.monday() + timedelta(days=1)
    morning = [(weekday, time(9), time(11)) for weekday in range(8)]
    asked = rows.request(earliest=first, latest=first + timedelta(days=4), learners_65=40, openings=morning)
    plan = rows.plan()
    assert plan.trips.filter(overnight=True).exists()
    visit = plan.visits.get()
    other = next(place for place in placing(plan, asked).places() if place.at.date() != visit.starts_at.date())
    services.move_visit(plan=plan, request=asked.pk, start=other.start, crew=other.crew, by=None)
    plan.refresh_from_db()
    visit.refresh_from_db()
    assert visit.starts_at == other.at
    assert other.nights == 0, "it took one before, too"
    assert plan.version
    assert plan.version.before
    assert plan.version.hm == round(other.km * 10) + plan.version.before.hm
    assert sorted(plan.trips.values_list("overnight", flat=True)) == [False, True]
