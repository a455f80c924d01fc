"""Nobody is planned, asked or booked for a journey that should have begun, be it the evening before."""

from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone

from outreach.dispatch import jobs, services
from outreach.dispatch.ahead import from_minute, journeys, missed
from outreach.dispatch.asking import unasked_in
from outreach.dispatch.building import build_problem
from outreach.dispatch.models import Offer, Plan, Trip, Visit
from outreach.dispatch.overwork import beside_other_work
from outreach.dispatch.problem import Instructor, Window
from outreach.dispatch.publishing import to_offer, visits_to_ask
from outreach.dispatch.services import OfferError, accept_offer, publish_plan
from outreach.dispatch.services.plans import question
from outreach.people.models import Person, TravelLimits
from outreach.people.rules import Scope
from tests import factories
from tests.dispatch import rows
from tests.dispatch.samples import person
from tests.dispatch.test_engaged import at, window

FIRST = date(2022, 6, 6)


def two_days() -> Instructor:
    made: Instructor = person("a", "h1", windows=(window(0, 8, 19), window(1, 8, 19)), nights=(0,))
    return made


def trip(day: int, leaves: int, back: int, *, overnight: bool = False) -> Trip:
    start = timezone.make_aware(datetime.combine(FIRST + timedelta(days=day), time()))
    hours = {"leaves_at": start + timedelta(hours=leaves), "back_at": start + timedelta(hours=back)}
    return Trip(day=FIRST + timedelta(days=day), overnight=overnight, **hours)


def test_from_a_moment_on_nothing_new_begins_before_it() -> None:
    made = from_minute(two_days(), at(0, 12), [], FIRST)
    assert made.windows == (Window(at(0, 12), at(0, 19)), window(1, 8, 19))
    assert made.nights == (0,)
    made = from_minute(two_days(), at(1, 0), [], FIRST)
    assert (made.windows, made.nights) == ((window(1, 8, 19),), ())


def test_a_trip_that_stands_may_stay_but_leaves_no_earlier() -> None:
    made = from_minute(two_days(), at(1, 0), [trip(0, 15, 18, overnight=True)], FIRST)
    assert (made.windows, made.nights) == ((Window(at(0, 15), at(0, 19)), window(1, 8, 19)), (0,))


pytestmark = pytest.mark.django_db


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> date:
    """It's noon of a Monday of a week without rest days; that day."""
    day = rows.monday()
    real, local = timezone.now, timezone.make_aware(datetime.combine(day, time(12)))
    shift = local - real()
    monkeypatch.setattr(timezone, "now", lambda: real() + shift)
    return day


def far() -> Person:
    """Some three hours from the venue: nobody who leaves home from eight on is there in the morning without a night."""
    made = rows.instructor(lat=factories.municipality().lat - 0.6)
    TravelLimits.objects.create(person=made, max_nights=1, max_day_minutes=600, rest_minutes=600)
    return made


def planned(first: date, day: date) -> Plan:
    rows.request(
        earliest=day,
        latest=day,
        heads=40,
        learners_65=40,
        openings=[(weekday, time(9), time(11)) for weekday in range(8)],
    )
    plan = services.start_plan(prefecture="01", first=first, last=first + timedelta(days=4), by=None, seconds=1)
    jobs.run_plan(plan.pk)
    return Plan.objects.get(pk=plan.pk)


def test_no_eve_of_a_new_plan_is_today(noon: date) -> None:
    far()
    assert not planned(noon, noon + timedelta(days=1)).visits.exists()


def test_the_eve_may_be_tomorrow_and_is_asked_and_agreed_to_until_it_begins(
    noon: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    teacher = far()
    plan = planned(noon, noon + timedelta(days=2))
    visit = plan.visits.get()
    (journey,) = journeys(Trip.objects.filter(plan=plan))
    eve = journey[0].leaves_at
    assert (timezone.localdate(eve), journey[0].overnight) == (noon + timedelta(days=1), True)
    assert missed([plan.pk], eve - timedelta(minutes=1)) == set()
    publish_plan(plan=plan, by=None)
    offer = Offer.objects.select_related("visit", "person").get()
    assert offer.answer_by <= eve
    Offer.objects.update(answer_by=visit.starts_at)  # as of a plan whose eve was another
    with pytest.raises(OfferError):
        accept_offer(offer=offer, now=eve)
    assert visits_to_ask(plan, eve - timedelta(minutes=1)).exists()
    Offer.objects.all().delete()
    assert [count for _plan, count in unasked_in(Scope(nation=True), eve - timedelta(minutes=1))] == [1]
    monkeypatch.setattr(timezone, "now", lambda: eve + timedelta(minutes=1))
    assert missed([plan.pk], eve) == {(plan.pk, teacher.pk, one.day) for one in journey}
    assert to_offer(plan) == []
    assert unasked_in(Scope(nation=True), eve) == []
    (one,) = beside_other_work(question(plan, visit.request_id)[0], plan).instructors
    assert min(w.start for w in one.windows) >= 1440
    services.replan(plan=plan, by=None)  # the way there would begin in the past
    assert not Visit.objects.filter(plan=plan).exists()


def test_who_agreed_stays_on_the_way_when_the_plan_is_made_anew(noon: date, monkeypatch: pytest.MonkeyPatch) -> None:
    far()
    plan = planned(noon, noon + timedelta(days=2))
    publish_plan(plan=plan, by=None)
    accept_offer(offer=Offer.objects.select_related("visit", "person").get(), now=timezone.now())
    eve = Trip.objects.earliest("day").leaves_at
    monkeypatch.setattr(timezone, "now", lambda: eve + timedelta(minutes=1))
    services.replan(plan=Plan.objects.get(pk=plan.pk), by=None)
    assert Visit.objects.filter(plan=plan).exists()
    problem = build_problem(prefecture="01", first=plan.first, last=plan.last)
    assert min(w.start for one in problem.instructors for w in one.windows) >= 1440 * 2
