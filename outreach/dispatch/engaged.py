"""What instructors do besides the plan that is being made: it takes of their hours, their rest and their week.

A plan knows its own trips only. Classes taught by hand, home visits, training and trips of other plans stand in the
ledger: here they come off what a problem offers. Minutes count from 00:00 of the horizon's first day; before it they
are negative.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat
from django.utils import timezone

from geo.distance import great_circle_km
from outreach.dispatch.ids import minute_of
from outreach.dispatch.models import Trip, Visit
from outreach.dispatch.problem import Horizon, Instructor, Window, day_of
from outreach.dispatch.problem import Visit as Wanted
from outreach.dispatch.rules import SETUP, TEARDOWN
from outreach.people.models import DayException, Engagement, Person, TravelLimits
from outreach.people.rules import travel_minutes


@dataclass(frozen=True)
class Busy:
    """At work for something else, from `start` to `end`; `way` minutes from home to there, and back again.

    `sessions`: how many classes that is; a home visit or a training is none.
    """

    start: int
    end: int
    way: int = 0
    sessions: int = 0

    @property
    def begins(self) -> int:
        return self.start - self.way

    @property
    def ends(self) -> int:
        return self.end + self.way


@dataclass(frozen=True)
class Limits:
    """Of one person, in minutes; `sessions` a day."""

    rest: int
    day: int
    week: int
    sessions: int


def shortest(visits: Iterable[Wanted]) -> int:
    """The minutes that a session takes at least, of any of these visits."""
    return min((visit.duration // visit.sessions for visit in visits), default=0)


def windows_beside(windows: Iterable[Window], busy: Sequence[Busy], limits: Limits, session: int) -> list[Window]:
    """What is left of someone's windows: on the way to nothing else, rested, and no more in a day than they may.

    A problem has one limit of sessions for every day: a day that has some already is left too short for more than the
    rest of them, of `session` minutes at least.
    """
    left = []
    for window in windows:
        pieces = [(window.start, window.end)]
        for one in busy:
            pieces = [piece for start, end in pieces for piece in _beside(start, end, one, limits.rest)]
        left += [piece for start, end in pieces for piece in _within_day(start, end, busy, limits, session)]
    return left


def _beside(start: int, end: int, one: Busy, rest: int) -> list[tuple[int, int]]:
    """A piece without what `one` takes: its hours and ways, and the rest between its day and another."""
    before, after = one.begins, one.ends
    if day_of(start) < day_of(one.start):
        before -= rest
    if day_of(start) > day_of(one.end - 1):
        after += rest
    return [(a, b) for a, b in ((start, min(end, before)), (max(start, after), end)) if a < b]


def _within_day(start: int, end: int, busy: Sequence[Busy], limits: Limits, session: int) -> list[Window]:
    """A trip lies in one window: none is longer than the hours that the day still has, beside what is done then."""
    same = [one for one in busy if day_of(one.start) == day_of(start)]
    room = limits.day - hours_of(same)
    if held := sum(one.sessions for one in same):
        more = limits.sessions - held
        room = min(room, (more + 1) * session + SETUP + TEARDOWN - 1) if more > 0 else 0
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
    return Limits(travel.rest_minutes, travel.max_day_minutes, travel.max_week_minutes, travel.max_day_sessions)


def admitting(
    person: Instructor, trips: Iterable[Trip], open_hours: Sequence[Window], horizon: Horizon, first: date
) -> Instructor:
    """With room for these trips of theirs, which stand already, whatever limit the office has let be passed since.

    Not beyond their `open_hours`: who took a day off can't come.
    """
    windows, weeks = list(person.windows), dict.fromkeys(range(horizon.weeks), 0)
    for trip in trips:
        out = Window(minute_of(trip.leaves_at, first), minute_of(trip.back_at, first))
        weeks[horizon.week_of(out.day)] += out.end - out.start
        if _holds(open_hours, out) and not _holds(windows, out):
            windows = [window for window in windows if window.end <= out.start or out.end <= window.start] + [out]
    return replace(
        person,
        windows=tuple(sorted(windows, key=lambda window: window.start)),
        week_minutes=tuple(max(left, weeks[week]) for week, left in enumerate(person.week_minutes)),
    )


def _holds(windows: Iterable[Window], out: Window) -> bool:
    return any(window.start <= out.start and out.end <= window.end for window in windows)


def busy_times(people: Sequence[Person], horizon: Horizon, first: date, ignore: str) -> dict[int, list[Busy]]:
    """By person, in order, over the horizon's whole weeks and a day on either side. Three statements.

    Engagements whose subject starts with `ignore` count as free time; '' ignores none.
    """
    since = first - timedelta(days=first.weekday() + 1)
    until = since + timedelta(days=7 * horizon.weeks + 2)
    rows = Engagement.objects.filter(person__in=people, starts_at__lt=_midnight(until), ends_at__gt=_midnight(since))
    rows = rows.exclude(subject__startswith=ignore) if ignore else rows
    homes = {person.pk: (person.lat, person.lon) for person in people}
    found: dict[int, list[Busy]] = defaultdict(list)
    for row in rows.exclude(subject__startswith="trip:"):
        way, taught = _way(homes[row.person_id], row), int(row.subject.startswith("session:"))
        found[row.person_id].append(Busy(minute_of(row.starts_at, first), minute_of(row.ends_at, first), way, taught))
    trips = list(_booked_trips(people, rows))
    taught_on = _sessions_of(trips)
    for trip in trips:
        out = minute_of(trip.leaves_at, first), minute_of(trip.back_at, first)
        found[trip.person_id].append(Busy(*out, sessions=taught_on[trip.plan_id, trip.person_id, trip.day]))
    return {person: sorted(times, key=lambda one: one.start) for person, times in found.items()}


def _way(home: tuple[float, float], row: Engagement) -> int:
    """As the ledger reckons it: of what is booked door to door, nothing."""
    if row.lat is None or row.lon is None:
        return 0
    return travel_minutes(great_circle_km(*home, row.lat, row.lon))


def booked_trips(plan: int, people: Sequence[Person]) -> dict[int, list[Trip]]:
    """By person: the trips of a plan that the ledger holds. One statement."""
    found: dict[int, list[Trip]] = defaultdict(list)
    for trip in _booked_trips(people, Engagement.objects.filter(subject__startswith=f"trip:{plan}:")):
        found[trip.person_id].append(trip)
    return found


def _sessions_of(trips: Sequence[Trip]) -> Counter[tuple[int, int, date]]:
    """How many sessions each holds, by plan, person and day."""
    people, plans = {trip.person_id for trip in trips}, {trip.plan_id for trip in trips}
    crews = Visit.objects.filter(Q(lead__in=people) | Q(second__in=people), plan__in=plans)
    days = [trip.day for trip in trips]
    if days:
        until = max(days) + timedelta(days=1)
        crews = crews.filter(starts_at__gte=_midnight(min(days)), starts_at__lt=_midnight(until))
    found: Counter[tuple[int, int, date]] = Counter()
    for plan, lead, second, at, sessions in crews.order_by().values_list(
        "plan_id", "lead_id", "second_id", "starts_at", "request__sessions"
    ):
        for person in filter(None, (lead, second)):
            found[plan, person, timezone.localdate(at)] += sessions
    return found


def _booked_trips(people: Sequence[Person], rows: QuerySet[Engagement]) -> QuerySet[Trip]:
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
