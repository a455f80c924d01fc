"""Days of a week or a month, Monday first, with their holidays and classes."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from outreach.classes.models import Session, SessionStatus
from outreach.classes.rules import JST
from outreach.dates import rest_name
from outreach.desk.queries.sessions import midnight

SHOWN = 6  # classes in one day of a month's grid; the rest behind a link


@dataclass(frozen=True)
class Span:
    """Whole weeks from `first` to `last`; `month` is the one asked for, None for a week."""

    first: date
    last: date
    month: date | None
    before: date  # leads to the week or month before
    after: date


@dataclass(frozen=True)
class Day:
    date: date
    holiday: str
    inside: bool  # of the month asked for
    sessions: list[Session]
    more: int


def week_of(day: date) -> Span:
    monday = day - timedelta(days=day.weekday())
    week = timedelta(days=7)
    return Span(monday, monday + timedelta(days=6), None, monday - week, monday + week)


def month_of(day: date) -> Span:
    first = day.replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    last = after - timedelta(days=1)
    start, end = first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())
    return Span(start, end, first, (first - timedelta(days=1)).replace(day=1), after)


def days_of(span: Span, found: QuerySet[Session]) -> list[Day]:
    """Every day of the span with its classes in order of time. 1 statement."""
    by_day: dict[date, list[Session]] = defaultdict(list)
    rows = found.filter(starts_at__gte=midnight(span.first), starts_at__lt=midnight(span.last, after=True))
    rows = rows.exclude(status=SessionStatus.CANCELLED).select_related("course", "municipality")
    for session in rows.order_by("starts_at", "pk"):
        by_day[session.starts_at.astimezone(JST).date()].append(session)
    days = [span.first + timedelta(days=n) for n in range((span.last - span.first).days + 1)]
    return [_day(day, span, by_day[day]) for day in days]


def _day(day: date, span: Span, sessions: list[Session]) -> Day:
    shown = SHOWN if span.month else len(sessions)
    inside = span.month is None or day.month == span.month.month
    return Day(day, rest_name(day), inside, sessions[:shown], max(0, len(sessions) - shown))
