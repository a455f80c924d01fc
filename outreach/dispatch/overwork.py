"""What is more than someone may do: in a day, in a week, or too soon after the day before.

A plan keeps these limits for its own trips beside what stood in the ledger when it was made. Plans made side by side
don't know of each other, so they are asked once more of all that the ledger holds: whenever someone is booked.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from django.utils import timezone
from django.utils.translation import gettext as _

from geo.distance import great_circle_km
from outreach import dates
from outreach.dispatch.ahead import from_minute, trips_of
from outreach.dispatch.engaged import (
    Busy,
    Limits,
    busy_times,
    hours_of,
    limits_of,
    shortest,
    weeks_beside,
    windows_beside,
)
from outreach.dispatch.ids import key, minute_of, pk_of
from outreach.dispatch.models import Plan
from outreach.dispatch.problem import Horizon, Instructor, Problem, Window, day_of
from outreach.dispatch.ranking import WORDS, hours
from outreach.dispatch.violations import Rule
from outreach.people.models import Person
from outreach.people.queries import Place
from outreach.people.rules import travel_minutes

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Over:
    """A limit passed: `got` minutes or sessions against `limit`. `day`: of a week any of its days, of a rest the day
    before it.
    """

    rule: Rule
    day: int
    got: int
    limit: int


@dataclass(frozen=True)
class Excess:
    """The same of one person, by date: of a week its Monday."""

    person: int
    rule: Rule
    day: date
    got: int
    limit: int

    @property
    def key(self) -> str:
        """As a form says that it was shown."""
        return f"{self.person}:{self.rule}:{self.day}:{self.got}"

    def no_worse_than(self, other: "Excess") -> bool:
        same = (self.person, self.rule, self.day) == (other.person, other.rule, other.day)
        return same and (other.got <= self.got if self.rule == Rule.REST else self.got <= other.got)


def overwork(busy: Sequence[Busy], days: Collection[int], horizon: Horizon, limits: Limits) -> list[Over]:
    """Which limits someone's work passes on `days`, in their weeks, and between them and the days around. Pure."""
    by_day: dict[int, list[Busy]] = defaultdict(list)
    by_week: dict[int, list[Busy]] = defaultdict(list)
    for one in busy:
        by_day[day_of(one.start)].append(one)
        by_week[horizon.week_of(day_of(one.start))].append(one)
    weeks = {horizon.week_of(day): day for day in sorted(days, reverse=True)}
    return [
        *_more(Rule.DAY_HOURS, {day: (day, by_day[day]) for day in sorted(days)}, limits.day),
        *_more(Rule.WEEK_HOURS, {week: (weeks[week], by_week[week]) for week in sorted(weeks)}, limits.week),
        *_sessions({day: by_day[day] for day in sorted(days)}, limits.sessions),
        *_rest({day: found for day, found in by_day.items() if found}, days, limits.rest),
    ]


def _more(rule: Rule, times: dict[int, tuple[int, list[Busy]]], limit: int) -> Iterator[Over]:
    for day, found in times.values():
        if (got := hours_of(found)) > limit:
            yield Over(rule, day, got, limit)


def _sessions(by_day: dict[int, list[Busy]], limit: int) -> Iterator[Over]:
    """Of a day with any: another visit to a home passes no limit of classes."""
    for day, found in by_day.items():
        if (got := sum(one.sessions for one in found)) > limit:
            yield Over(Rule.DAY_SESSIONS, day, got, limit)


def _rest(by_day: dict[int, list[Busy]], days: Collection[int], limit: int) -> Iterator[Over]:
    for before, after in pairwise(sorted(by_day)):
        got = min(one.begins for one in by_day[after]) - max(one.ends for one in by_day[before])
        if got < limit and (before in days or after in days):
            yield Over(Rule.REST, before, max(0, got), limit)  # below 0 where the ways home and out again meet


def excesses(people: Sequence[Person], days: Iterable[date]) -> list[Excess]:
    """What of these people's work on these days is too much. 3 statements, and one for each whose `travel_limits` are
    not there.

    Call it under their locks, once the ledger holds what is new.
    """
    wanted = sorted(set(days))
    if not wanted or not people:
        return []
    first, horizon = wanted[0], Horizon(wanted[0].isoformat(), (wanted[-1] - wanted[0]).days + 1)
    busy, asked = busy_times(people, horizon, first, ""), {(day - first).days for day in wanted}
    return [
        Excess(person.pk, over.rule, _dated(over, first), over.got, over.limit)
        for person in people
        for over in overwork(busy.get(person.pk, []), asked, horizon, limits_of(person))
    ]


def _dated(over: Over, first: date) -> date:
    day = first + timedelta(days=over.day)
    return day - timedelta(days=day.weekday()) if over.rule == Rule.WEEK_HOURS else day


@dataclass(frozen=True)
class Roster:
    """What people who teach do from `first` on, and their limits; whoever isn't among them has none."""

    first: date
    horizon: Horizon
    people: dict[int, Person]
    busy: dict[int, list[Busy]]

    def too_much(self, person: int, old: Sequence[Span], new: Sequence[Span], place: Place) -> bool:
        """Whether they would be beyond a limit on a day of `new`, each a class at `place`, with nothing at `old`."""
        if person not in self.people:
            return False
        one = self.people[person]
        gone = [(minute_of(start, self.first), minute_of(end, self.first)) for start, end in old]
        kept = [b for b in self.busy.get(person, ()) if not any(b.start < end and start < b.end for start, end in gone)]
        way = travel_minutes(great_circle_km(one.lat, one.lon, *place))
        added = [Busy(minute_of(start, self.first), minute_of(end, self.first), way, 1) for start, end in new]
        return bool(overwork([*kept, *added], {day_of(new.start) for new in added}, self.horizon, limits_of(one)))


def roster(people: Iterable[Person], first: date, last: date) -> Roster:
    """`people` with their `instructor` and `travel_limits`. 3 statements."""
    asked = {person.pk: person for person in people if hasattr(person, "instructor")}
    horizon = Horizon(first.isoformat(), (last - first).days + 1)
    return Roster(first, horizon, asked, busy_times(list(asked.values()), horizon, first, ""))


def who_overworks(people: Iterable[Person], starts_at: datetime, ends_at: datetime, place: Place) -> dict[int, str]:
    """By person: which limit teaching then and there would pass, in few words. 3 statements.

    `people` with their `instructor`, whose limits they are, and `travel_limits`.
    """
    asked = [person for person in people if hasattr(person, "instructor")]
    first = timezone.localdate(starts_at)
    horizon, start, end = Horizon(first.isoformat(), 1), minute_of(starts_at, first), minute_of(ends_at, first)
    busy, found = busy_times(asked, horizon, first, ""), {}
    for person in asked:
        new = Busy(start, end, travel_minutes(great_circle_km(person.lat, person.lon, *place)), sessions=1)
        over = overwork([*busy.get(person.pk, []), new], {0}, horizon, limits_of(person))
        found[person.pk] = str(WORDS[over[0].rule]) if over else ""
    return found


def said(found: Iterable[Excess]) -> str:
    """Which limits, and by how much."""
    return ("" if dates.in_japanese() else " ").join(map(sentence, found))


def sentence(over: Excess) -> str:
    values: dict[str, object] = {"day": dates.short_date(over.day), "got": over.got, "limit": over.limit}
    if over.rule == Rule.DAY_SESSIONS:
        return _("%(day)sの講習会が%(got)s回になり、1日の上限の%(limit)s回を超えます。") % values
    values |= {"got": hours(over.got), "limit": hours(over.limit)}
    if over.rule == Rule.WEEK_HOURS:
        return _("%(day)sからの1週間の拘束が%(got)sになり、上限の%(limit)sを超えます。") % values
    if over.rule == Rule.DAY_HOURS:
        return _("%(day)sの拘束が%(got)sになり、1日の上限の%(limit)sを超えます。") % values
    return _("%(day)sに帰ってから次に出るまでの休みが%(got)sになり、必要な%(limit)sに足りません。") % values


def beside_other_work(problem: Problem, plan: Plan) -> Problem:
    """A plan's problem with everyone's hours as their other work leaves them, from now on. 5 statements.

    Days and weeks that no longer fit as they are planned stay as they were, and may not grow.
    """
    people = Person.objects.filter(pk__in=[pk_of(one.id) for one in problem.instructors])
    rows = list(people.select_related("travel_limits"))
    busy = busy_times(rows, problem.horizon, plan.first, f"trip:{plan.pk}:")
    limits = {key("p", row.pk): limits_of(row) for row in rows if row.pk in busy}
    planned: dict[str, list[Window]] = defaultdict(list)
    trips, now = trips_of(plan), minute_of(timezone.now(), plan.first)
    for trip in (trip for own in trips.values() for trip in own):
        hours_out = Window(minute_of(trip.leaves_at, plan.first), minute_of(trip.back_at, plan.first))
        planned[key("p", trip.person_id)].append(hours_out)
    session = shortest(problem.visits)
    beside = (
        _beside(one, busy[pk_of(one.id)], planned[one.id], problem.horizon, limits[one.id], session)
        if one.id in limits
        else one
        for one in problem.instructors
    )
    ahead = (from_minute(one, now, trips.get(pk_of(one.id), ()), plan.first) for one in beside)
    return replace(problem, instructors=tuple(ahead))


def _beside(
    person: Instructor, busy: list[Busy], planned: list[Window], horizon: Horizon, limits: Limits, session: int
) -> Instructor:
    left = windows_beside(person.windows, busy, limits, session)
    as_before = {out.day for out in planned if not any(w.start <= out.start and out.end <= w.end for w in left)}
    windows = [w for w in person.windows if w.day in as_before] + [w for w in left if w.day not in as_before]
    used: Counter[int] = Counter()
    for out in planned:
        used[horizon.week_of(out.day)] += out.end - out.start
    weeks = zip(person.week_minutes, weeks_beside(horizon, busy, limits), strict=True)
    return replace(
        person,
        windows=tuple(sorted(windows, key=lambda window: window.start)),
        week_minutes=tuple(min(then, max(now, used[week])) for week, (then, now) in enumerate(weeks)),
    )
