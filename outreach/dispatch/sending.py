"""Who can be sent, and within what: people as a problem has them, beside what else they do."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from outreach.dispatch import engaged
from outreach.dispatch.ahead import from_minute, missed, trips_of
from outreach.dispatch.engaged import Busy
from outreach.dispatch.ids import key, minute_of
from outreach.dispatch.models import OtherBase, Plan, Trip
from outreach.dispatch.problem import DAY_MINUTES, Horizon, Instructor, Qualification, Window
from outreach.dispatch.rules import first_day
from outreach.people.availability import Span, availability
from outreach.people.models import Person, TravelLimits


def people_of(prefecture: str) -> QuerySet[Person]:
    """Who can be sent: lives in the prefecture, or has a base there."""
    based = OtherBase.objects.filter(person=OuterRef("pk"), municipality__prefecture=prefecture)
    return Person.objects.filter(Q(municipality__prefecture=prefecture) | Exists(based), instructor__active=True)


def instructors_of(
    people: list[Person], bases: list[OtherBase], horizon: Horizon, plan: Plan | None, session: int, *, anew: bool
) -> tuple[Instructor, ...]:
    """`plan`: whose own trips take nothing of their hours. `session`: minutes that a session takes at least.

    Nobody sets out today where a plan is made, or made `anew`, since people are asked before; else not before now.
    """
    first = date.fromisoformat(horizon.start)
    last = first + timedelta(days=horizon.days - 1)
    ignore = f"trip:{plan.pk}:" if plan else ""
    free = availability(people, first, last, ignore=ignore)
    busy = engaged.busy_times(people, horizon, first, ignore)
    off = engaged.days_off(people, first, last)
    booked = engaged.booked_trips(plan.pk, people) if plan else {}
    standing, earliest = _standing(plan, anew), _earliest(first, last, planning=plan is None or anew)
    homes: dict[int, list[str]] = defaultdict(list)  # a trip begins and ends at home, or at one of the other bases
    for base in bases:
        homes[base.person_id].append(key("b", base.pk))
    made = []
    for person in people:
        hours, others = _open(free[person.pk], first), busy.get(person.pk, [])
        one = _instructor(person, horizon, hours, others, off.get(person.pk, set()), session, homes[person.pk])
        one = engaged.admitting(one, booked.get(person.pk, ()), hours, horizon, first)
        made.append(from_minute(one, earliest, standing.get(person.pk, ()), first))
    return tuple(made)


def _standing(plan: Plan | None, anew: bool) -> dict[int, list[Trip]]:
    """A plan's own trips, which may stay; planned anew, but for those that nobody agreed to in time."""
    if plan is None:
        return {}
    trips, late = trips_of(plan), missed([plan.pk], timezone.now()) if anew else set()
    return {person: [trip for trip in own if (plan.pk, person, trip.day) not in late] for person, own in trips.items()}


def _earliest(first: date, last: date, *, planning: bool) -> int:
    """In minutes of `first`. Of a period that is over all of it, to see what would have been."""
    now = timezone.localtime()
    if planning or now.date() > last:
        return (first_day(first, last, now.date()) - first).days * DAY_MINUTES
    return minute_of(now, first)


def _open(free: dict[date, list[Span]], first: date) -> list[Window]:
    return [
        Window((day - first).days * DAY_MINUTES + start, (day - first).days * DAY_MINUTES + end)
        for day, spans in sorted(free.items())
        for start, end in spans
    ]


def _instructor(
    person: Person,
    horizon: Horizon,
    hours: Sequence[Window],
    busy: list[Busy],
    off: set[int],
    session: int,
    bases: list[str],
) -> Instructor:
    travel = getattr(person, "travel_limits", None) or TravelLimits(person=person)
    limits = engaged.limits_of(person)
    windows = tuple(engaged.windows_beside(hours, busy, limits, session))
    weeks = {horizon.week_of(window.day) for window in windows}
    return Instructor(
        id=key("p", person.pk),
        mode=travel.mode,
        homes=(key("h", person.pk), *bases),
        skills=tuple(_skills(person, horizon)),
        windows=windows,
        nights=engaged.nights_beside(windows, busy, off) if travel.max_nights else (),
        max_nights=travel.max_nights,
        max_day_minutes=travel.max_day_minutes,
        max_day_sessions=travel.max_day_sessions,
        week_minutes=engaged.weeks_beside(horizon, busy, limits),
        rest_minutes=travel.rest_minutes,
        ferries=travel.ferries,
        target_minutes=travel.max_week_minutes * 7 // 10 * len(weeks),
    )


def _skills(person: Person, horizon: Horizon) -> Iterable[Qualification]:
    first, last = date.fromisoformat(horizon.start), horizon.days - 1
    for held in person.qualifications.all():
        begins = max(0, (held.valid_from - first).days)
        ends = last if held.valid_to is None else min(last, (held.valid_to - first).days)
        if begins <= ends:
            yield Qualification(held.skill_id, begins, ends)
