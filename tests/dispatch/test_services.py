"""Requests, plans and offers, from one end to the other."""

from datetime import timedelta

import pytest

from outreach.classes.models import Session, SessionStatus, Shift
from outreach.contact.models import Message
from outreach.dispatch import services
from outreach.dispatch.building import build_problem
from outreach.dispatch.models import Offer, OfferStatus, Plan, PlanStatus, PlanVersion, RequestStatus, Trip, Visit
from outreach.dispatch.problem_rules import faults
from outreach.dispatch.queries import substitutes
from outreach.dispatch.services.plans import current
from outreach.people.models import DayException, Engagement, Person
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


def test_accepting_books_the_day_and_makes_the_class(visit: Visit) -> None:
    assert services.publish_plan(plan=visit.plan, by=None) == 1
    assert services.publish_plan(plan=visit.plan, by=None) == 0
    offer = Offer.objects.get()
    assert Message.objects.filter(subject=f"offer:{offer.pk}").count() == 1
    services.accept_offer(offer=offer, now=rows.now())
    trip = Trip.objects.get(plan=visit.plan)
    engaged = Engagement.objects.get(person=visit.lead)
    assert (engaged.starts_at, engaged.ends_at) == (trip.leaves_at, trip.back_at)
    session = Session.objects.get()
    assert session.status == SessionStatus.PUBLISHED
    assert Shift.objects.get(session=session).person == visit.lead
    visit.request.refresh_from_db()
    assert visit.request.status == RequestStatus.AGREED
    with pytest.raises(services.OfferError):
        services.accept_offer(offer=offer, now=rows.now())


def test_silence_lapses_and_goes_to_the_next(visit: Visit) -> None:
    services.publish_plan(plan=visit.plan, by=None)
    first = Offer.objects.get()
    assert services.lapse_offers(now=first.answer_by + timedelta(minutes=1)) == 1
    first.refresh_from_db()
    assert first.status == OfferStatus.LAPSED
    assert Offer.objects.get(status=OfferStatus.OPEN).person != first.person
    assert services.lapse_offers(now=rows.now()) == 0


def test_nobody_ineligible_is_among_the_substitutes(visit: Visit, teachers: list[Person]) -> None:
    unqualified = rows.instructor(certified=False)
    on_leave = rows.instructor()
    DayException.objects.create(person=on_leave, day=visit.starts_at.date(), kind="off")
    far = rows.instructor(lat=26.2, lon=127.7)
    _problem, ways = substitutes(visit, visit.lead_id)
    able = {way.person for way in ways}
    assert able == {person.pk for person in teachers} - {visit.lead_id}
    assert not able & {unqualified.pk, on_leave.pk, far.pk}
    with pytest.raises(services.OfferError):
        services.offer_to(visit=visit, leaving=visit.lead, person=unqualified, by=None)


def test_who_declined_is_not_asked_again(visit: Visit, teachers: list[Person]) -> None:
    services.publish_plan(plan=visit.plan, by=None)
    offer = Offer.objects.get()
    services.decline_offer(offer=offer, now=rows.now(), reason="通院")
    other = next(person for person in teachers if person != offer.person)
    services.offer_to(visit=visit, leaving=offer.person, person=other, by=None)
    visit.refresh_from_db()
    assert visit.lead == other
    assert substitutes(visit, other.pk)[1] == []


def test_a_planned_request_is_withdrawn_but_not_amended(visit: Visit) -> None:
    with pytest.raises(services.RequestError):
        services.amend_request(
            request=visit.request, fields={"venue": visit.request.venue}, openings=[], blackouts=[], by=None
        )
    services.publish_plan(plan=visit.plan, by=None)
    visit.request.refresh_from_db()
    services.withdraw_request(request=visit.request, by=None, reason="中止")
    assert Offer.objects.get().status == OfferStatus.WITHDRAWN
