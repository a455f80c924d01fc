"""Nobody sets out in the past: journeys by their days, those whose hour has come with no yes, and what is left of
people's hours from a moment on.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from outreach.dispatch.ids import minute_of, pk_of
from outreach.dispatch.models import Plan, Trip, Visit
from outreach.dispatch.problem import Instructor, Problem, Window, day_of
from outreach.people.models import Engagement

At = tuple[int, int, date]  # plan, person, day


def journeys(trips: Iterable[Trip]) -> list[list[Trip]]:
    """One person's trips of a plan as journeys from home to home: days with a night away between belong together."""
    found: list[list[Trip]] = []
    for trip in sorted(trips, key=lambda one: one.day):
        if found and found[-1][-1].overnight and trip.day == found[-1][-1].day + timedelta(days=1):
            found[-1].append(trip)
        else:
            found.append([trip])
    return found


def trips_of(plan: Plan) -> dict[int, list[Trip]]:
    """By person. 1 statement."""
    found: dict[int, list[Trip]] = defaultdict(list)
    for trip in Trip.objects.filter(plan=plan):
        found[trip.person_id].append(trip)
    return found


def leaves_at(plan: int, person: int, day: date) -> datetime | None:
    """When someone sets out on the journey that has this day, be it the evening before. 1 statement."""
    own = journeys(Trip.objects.filter(plan=plan, person=person))
    return next((one[0].leaves_at for one in own if any(trip.day == day for trip in one)), None)


def missed(plans: Iterable[int], now: datetime) -> set[At]:
    """Plans, people and days of journeys to visits to come that should have begun, with no yes. 3 statements."""
    asked = set(plans)
    coming: set[At] = set()
    visits = Visit.objects.filter(plan__in=asked, starts_at__gt=now)
    for plan, lead, second, at in visits.values_list("plan_id", "lead_id", "second_id", "starts_at"):
        coming |= {(plan, person, timezone.localdate(at)) for person in (lead, second) if person}
    people = {person for _plan, person, _day in coming}
    days: dict[tuple[int, int], list[Trip]] = defaultdict(list)
    for trip in Trip.objects.filter(plan__in=asked, person__in=people):
        days[trip.plan_id, trip.person_id].append(trip)
    agreed = Engagement.objects.filter(person__in=people, subject__startswith="trip:", ends_at__gt=now)
    booked = set(agreed.values_list("person_id", "subject"))
    return {
        (plan, person, trip.day)
        for (plan, person), own in days.items()
        for one in journeys(own)
        if one[0].leaves_at <= now and (person, one[0].subject) not in booked
        if {(plan, person, trip.day) for trip in one} & coming
        for trip in one
    }


def in_time(visits: QuerySet[Visit], plans: Iterable[int], now: datetime) -> QuerySet[Visit]:
    """Of these plans those to whose journeys everyone can still set out, or has agreed. 4 statements."""
    late = missed(plans, now)
    rows = visits.order_by().values_list("pk", "plan_id", "starts_at", "lead_id", "second_id")
    gone = {pk for pk, plan, at, *crew in rows if {(plan, person, timezone.localdate(at)) for person in crew} & late}
    return visits.exclude(pk__in=gone)


def from_minute(person: Instructor, earliest: int, trips: Iterable[Trip], first: date) -> Instructor:
    """Nothing new before `earliest`, in minutes of `first`; their trips that stand may stay, and leave no earlier."""
    standing = {(trip.day - first).days: trip for trip in trips}

    def since(day: int) -> int:
        return min(earliest, minute_of(standing[day].leaves_at, first)) if day in standing else earliest

    return replace(
        person,
        windows=tuple(Window(max(w.start, since(w.day)), w.end) for w in person.windows if w.end > since(w.day)),
        nights=tuple(
            day for day in person.nights if day >= day_of(earliest) or (day in standing and standing[day].overnight)
        ),
    )


def from_now_on(problem: Problem, plan: Plan, earliest: int) -> Problem:
    """The same of all. 1 statement."""
    trips = trips_of(plan)
    people = (from_minute(one, earliest, trips.get(pk_of(one.id), ()), plan.first) for one in problem.instructors)
    return replace(problem, instructors=tuple(people))
