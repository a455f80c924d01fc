"""When people can work: the week's pattern, days that differ, rest days, and what they are engaged in already.

Rest days are public holidays and the turn of the year (29 December to 3 January), as venues and town halls keep them:
nobody's week holds then who hasn't said so, but a day that they offer besides does.

Shared by dispatch and by those who roster supporters. Minutes count from 00:00 of the day, local time.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from outreach.dates import is_rest_day
from outreach.people.models import DayException, Engagement, Person, TravelLimits, WeeklyHours

Span = tuple[int, int]
WHOLE_DAY: Span = (0, 1440)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Away:
    """A person is not to be had on `day` in `span`, or (`extra`) is, besides the week's pattern."""

    day: date
    span: Span
    extra: bool = False


def open_spans(pattern: Iterable[Span], away: Iterable[Away], *, closed: bool) -> list[Span]:
    """The stretches of one day that remain: none of the pattern on a `closed` day; what is taken is always taken."""
    days = list(away)
    spans = [] if closed else list(pattern)
    spans = merge([*spans, *(a.span for a in days if a.extra)])
    for taken in (a.span for a in days if not a.extra):
        spans = [piece for span in spans for piece in _without(span, taken)]
    return spans


def merge(spans: Iterable[Span]) -> list[Span]:
    """In order, overlapping or touching ones joined."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _without(span: Span, taken: Span) -> list[Span]:
    pieces = [(span[0], min(span[1], taken[0])), (max(span[0], taken[1]), span[1])]
    return [(start, end) for start, end in pieces if start < end]


def availability(
    people: Iterable[Person], first: date, last: date, *, ignore: str = "", usual: Sequence[Span] = ()
) -> dict[int, dict[date, list[Span]]]:
    """Open stretches of each person's days from `first` to `last`, by key: five statements, however many people.

    Engagements whose subject starts with `ignore` count as free time: those of the plan that is being made. Whoever
    wrote no week's pattern at all is taken to work Monday to Friday at the `usual` hours.
    """
    keys = [person.pk for person in people]
    weekly: dict[int, dict[int, list[Span]]] = defaultdict(lambda: defaultdict(list))
    for hours in WeeklyHours.objects.filter(person__in=keys):
        weekly[hours.person_id][hours.weekday].append((minute(hours.starts), minute(hours.ends)))
    for key in keys:
        if usual and key not in weekly:
            weekly[key] = defaultdict(list, {weekday: list(usual) for weekday in range(5)})
    away = _away(keys, first, last, ignore)
    on_holidays = set(TravelLimits.objects.filter(person__in=keys, holidays=True).values_list("person_id", flat=True))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    resting = {day for day in days if is_rest_day(day)}
    return {
        key: {
            day: open_spans(
                weekly[key][day.weekday()], away[key].get(day, ()), closed=day in resting and key not in on_holidays
            )
            for day in days
        }
        for key in keys
    }


def minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _away(keys: list[int], first: date, last: date, ignore: str) -> dict[int, Mapping[date, list[Away]]]:
    found: dict[int, dict[date, list[Away]]] = defaultdict(lambda: defaultdict(list))
    for row in DayException.objects.filter(person__in=keys, day__range=(first, last)):
        span = (minute(row.starts), minute(row.ends)) if row.starts and row.ends else WHOLE_DAY
        found[row.person_id][row.day].append(Away(row.day, span, extra=row.kind == DayException.Kind.ON))
    taken = Engagement.objects.filter(
        person__in=keys, starts_at__lt=_midnight(last + _ONE_DAY), ends_at__gt=_midnight(first)
    )
    if ignore:
        taken = taken.exclude(subject__startswith=ignore)
    for person, starts_at, ends_at in taken.values_list("person_id", "starts_at", "ends_at"):
        for piece in spans_of(starts_at, ends_at):
            found[person][piece.day].append(piece)
    return {key: found.get(key, {}) for key in keys}


def spans_of(starts_at: datetime, ends_at: datetime) -> list[Away]:
    """An interval as stretches of local days; minutes are rounded outwards."""
    start, end = timezone.localtime(starts_at), timezone.localtime(ends_at)
    pieces = []
    day = start.date()
    while datetime.combine(day, time(), tzinfo=start.tzinfo) < end:
        begins = minute(start.time()) if day == start.date() else 0
        finishes = minute(end.time()) + bool(end.second) if day == end.date() else WHOLE_DAY[1]
        pieces.append(Away(day, (begins, finishes)))
        day += _ONE_DAY
    return pieces


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
