"""Those who cross by a line the day before they teach: where it does not run, their classes fall too."""

from collections import defaultdict
from datetime import date, timedelta

from django.db.models import Q

from outreach.dispatch.models import PlanStatus, Trip

FARTHEST = timedelta(days=7)  # no journey is longer
Eves = dict[int, list[tuple[Trip, date]]]  # by person: the day of crossing, and the last day of that journey


def crossings_before(day: date, ferries: set[str]) -> Eves:
    """Who crosses on `day` by one of `ferries` (as trips name them) and stays for the night. 1 statement."""
    trips = Trip.objects.filter(day__gte=day, day__lte=day + FARTHEST, plan__status=PlanStatus.PUBLISHED)
    by_person: dict[tuple[int, int], dict[date, Trip]] = defaultdict(dict)
    for trip in trips.order_by("day"):
        by_person[trip.plan_id, trip.person_id][trip.day] = trip
    found: Eves = defaultdict(list)
    for (_plan, person), days in by_person.items():
        first = days.get(day)
        if first and first.overnight and any(leg[3] in ferries for leg in first.legs):
            found[person].append((first, _end(first, days)))
    return dict(found)


def _end(trip: Trip, days: dict[date, Trip]) -> date:
    while trip.overnight and (following := days.get(trip.day + timedelta(days=1))):
        trip = following
    return trip.day


def in_reach(eves: Eves, person: int, day: date) -> list[Trip]:
    """The crossings of this person that a class on `day` hangs on."""
    return [trip for trip, last in eves.get(person, ()) if trip.day < day <= last]


def days_after(eves: Eves) -> tuple[date, date] | None:
    """From the day after the crossing to the last that any of these journeys has."""
    all_of_them = [one for rows in eves.values() for one in rows]
    if not all_of_them:
        return None
    return all_of_them[0][0].day + timedelta(days=1), max(last for _trip, last in all_of_them)


def who_cross(eves: Eves, fields: tuple[str, ...]) -> Q:
    """Rows of which one of `fields` is such a person."""
    wanted = Q(pk__in=[])
    for name in fields:
        wanted |= Q(**{f"{name}__in": list(eves)})
    return wanted
