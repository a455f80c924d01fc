"""A person's own calendar: its secret address, and busy times taken in from another one."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from outreach.people.availability import WHOLE_DAY, Span, merge, spans_of
from outreach.people.ics import Horizon, busy_times
from outreach.people.models import CalendarFeed, DayException, Person

LAST_MINUTE = WHOLE_DAY[1] - 1
AHEAD = timedelta(days=180)  # how far busy times are written out


@transaction.atomic
def make_feed(*, person: Person) -> CalendarFeed:
    """A new secret address; an old one leads nowhere from now on."""
    CalendarFeed.objects.filter(person=person).delete()
    return CalendarFeed.objects.create(person=person)


def revoke_feed(*, person: Person) -> bool:
    return CalendarFeed.objects.filter(person=person).delete()[0] > 0


def import_busy(*, person: Person, raw: bytes, now: datetime) -> int:
    """Take busy times in as days off, in the place of those taken in before; returns how many stretches.

    Raises: ics.BadCalendar, and then nothing has changed.
    """
    local = timezone.localtime(now)
    since = local.replace(hour=0, minute=0, second=0, microsecond=0)
    found = busy_times(raw, Horizon(since, since + AHEAD, timezone.get_current_timezone()))
    rows = [
        DayException(person=person, day=day, kind=DayException.Kind.OFF, imported=True, **_times(span))
        for day, spans in sorted(_by_day(found).items())
        for span in merge(spans)
        if span[0] < LAST_MINUTE
    ]
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=person.pk)
        forget_busy(person=person)
        DayException.objects.bulk_create(rows)
    return len(rows)


def forget_busy(*, person: Person) -> int:
    """Take out what was taken in."""
    return DayException.objects.filter(person=person, imported=True).delete()[0]


def _by_day(found: list[tuple[datetime, datetime]]) -> dict[date, list[Span]]:
    days: dict[date, list[Span]] = defaultdict(list)
    for start, end in found:
        for piece in spans_of(start, end):
            if piece.span[0] < piece.span[1]:
                days[piece.day].append(piece.span)
    return days


def _times(span: Span) -> dict[str, time]:
    """None for the whole day; a stretch to midnight ends a minute before, as no time of day is 24:00."""
    if span == WHOLE_DAY:
        return {}
    return {"starts": _clock(span[0]), "ends": _clock(min(span[1], LAST_MINUTE))}


def _clock(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)
