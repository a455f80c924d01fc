"""Two plans of one week don't know of each other: the limits of a day, a week and a night's rest hold for both."""

from datetime import timedelta
from unittest.mock import ANY

import pytest
from django.test import Client
from django.utils import timezone, translation

from outreach.classes.models import Shift
from outreach.desk.queries.staffing import candidates
from outreach.desk.services import Consent, NeedsReason, assign
from outreach.dispatch.asking import substitutes
from outreach.dispatch.building import build_problem
from outreach.dispatch.engaged import Busy, Limits, hours_of
from outreach.dispatch.models import Offer, OfferLetter, OfferStatus, Plan, Trip, Visit
from outreach.dispatch.overwork import Over, overwork
from outreach.dispatch.placing import placing
from outreach.dispatch.problem import Horizon
from outreach.dispatch.services import OfferError, PlanRefused, accept_offer, move_visit, planned_anew, return_offer
from outreach.dispatch.violations import Rule
from outreach.people.models import Engagement, Person, TravelLimits
from outreach.people.rules import Scope
from outreach.people.services import PersonBusy
from tests import factories
from tests.dispatch import rows
from tests.dispatch.test_engaged import at

LIMITS = Limits(rest=660, day=600, week=2400, sessions=3)
WEEK = Horizon("2022-06-06", 7)


def test_two_classes_with_one_way_between_them_are_not_reckoned_with_two() -> None:
    morning, noon = Busy(at(0, 9), at(0, 10), way=60), Busy(at(0, 11), at(0, 12), way=60)
    assert hours_of([noon, morning]) == 5 * 60
    assert hours_of([]) == 0


def test_each_limit_is_asked_of_what_is_new_only() -> None:
    long, late, early = Busy(at(0, 8), at(0, 19)), Busy(at(2, 15), at(2, 22)), Busy(at(3, 6), at(3, 12))
    assert overwork([long, late, early], {1}, WEEK, LIMITS) == []
    assert overwork([long], {0}, WEEK, LIMITS) == [Over(Rule.DAY_HOURS, 0, 660, 600)]
    for day in (2, 3):
        assert overwork([long, late, early], {day}, WEEK, LIMITS) == [Over(Rule.REST, 2, 480, 660)]
    days = [Busy(at(day, 9), at(day, 18)) for day in range(5)]
    assert overwork(days, {0, 1}, WEEK, LIMITS) == [Over(Rule.WEEK_HOURS, 0, 2700, 2400)]
    assert overwork(days[1:], {1}, WEEK, LIMITS) == []
    two, home = Busy(at(1, 9), at(1, 11), sessions=2), Busy(at(1, 12), at(1, 13))
    assert overwork([two, home, Busy(at(1, 14), at(1, 15), sessions=1)], {1}, WEEK, LIMITS) == []
    more = Busy(at(1, 14), at(1, 16), sessions=2)
    assert overwork([two, home, more], {1}, WEEK, LIMITS) == [Over(Rule.DAY_SESSIONS, 1, 4, 3)]


pytestmark = pytest.mark.django_db


def two_plans(*, apart: int = 0) -> tuple[Person, Offer, Offer]:
    """One instructor, asked in two plans of one week, the second's day `apart` days after the first's."""
    teacher = rows.instructor(name="教員 一郎")
    offers = []
    for day in (rows.monday(), rows.monday() + timedelta(days=apart)):
        rows.request(earliest=day, latest=day)
        offers.append(Offer.objects.select_related("visit__request", "person").get(visit__plan=rows.published()))
    return teacher, offers[0], offers[1]


def minutes(offer: Offer) -> int:
    trip = Trip.objects.get(plan=offer.visit.plan_id)
    return int((trip.back_at - trip.leaves_at).total_seconds() // 60)


def test_a_week_that_is_full_since_is_told_with_whom_to_ask(client: Client) -> None:
    teacher, first, second = two_plans(apart=2)
    limits = TravelLimits.objects.create(person=teacher, max_week_minutes=minutes(first) + minutes(second) - 1)
    accept_offer(offer=first, now=rows.now())
    office = teacher.instructor.organisation
    with pytest.raises(OfferError, match=rf"からの1週間の拘束が.*上限.*{office.name}（03-0000-0101）にご相談"):
        accept_offer(offer=second, now=rows.now())
    with translation.override("en"), pytest.raises(OfferError, match=r"The week from Mon .* Please ask"):
        accept_offer(offer=second, now=rows.now())
    with pytest.raises(OfferError, match="講師の条件を本人と直すか"):
        accept_offer(offer=second, now=rows.now(), by=factories.user())
    page = f"/o/{OfferLetter.objects.get(plan=second.visit.plan).token}/"
    assert "にご相談ください" in client.post(page, {"act": "accept", "offer": second.pk}, follow=True).content.decode()
    second.refresh_from_db()
    assert second.status == OfferStatus.OPEN
    limits.max_week_minutes += 1
    limits.save()
    accept_offer(offer=second, now=rows.now())
    assert Engagement.objects.count() == 2
    TravelLimits.objects.update(max_week_minutes=1)
    return_offer(offer=first, now=rows.now())  # whoever is over may always do less
    assert Engagement.objects.count() == 1


def test_two_plans_that_meet_in_a_day_or_a_night_are_asked_of_both() -> None:
    teacher, first, second = two_plans(apart=1)
    accept_offer(offer=first, now=rows.now())
    limits = TravelLimits.objects.create(person=teacher, rest_minutes=1440)
    with pytest.raises(OfferError, match=r"休みが.*に足りません"):
        accept_offer(offer=second, now=rows.now())
    one, two = Trip.objects.order_by("day")
    back = one.leaves_at - timedelta(hours=1)
    Trip.objects.filter(pk=two.pk).update(day=one.day, leaves_at=back - (two.back_at - two.leaves_at), back_at=back)
    moved = {"starts_at": second.starts_at - timedelta(days=1)}
    Visit.objects.filter(pk=second.visit_id).update(**moved)
    Offer.objects.filter(pk=second.pk).update(**moved)
    limits.rest_minutes, limits.max_day_minutes = 0, minutes(first) + minutes(second) - 1
    limits.save()
    with pytest.raises(OfferError, match="1日の上限"):
        accept_offer(offer=second, now=rows.now())


def test_sessions_of_a_day_add_up_over_plans_and_classes_by_hand() -> None:
    teacher, first, _second = two_plans()
    accept_offer(offer=first, now=rows.now())
    TravelLimits.objects.create(person=teacher, max_day_sessions=first.visit.request.sessions)
    at_noon = first.starts_at + timedelta(hours=4)
    session = factories.session(starts_at=at_noon, ends_at=at_noon + timedelta(hours=1))
    with pytest.raises(PersonBusy, match="1日の上限の1回"):
        assign(session=session, person=teacher, duty=Shift.Duty.INSTRUCTOR)
    day = timezone.localdate(first.starts_at)
    (other,) = build_problem(prefecture="01", first=day, last=day).instructors
    assert other.windows == ()  # nor does another plan put anything there


def test_a_plan_is_made_anew_around_a_day_beyond_a_limit_that_the_office_let_pass() -> None:
    teacher, first, _second = two_plans()
    accept_offer(offer=first, now=rows.now())
    plan, by = first.visit.plan, factories.user()
    TravelLimits.objects.create(person=teacher, max_day_minutes=minutes(first))
    at_noon = first.starts_at + timedelta(hours=4)
    session = factories.session(starts_at=at_noon, ends_at=at_noon + timedelta(hours=1))
    with pytest.raises(NeedsReason) as asked:
        assign(session=session, person=teacher, duty=Shift.Duty.INSTRUCTOR)
    seen = frozenset(asked.value.seen.split())
    assign(session=session, person=teacher, duty=Shift.Duty.INSTRUCTOR, consent=Consent("代わりがいない", seen, by))
    made, _what = planned_anew(plan=plan, seconds=1)
    assert made.score.served == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_accepted_at_once_one_is_refused_where_both_are_too_much() -> None:
    teacher, first, second = two_plans(apart=2)
    TravelLimits.objects.create(person=teacher, max_week_minutes=minutes(first) + minutes(second) - 1)
    now = rows.now()
    raised = rows.at_once(*(lambda one=one: accept_offer(offer=one, now=now) for one in (first, second)))
    assert sorted(map(bool, raised)) == [False, True]
    assert Engagement.objects.count() == 1
    assert sorted(Offer.objects.values_list("status", flat=True)) == [OfferStatus.ACCEPTED, OfferStatus.OPEN]


def test_nobody_whose_week_is_full_since_is_a_substitute_or_put_there_by_hand() -> None:
    teacher, first, _second = two_plans(apart=2)
    other = rows.instructor(name="教員 二郎")
    day = rows.monday() + timedelta(days=3)
    rows.request(earliest=day, latest=day)
    visit = Visit.objects.select_related("plan__version__problem", "request").get(plan=rows.published())
    busy, free = (teacher, other) if visit.lead_id == other.pk else (other, teacher)
    TravelLimits.objects.create(person=busy, max_week_minutes=minutes(first) + 30)
    here = placing(visit.plan, visit.request)
    assert {place.crew for place in here.places()} == {(teacher.pk,), (other.pk,)}
    Offer.objects.filter(pk=first.pk).update(person=busy)
    Visit.objects.filter(pk=first.visit_id).update(lead=busy)
    Trip.objects.filter(plan=first.visit.plan).update(person=busy)
    accept_offer(offer=first, now=rows.now())
    found = substitutes(visit, free.pk)
    assert [one.candidate.person for one in found.able] == []
    assert "1週間" in found.unable[0].hindrances[0]
    assert {place.crew for place in here.places()} == {(free.pk,)}
    start = here.open_starts[0]
    with pytest.raises(PlanRefused, match="週の拘束"):
        move_visit(plan=visit.plan, request=visit.request_id, start=start, crew=(busy.pk,), by=None)
    move_visit(plan=visit.plan, request=visit.request_id, start=start, crew=(free.pk,), by=None)
    assert Plan.objects.get(pk=visit.plan_id).versions.count() == 2


def test_nor_does_the_office_put_them_on_a_class() -> None:
    teacher, first, _second = two_plans()
    accept_offer(offer=first, now=rows.now())
    limits = TravelLimits.objects.create(person=teacher, max_week_minutes=minutes(first) + 59)
    start = first.starts_at + timedelta(days=2)
    session = factories.session(starts_at=start, ends_at=start + timedelta(hours=1))
    assert [one.over for one in candidates(session, Shift.Duty.INSTRUCTOR, Scope(nation=True))] == [
        "1週間の拘束時間の上限を超えます"
    ]
    with pytest.raises(PersonBusy, match=r"上限.*を超えます。講師の条件"):
        assign(session=session, person=teacher, duty=Shift.Duty.INSTRUCTOR)
    assert not session.shifts.exists()
    limits.max_week_minutes += 1
    limits.save()
    assert assign(session=session, person=teacher, duty=Shift.Duty.INSTRUCTOR).pk == ANY
    assert timezone.localdate(start).weekday() == 2
