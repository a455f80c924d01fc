"""A published plan in the sample country: some said yes, one no, one fell ill, others have yet to answer; and, of the
month before, days that were gone with the road as it really was."""

from collections.abc import Set
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from django.db.models import Count
from django.utils import timezone

from geo.distance import great_circle_km, nearest
from geo.shops import shop_statuses
from outreach.classes.models import Course, Venue
from outreach.dispatch.building import build_problem
from outreach.dispatch.models import (
    DispatchRequest,
    Offer,
    OfferStatus,
    Plan,
    PlanSolver,
    PlanStatus,
    RequestStatus,
    Trip,
    Visit,
)
from outreach.dispatch.services import OfferError, accept_offer, decline_offer, publish_plan, return_offer, save_version
from outreach.dispatch.solvers import solver
from outreach.people.models import Engagement, Instructor, Membership, Person, Role, User
from outreach.people.rules import ROAD_FACTOR, travel_minutes

DAYS = 21
GONE, GONE_IN = 14, 3  # days of travel in the month before, in so many prefectures
NEAR = 8  # venues that an instructor is sent to, the nearest
OUT, TEACHING = time(8), timedelta(hours=3)


def seed_offers(rng: Random, today: date, *, but: Plan | None) -> None:
    """Offers of three weeks in the busiest prefecture that `but`, the plan still on the table, leaves."""
    prefecture = _busiest(but)
    if prefecture is None:
        return
    first = today + timedelta(days=7 - today.weekday())
    by = User.objects.filter(username="coordinator").first()
    last = first + timedelta(days=DAYS - 1)
    problem = build_problem(prefecture=prefecture, first=first, last=last)
    plan = Plan.objects.create(prefecture_id=prefecture, first=first, last=last, made_by=by, sample=True)
    answer = solver(PlanSolver.GREEDY).solve(problem)
    save_version(plan=plan, problem=problem, answer=answer, reason="計算した案", by=by)
    publish_plan(plan=plan, by=by)
    _answer(list(Offer.objects.filter(visit__plan=plan).select_related("visit", "person").order_by("starts_at", "pk")))
    _account(plan)


def _account(plan: Plan) -> None:
    """Someone with offers still to answer can sign in: `instructor2`, with the others' password."""
    usual = User.objects.filter(username="instructor").first()
    waiting = Offer.objects.filter(visit__plan=plan, status=OfferStatus.OPEN, person__user=None).first()
    if usual and waiting:
        user = User.objects.create(username="instructor2", password=usual.password)
        Membership.objects.create(user=user, role=Role.INSTRUCTOR)
        Person.objects.filter(pk=waiting.person_id).update(user=user)


def _busiest(but: Plan | None) -> str | None:
    waiting = DispatchRequest.objects.filter(sample=True, status=RequestStatus.RECEIVED)
    if but:
        waiting = waiting.exclude(municipality__prefecture=but.prefecture_id)
    counted = waiting.values_list("municipality__prefecture").annotate(n=Count("pk"))
    found = counted.order_by("-n", "municipality__prefecture").first()
    return str(found[0]) if found else None


def _answer(offers: list[Offer]) -> None:
    now = timezone.now()
    for number, offer in enumerate(offers):
        try:
            if number % 5 == 1:
                decline_offer(offer=offer, now=now, reason="都合がつかない")
            elif number % 5 in {0, 2}:
                accept_offer(offer=offer, now=now)
        except OfferError:
            continue
    said_yes = [offer for offer in offers if Offer.objects.get(pk=offer.pk).status == OfferStatus.ACCEPTED]
    for offer in said_yes[1:2]:
        return_offer(offer=offer, now=now, reason="体調がよくない")


def seed_gone(rng: Random, today: date) -> None:
    """Days of the month before on which the sample's instructors drove out, most with the road written down.

    To municipalities without a shop, where the sample has venues in any: what dispatch is for.
    """
    shopless = shop_statuses(today).shopless
    taught = Person.objects.filter(sample=True, instructor__active=True).values_list("municipality__prefecture")
    most = taught.annotate(n=Count("pk")).order_by("-n", "municipality__prefecture")[:GONE_IN]
    for prefecture, _n in most:
        _gone_in(rng, str(prefecture), today, shopless)


def _gone_in(rng: Random, prefecture: str, today: date, shopless: Set[str]) -> None:
    last = today.replace(day=1) - timedelta(days=1)
    first = last.replace(day=1)
    people = list(Person.objects.filter(sample=True, instructor__active=True, municipality__prefecture=prefecture)[:6])
    all_venues = Venue.objects.filter(sample=True, municipality__prefecture=prefecture).select_related("municipality")
    venues = list(all_venues.filter(municipality__in=shopless).order_by("pk") or all_venues.order_by("pk")[:40])
    course = Course.objects.first()
    if not people or not venues or course is None:
        return
    plan = Plan.objects.create(
        prefecture_id=prefecture, first=first, last=last, status=PlanStatus.PUBLISHED, sample=True,
        solver=PlanSolver.GREEDY,
    )  # fmt: skip
    for number in range(GONE):
        person = people[number % len(people)]
        venue, _km = rng.choice(nearest(person.lat, person.lon, venues, NEAR))
        day = first + timedelta(days=1 + 2 * number)
        if day <= last and day.weekday() < 6:
            _gone(rng, plan, person, venue, course, day, known=number % 4 != 3)


def _gone(rng: Random, plan: Plan, person: Person, venue: Venue, course: Course, day: date, *, known: bool) -> None:
    one_way = float(great_circle_km(person.lat, person.lon, venue.lat, venue.lon))
    minutes = min(travel_minutes(one_way), 240)
    leaves = timezone.make_aware(datetime.combine(day, OUT))
    starts = leaves + timedelta(minutes=minutes + 15)
    back = starts + TEACHING + timedelta(minutes=minutes)
    if Engagement.objects.filter(person=person, starts_at__lt=back, ends_at__gt=leaves).exists():
        return
    km = one_way * ROAD_FACTOR * 2
    request = DispatchRequest.objects.create(
        organisation=Instructor.objects.get(person=person).organisation, venue=venue, course=course, heads=10,
        municipality=venue.municipality, earliest=day, latest=day, contact_name="見本 担当", sample=True,
        contact_phone="+81300000101", received_on=day - timedelta(days=40), status=RequestStatus.AGREED,
    )  # fmt: skip
    visit = Visit.objects.create(
        plan=plan, request=request, venue=venue, starts_at=starts, ends_at=starts + timedelta(hours=2), lead=person
    )
    Offer.objects.create(
        visit=visit, person=person, starts_at=starts, answer_by=leaves - timedelta(days=20),
        answered_at=leaves - timedelta(days=21), status=OfferStatus.ACCEPTED,
    )  # fmt: skip
    really = Decimal(str(round(km * rng.uniform(0.97, 1.18), 1)))
    trip = Trip.objects.create(
        plan=plan, person=person, day=day, leaves_at=leaves, back_at=back, hm=round(km * 10), road_minutes=2 * minutes,
        travelled_km=really if known else None,
        travelled_minutes=round(2 * minutes * rng.uniform(0.95, 1.3)) if known else None,
    )  # fmt: skip
    Engagement.objects.create(person=person, starts_at=leaves, ends_at=back, subject=trip.subject)
