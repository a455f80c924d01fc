"""What instructors do besides the plan that is being made: it takes of their hours, their rest and their week.

A plan knows its own trips only. Classes taught by hand, home visits, training and trips of other plans stand in the
ledger: here they come off what a problem offers. Minutes count from 00:00 of the horizon's first day; before it they
are negative.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Concat
from django.utils import timezone

from geo.distance import great_circle_km
from outreach.dispatch.ids import minute_of
from outreach.dispatch.models import Trip
from outreach.dispatch.problem import Horizon, Window, day_of
from outreach.people.models import DayException, Engagement, Person, TravelLimits
from outreach.people.rules import travel_minutes


@dataclass(frozen=True)
class Busy:
    """At work for something else, from `start` to `end`; `way` minutes from home to there, and back again."""

    start: int
    end: int
    way: int = 0

    @property
    def begins(self) -> int:
        return self.start - self.way

    @property
    def ends(self) -> int:
        return self.end + self.way


@dataclass(frozen=True)
class Limits:
    """Of one person, in minutes."""

    rest: int
    day: int
    week: int


def windows_beside(windows: Iterable[Window], busy: Sequence[Busy], limits: Limits) -> list[Window]:
    """What is left of someone's windows: on the way to nothing else, rested, and no more in a day than they may."""
    left = []
    for window in windows:
        pieces = [(window.start, window.end)]
        for one in busy:
            pieces = [piece for start, end in pieces for piece in _beside(start, end, one, limits.rest)]
        left += [piece for start, end in pieces for piece in _within_day(start, end, busy, limits.day)]
    return left


def _beside(start: int, end: int, one: Busy, rest: int) -> list[tuple[int, int]]:
    """A piece without what `one` takes: its hours and ways, and the rest between its day and another."""
    before, after = one.begins, one.ends
    if day_of(start) < day_of(one.start):
        before -= rest
    if day_of(start) > day_of(one.end - 1):
        after += rest
    return [(a, b) for a, b in ((start, min(end, before)), (max(start, after), end)) if a < b]


def _within_day(start: int, end: int, busy: Sequence[Busy], most: int) -> list[Window]:
    """A trip lies in one window: none is longer than the hours that the day still has, beside what is done then."""
    same = [one for one in busy if day_of(one.start) == day_of(start)]
    room = most - hours_of(same)
    if not same or end - start <= room:
        return [Window(start, end)]
    if room <= 0:
        return []
    before = any(one.begins >= end for one in same)
    return [Window(end - room, end) if before else Window(start, start + room)]


def nights_beside(windows: Iterable[Window], busy: Iterable[Busy], off: Collection[int]) -> tuple[int, ...]:
    """Days after which one may sleep elsewhere: open, as the next is, with nothing else on either. `off`: hours off."""
    taken = {day_of(at) for one in busy for at in (one.start, one.end - 1)} | set(off)
    whole = {window.day for window in windows} - taken
    return tuple(sorted(day for day in whole if day + 1 in whole))


def weeks_beside(horizon: Horizon, busy: Iterable[Busy], limits: Limits) -> tuple[int, ...]:
    """What is left of the hours of each week."""
    worked: dict[int, list[Busy]] = defaultdict(list)
    for one in busy:
        worked[horizon.week_of(day_of(one.start))].append(one)
    return tuple(max(0, limits.week - hours_of(worked[week])) for week in range(horizon.weeks))


def hours_of(busy: Iterable[Busy]) -> int:
    """Minutes from door to door; between two classes at one place nobody is at home and out at once."""
    minutes, until = 0, None
    for begins, ends in sorted((one.begins, one.ends) for one in busy):
        minutes += max(0, ends - (begins if until is None else max(begins, until)))
        until = ends if until is None else max(ends, until)
    return minutes


def limits_of(person: Person) -> Limits:
    travel = getattr(person, "travel_limits", None) or TravelLimits(person=person)
    return Limits(travel.rest_minutes, travel.max_day_minutes, travel.max_week_minutes)


def busy_times(people: Sequence[Person], horizon: Horizon, first: date, ignore: str) -> dict[int, list[Busy]]:
    """By person, in order, over the horizon's whole weeks and a day on either side. Two statements.

    Engagements whose subject starts with `ignore` count as free time; '' ignores none.
    """
    since = first - timedelta(days=first.weekday() + 1)
    until = since + timedelta(days=7 * horizon.weeks + 2)
    rows = Engagement.objects.filter(person__in=people, starts_at__lt=_midnight(until), ends_at__gt=_midnight(since))
    rows = rows.exclude(subject__startswith=ignore) if ignore else rows
    homes = {person.pk: (person.lat, person.lon) for person in people}
    found: dict[int, list[Busy]] = defaultdict(list)
    for row in rows.exclude(subject__startswith="trip:"):
        way = _way(homes[row.person_id], row)
        found[row.person_id].append(Busy(minute_of(row.starts_at, first), minute_of(row.ends_at, first), way))
    for trip in _other_trips(people, rows):
        found[trip.person_id].append(Busy(minute_of(trip.leaves_at, first), minute_of(trip.back_at, first)))
    return {person: sorted(times, key=lambda one: one.start) for person, times in found.items()}


def _way(home: tuple[float, float], row: Engagement) -> int:
    """As the ledger reckons it: of what is booked door to door, nothing."""
    if row.lat is None or row.lon is None:
        return 0
    return travel_minutes(great_circle_km(*home, row.lat, row.lon))


def _other_trips(people: Sequence[Person], rows: QuerySet[Engagement]) -> QuerySet[Trip]:
    """Day by day, since a journey's nights are booked too and are no hours of work."""
    own = Concat(Value("trip:"), OuterRef("plan"), Value(":"), output_field=CharField())
    booked = rows.filter(person=OuterRef("person"), subject__startswith=own)
    booked = booked.filter(starts_at__lte=OuterRef("leaves_at"), ends_at__gte=OuterRef("back_at"))
    return Trip.objects.filter(Exists(booked), person__in=people)


def days_off(people: Sequence[Person], first: date, last: date) -> dict[int, set[int]]:
    """By person: days of the horizon of which they took hours off. One statement."""
    off = DayException.objects.filter(person__in=people, day__range=(first, last), kind=DayException.Kind.OFF)
    found: dict[int, set[int]] = defaultdict(set)
    for person, day in off.values_list("person_id", "day"):
        found[person].add((day - first).days)
    return found


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
