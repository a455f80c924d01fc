"""The weeks of a plan, to go from one to another, and where the table opens."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Q
from django.utils import timezone

from outreach.dispatch.models import SAID_NO, Offer, Plan, RequestStatus
from outreach.dispatch.week import A_WEEK, monday_of


@dataclass(frozen=True)
class WeekLink:
    """A week of the plan: how many visits, and how many to come have lost an instructor."""

    first: date
    visits: int
    vacant: int


def weeks_of(plan: Plan, now: datetime) -> list[WeekLink]:
    """Every week of a plan. Two statements."""
    visits, vacant = Counter[date](), Counter[date]()
    out = _without_someone(plan, now)
    for pk, starts_at in plan.visits.values_list("pk", "starts_at"):
        monday = monday_of(timezone.localdate(starts_at))
        visits[monday] += 1
        vacant[monday] += pk in out
    first = monday_of(plan.first)
    mondays = [first + n * A_WEEK for n in range((plan.last - first).days // 7 + 1)]
    return [WeekLink(monday, visits[monday], vacant[monday]) for monday in mondays]


def _without_someone(plan: Plan, now: datetime) -> set[int]:
    """Visits to come of which one of the crew said no, or nothing, to their last offer."""
    offers = Offer.objects.filter(visit__plan=plan, visit__starts_at__gt=now)
    offers = offers.exclude(visit__request__status=RequestStatus.WITHDRAWN)
    offers = offers.filter(Q(person=F("visit__lead")) | Q(person=F("visit__second"))).order_by("sent_at", "pk")
    last = {(visit, person): status for visit, person, status in offers.values_list("visit", "person", "status")}
    return {visit for (visit, _person), status in last.items() if status in SAID_NO}


def first_week(weeks: list[WeekLink], today: date) -> date:
    """Where the table opens: today's week or, where nothing is to be done in it, the next with visits."""
    coming = [week.first for week in weeks if week.visits and week.first + A_WEEK > today]
    return coming[0] if coming else min(today, weeks[-1].first)
