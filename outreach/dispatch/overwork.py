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
from outreach.dispatch.engaged import Busy, Limits, busy_times, hours_of, limits_of, weeks_beside, windows_beside
from outreach.dispatch.ids import key, minute_of, pk_of
from outreach.dispatch.models import Plan, Trip
from outreach.dispatch.problem import Horizon, Instructor, Problem, Window, day_of
from outreach.dispatch.ranking import WORDS, hours
from outreach.dispatch.violations import Rule
from outreach.people.models import Person
from outreach.people.queries import Place
from outreach.people.rules import travel_minutes


@dataclass(frozen=True)
class Over:
    """A limit passed: `got` minutes against `limit`. `day`: of a week any of its days, of a rest the day before it."""

    rule: Rule
    day: int
    got: int
    limit: int


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
        *_rest({day: found for day, found in by_day.items() if found}, days, limits.rest),
    ]


def _more(rule: Rule, times: dict[int, tuple[int, list[Busy]]], limit: int) -> Iterator[Over]:
    for day, found in times.values():
        if (got := hours_of(found)) > limit:
            yield Over(rule, day, got, limit)


def _rest(by_day: dict[int, list[Busy]], days: Collection[int], limit: int) -> Iterator[Over]:
    for before, after in pairwise(sorted(by_day)):
        got = min(one.begins for one in by_day[after]) - max(one.ends for one in by_day[before])
        if got < limit and (before in days or after in days):
            yield Over(Rule.REST, before, got, limit)


def overworked(person: Person, days: Iterable[date]) -> str:
    """What of someone's work on these days is too much, in words; empty where nothing is. 3 statements.

    Call it under the person's lock, once the ledger holds what is new.
    """
    wanted = sorted(set(days))
    if not wanted:
        return ""
    first, horizon = wanted[0], Horizon(wanted[0].isoformat(), (wanted[-1] - wanted[0]).days + 1)
    busy = busy_times([person], horizon, first, "").get(person.pk, [])
    return _said(overwork(busy, {(day - first).days for day in wanted}, horizon, limits_of(person)), first)


def who_overworks(people: Iterable[Person], starts_at: datetime, ends_at: datetime, place: Place) -> dict[int, str]:
    """By person: which limit teaching then and there would pass, in few words. 2 statements.

    `people` with their `instructor`, whose limits they are, and `travel_limits`.
    """
    asked = [person for person in people if hasattr(person, "instructor")]
    first = timezone.localdate(starts_at)
    horizon, start, end = Horizon(first.isoformat(), 1), minute_of(starts_at, first), minute_of(ends_at, first)
    busy, found = busy_times(asked, horizon, first, ""), {}
    for person in asked:
        new = Busy(start, end, travel_minutes(great_circle_km(person.lat, person.lon, *place)))
        over = overwork([*busy.get(person.pk, []), new], {0}, horizon, limits_of(person))
        found[person.pk] = str(WORDS[over[0].rule]) if over else ""
    return found


def _said(found: list[Over], first: date) -> str:
    sentences = [_sentence(one, first + timedelta(days=one.day)) for one in found]
    return ("" if dates.in_japanese() else " ").join(sentences)


def _sentence(over: Over, day: date) -> str:
    values = {"day": dates.short_date(day), "got": hours(over.got), "limit": hours(over.limit)}
    if over.rule == Rule.WEEK_HOURS:
        values["day"] = dates.short_date(day - timedelta(days=day.weekday()))
        return _("%(day)sからの1週間の拘束が%(got)sになり、上限の%(limit)sを超えます。") % values
    if over.rule == Rule.DAY_HOURS:
        return _("%(day)sの拘束が%(got)sになり、1日の上限の%(limit)sを超えます。") % values
    return _("%(day)sに帰ってから次に出るまでの休みが%(got)sになり、必要な%(limit)sに足りません。") % values


def beside_other_work(problem: Problem, plan: Plan) -> Problem:
    """A plan's problem with everyone's hours as their other work leaves them now. 4 statements.

    Days and weeks that no longer fit as they are planned stay as they were, and may not grow.
    """
    people = Person.objects.filter(pk__in=[pk_of(one.id) for one in problem.instructors])
    rows = list(people.select_related("travel_limits"))
    busy = busy_times(rows, problem.horizon, plan.first, f"trip:{plan.pk}:")
    limits = {key("p", row.pk): limits_of(row) for row in rows if row.pk in busy}
    planned: dict[str, list[Window]] = defaultdict(list)
    for trip in Trip.objects.filter(plan=plan, person__in=busy):
        hours_out = Window(minute_of(trip.leaves_at, plan.first), minute_of(trip.back_at, plan.first))
        planned[key("p", trip.person_id)].append(hours_out)
    return replace(
        problem,
        instructors=tuple(
            _beside(one, busy[pk_of(one.id)], planned[one.id], problem.horizon, limits[one.id])
            if one.id in limits
            else one
            for one in problem.instructors
        ),
    )


def _beside(
    person: Instructor, busy: list[Busy], planned: list[Window], horizon: Horizon, limits: Limits
) -> Instructor:
    left = windows_beside(person.windows, busy, limits)
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
