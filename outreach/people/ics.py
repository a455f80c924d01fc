"""Busy times out of an iCalendar file (RFC 5545), recurring ones written out within a horizon. Pure.

The file is a stranger's: sizes and repetitions are bounded before anything is expanded.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from django.utils.translation import gettext as _
from icalendar import Calendar

from outreach.people.repeating import Rule, days, read_rule

MOST_BYTES = 1_000_000
MOST_EVENTS = 3000
MOST_TIMES = 5000
WORK = 500_000  # days that all repetitions of a file may have to be looked through: about a second
OWN = "@tsutsuura"  # how the UIDs of our own feed end: what we told a calendar is not told back to us
READ = {"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"}

Interval = tuple[datetime, datetime]


class BadCalendar(ValueError):
    """Not a file that can be taken in. `str()` is for the person to read."""


@dataclass(frozen=True)
class Horizon:
    """What is looked at: [since, until), aware; `zone` is that of times without one."""

    since: datetime
    until: datetime
    zone: tzinfo


@dataclass
class Series:
    """All that a file says of one UID: the event itself, and its single occurrences told otherwise."""

    main: list[Any] = field(default_factory=list)
    others: list[Any] = field(default_factory=list)


def busy_times(raw: bytes, horizon: Horizon) -> list[Interval]:
    """When the file's owner is taken, in order; cancelled and transparent events are not. Raises: BadCalendar."""
    if len(raw) > MOST_BYTES:
        raise BadCalendar(_("ファイルが大きすぎます。1MBまでにしてください。"))
    found: list[Interval] = []
    found_series = _series(_events(raw)).values()
    work = sum(_work(event, horizon) for series in found_series for event in series.main)
    if work > WORK:
        raise BadCalendar(_("くり返しの予定が多すぎます。期間をしぼって書き出してください。"))
    for series in found_series:
        for interval in _taken(series, horizon):
            found.append(interval)
            if len(found) > MOST_TIMES:
                raise BadCalendar(_("予定が多すぎます。期間をしぼって書き出してください。"))
    return sorted(set(found))


def _events(raw: bytes) -> list[Any]:
    try:
        calendars = Calendar.from_ical(raw.decode("utf-8-sig"), multiple=True)
        events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise BadCalendar(_("iCalendar（.ics）のファイルとして読めません。")) from error
    if not calendars:
        raise BadCalendar(_("iCalendar（.ics）のファイルとして読めません。"))
    for event in events:
        if unread := {name for name, _why in event.errors if name in READ}:
            raise BadCalendar(_("読めない予定があります：%(names)s") % {"names": "、".join(sorted(unread))})
    if len(events) > MOST_EVENTS:
        raise BadCalendar(_("予定が多すぎます。期間をしぼって書き出してください。"))
    return events


def _series(events: list[Any]) -> dict[str, Series]:
    found: dict[str, Series] = defaultdict(Series)
    for number, event in enumerate(events):
        name = str(event.get("UID") or f"without-{number}")
        if name.endswith(OWN):
            continue
        series = found[name]
        (series.others if event.get("RECURRENCE-ID") else series.main).append(event)
    return found


def _taken(series: Series, horizon: Horizon) -> Iterator[Interval]:
    told_otherwise = {_instant(event["RECURRENCE-ID"].dt, horizon.zone) for event in series.others}
    for event in series.main:
        if _takes_time(event):
            for start, end in _occurrences(event, horizon):
                if start not in told_otherwise:
                    yield from _clipped(start, end, horizon)
    for event in series.others:
        if _takes_time(event):
            yield from _clipped(*_span(event, horizon.zone), horizon)


def _takes_time(event: Any) -> bool:
    cancelled = str(event.get("STATUS", "")).upper() == "CANCELLED"
    return not cancelled and str(event.get("TRANSP", "")).upper() != "TRANSPARENT" and event.get("DTSTART") is not None


def _clipped(start: datetime, end: datetime, horizon: Horizon) -> Iterator[Interval]:
    if start < end and start < horizon.until and end > horizon.since:
        yield max(start, horizon.since), min(end, horizon.until)


def _span(event: Any, zone: tzinfo) -> Interval:
    """Start and end; a day without an end lasts a day, a time without one lasts no time."""
    start = event["DTSTART"].dt
    if event.get("DTEND") is not None:
        end = event["DTEND"].dt
    else:
        length = timedelta(days=not isinstance(start, datetime))
        end = _later(start, event["DURATION"].dt if event.get("DURATION") is not None else length)
    return _instant(start, zone), _instant(end, zone)


def _later(start: date, length: timedelta) -> date:
    try:
        return start + length
    except OverflowError as error:  # after the year 9999
        raise BadCalendar(_("日時の読めない予定があります：%(at)s") % {"at": start}) from error


def _instant(moment: date, zone: tzinfo) -> datetime:
    """A day begins at midnight here; a time without a zone is of here."""
    try:
        if not isinstance(moment, datetime):
            return datetime.combine(moment, time(), zone).astimezone(UTC)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise BadCalendar(_("日時の読めない予定があります：%(at)s") % {"at": moment}) from error


def _occurrences(event: Any, horizon: Horizon) -> Iterator[Interval]:
    start, end = _span(event, horizon.zone)
    length = end - start
    left_out = {_instant(at, horizon.zone) for at in _dates(event, "EXDATE")}
    starts = {start, *(_instant(at, horizon.zone) for at in _dates(event, "RDATE"))}
    if event.get("RRULE") is not None:
        starts |= set(_repeated(event, horizon, length))
    yield from ((at, at + length) for at in starts - left_out)


def _dates(event: Any, name: str) -> Iterator[date]:
    rows = event.get(name)
    for row in rows if isinstance(rows, list) else [rows] if rows is not None else []:
        yield from (one.dt[0] if isinstance(one.dt, tuple) else one.dt for one in row.dts)


def _repeated(event: Any, horizon: Horizon, length: timedelta) -> Iterator[datetime]:
    """Starts by the event's rule, in its own zone, so that nine o'clock stays nine o'clock."""
    rule, first = _rule(event), event["DTSTART"].dt
    zone = (first.tzinfo if isinstance(first, datetime) else None) or horizon.zone
    begins = (first if isinstance(first, datetime) else datetime.combine(first, time())).replace(tzinfo=None)
    ends = _until(event["RRULE"], horizon, zone)
    try:
        since = (horizon.since.astimezone(zone) - length).date()
        for day in days(rule, begins.date(), ends.date(), since=since):
            at = datetime.combine(day, begins.time())
            if at <= ends:
                yield at.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError as error:  # the year 1
        raise BadCalendar(_("日時の読めない予定があります：%(at)s") % {"at": begins}) from error


def _rule(event: Any) -> Rule:
    try:
        return read_rule(event["RRULE"])
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        words = _("読めないくり返しの予定があります：%(rule)s") % {"rule": _said(event["RRULE"])}
        raise BadCalendar(words) from error


def _work(event: Any, horizon: Horizon) -> int:
    """About how many days expanding an event's rule looks through."""
    if event.get("RRULE") is None or event.get("DTSTART") is None:
        return 0
    rule, first = _rule(event), event["DTSTART"].dt
    whole = (horizon.until.date() - (first.date() if isinstance(first, datetime) else first)).days
    ahead = (horizon.until - horizon.since).days
    return max(0, whole if rule.count is not None else min(whole, ahead + 400))


def _until(rule: Any, horizon: Horizon, zone: tzinfo) -> datetime:
    """The rule's own end or the horizon's, whichever is sooner, in the event's zone, without it."""
    ends = [horizon.until.astimezone(zone).replace(tzinfo=None)]
    for at in rule.get("UNTIL", []):
        if isinstance(at, datetime):
            ends.append((at.astimezone(zone) if at.tzinfo else at).replace(tzinfo=None))
        else:
            ends.append(datetime.combine(at, time(23, 59, 59)))
    return min(ends)


def _said(rule: Any) -> str:
    try:
        return str(rule.to_ical().decode())[:200]
    except (AttributeError, ValueError):
        return "RRULE"
