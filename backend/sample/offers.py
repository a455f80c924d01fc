"""A published plan in the sample country: some said yes, one no, one fell ill, others have yet to answer; and, of the
month before, days that were gone with the road as it really was."""

from collections.abc import Set
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from random import Random

from django.db.models import Count, Exists, OuterRef
from django.utils import timezone

from geo.distance import nearest
from geo.shops import shop_statuses
from outreach.classes.models import Course, Venue
from outreach.dispatch.asking import substitutes
from outreach.dispatch.building import build_problem, pk_of
from outreach.dispatch.models import (
    DispatchRequest,
    Offer,
    OfferStatus,
    Plan,
    PlanSolver,
    PlanStatus,
    RequestStatus,
    Trip,
)
from outreach.dispatch.services import OfferError, accept_offer, decline_offer, publish_plan, return_offer, save_version
from outreach.dispatch.services.engaging import book_person
from outreach.dispatch.solvers import solver
from outreach.people.models import Instructor, Membership, Organisation, Person, Role, User, WeeklyHours

DAYS = 21
GONE, GONE_IN = 14, 3  # requests of the month before, in so many prefectures
NEAR = 8  # venues that an instructor is sent to, the nearest


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
    replaceable = (offer for offer in said_yes if substitutes(offer.visit, offer.person_id).able)
    for offer in [*islice(replaceable, 1)] or said_yes[1:2]:  # so that the page of substitutes has somebody to show
        return_offer(offer=offer, now=now, reason="体調がよくない")


def seed_gone(rng: Random, today: date) -> None:
    """Days of the month before on which the sample's instructors drove out, most with the road written down.

    To municipalities without a shop, where the sample has venues in any: what dispatch is for.
    """
    shopless = shop_statuses(today).shopless
    working = Exists(WeeklyHours.objects.filter(person=OuterRef("pk")))
    taught = Person.objects.filter(working, sample=True, instructor__active=True)
    most = (
        taught.values_list("municipality__prefecture")
        .annotate(n=Count("pk"))
        .order_by("-n", "municipality__prefecture")[:GONE_IN]
    )
    for prefecture, _n in most:
        _gone_in(rng, str(prefecture), today, shopless)


def _gone_in(rng: Random, prefecture: str, today: date, shopless: Set[str]) -> None:
    """Asked for, planned and agreed to as any month is, and then driven."""
    last = today.replace(day=1) - timedelta(days=1)
    first = last.replace(day=1)
    people = list(Person.objects.filter(sample=True, instructor__active=True, municipality__prefecture=prefecture)[:6])
    all_venues = Venue.objects.filter(sample=True, municipality__prefecture=prefecture).select_related("municipality")
    venues = list(all_venues.filter(municipality__in=shopless).order_by("pk") or all_venues.order_by("pk")[:40])
    course = Course.objects.filter(skill__isnull=False).order_by("pk").first()
    if not people or not venues or course is None:
        return
    for number in range(GONE):
        person = people[number % len(people)]
        venue, _km = rng.choice(nearest(person.lat, person.lon, venues, NEAR))
        day = min(first + timedelta(days=2 * number), last - timedelta(days=2))
        _ask(Instructor.objects.get(person=person).organisation, venue, course, day)
    problem = build_problem(prefecture=prefecture, first=first, last=last)
    served = {pk_of(entry.id) for entry in solver(PlanSolver.GREEDY).solve(problem).visits}
    asked = DispatchRequest.objects.filter(sample=True, latest__lte=last, received_on=_received(first))
    asked.filter(municipality__prefecture=prefecture).exclude(pk__in=served).delete()  # nobody asks for what can't be
    if not served:
        return
    plan = Plan.objects.create(prefecture_id=prefecture, first=first, last=last, solver=PlanSolver.GREEDY, sample=True)
    problem = build_problem(prefecture=prefecture, first=first, last=last)
    answer = solver(PlanSolver.GREEDY).solve(problem)
    save_version(plan=plan, problem=problem, answer=answer, reason="計算した案", by=None)
    Plan.objects.filter(pk=plan.pk).update(status=PlanStatus.PUBLISHED)
    _agree(plan)
    for number, trip in enumerate(plan.trips.order_by("day", "pk")):
        if number % 4 != 3:
            _drive(rng, trip)


def _received(first: date) -> date:
    return first - timedelta(days=30)


def _ask(organisation: Organisation, venue: Venue, course: Course, day: date) -> None:
    DispatchRequest.objects.create(
        organisation=organisation, venue=venue, course=course, heads=10, municipality=venue.municipality, earliest=day,
        latest=day + timedelta(days=2), contact_name="見本 担当", contact_phone="+81300000101", sample=True,
        received_on=_received(day.replace(day=1)),
    )  # fmt: skip


def _agree(plan: Plan) -> None:
    """Everyone said yes in good time, and gave the day."""
    for visit in plan.visits.all():
        asked = visit.starts_at - timedelta(days=20)
        for pk in visit.crew:
            Offer.objects.create(
                visit=visit, person_id=pk, starts_at=visit.starts_at, answer_by=asked, status=OfferStatus.ACCEPTED,
                answered_at=asked - timedelta(days=1),
            )  # fmt: skip
    DispatchRequest.objects.filter(visits__plan=plan).update(status=RequestStatus.AGREED)
    for person in Person.objects.filter(trips__plan=plan).distinct():
        book_person(plan=plan.pk, person=person)


def _drive(rng: Random, trip: Trip) -> None:
    """The road as it really was: mostly somewhat longer."""
    trip.travelled_km = Decimal(str(round(trip.km * rng.uniform(0.97, 1.18), 1)))
    trip.travelled_minutes = round(trip.road_minutes * rng.uniform(0.95, 1.3))
    trip.save(update_fields=["travelled_km", "travelled_minutes"])
