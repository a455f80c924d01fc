"""Busy times out of an iCalendar file (RFC 5545), recurring ones written out within a horizon. Pure.

The file is a stranger's: sizes and repetitions are bounded before anything is expanded.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice
from typing import Any

from dateutil.rrule import rrulestr
from django.utils.translation import gettext as _
from icalendar import Calendar

MOST_BYTES = 1_000_000
MOST_EVENTS = 3000
MOST_STEPS = 30_000  # of one repetition, from its start to the horizon
MOST_TIMES = 5000
WORK = 40_000  # days that all repetitions of a file may have to be looked through: some seconds
COST = {"DAILY": 1.0, "WEEKLY": 0.5, "MONTHLY": 0.1, "YEARLY": 0.05}  # of a day looked through
OLDEST = 1970  # a daily event since then has some 20,000 occurrences; before, only yearly ones are read
OWN = "@tsutsuura"  # how the UIDs of our own feed end: what we told a calendar is not told back to us
READ = {"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"}
FINE = ("SECONDLY", "MINUTELY", "HOURLY")
FINE_PARTS = ("BYSECOND", "BYMINUTE", "BYHOUR")

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
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
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
    elif event.get("DURATION") is not None:
        end = start + event["DURATION"].dt
    else:
        end = start if isinstance(start, datetime) else start + timedelta(days=1)
    return _instant(start, zone), _instant(end, zone)


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
    rule = event["RRULE"]
    first = event["DTSTART"].dt
    zone = (first.tzinfo if isinstance(first, datetime) else None) or horizon.zone
    begins = (first if isinstance(first, datetime) else datetime.combine(first, time())).replace(tzinfo=None)
    if isinstance(rule, list) or not _may_be_expanded(rule, begins):
        raise BadCalendar(_("くり返しの細かすぎる予定があります：%(rule)s") % {"rule": _said(rule)})
    begins = _nearer(rule, begins, horizon)
    ends, most = _until(rule, horizon, zone), min([MOST_STEPS, *_counts(rule)])
    try:
        # always with an end: a rule that never comes true would be looked for until the year 9999
        starts = list(islice(rrulestr(f"{_bare(rule)};UNTIL={ends:%Y%m%dT%H%M%S}", dtstart=begins), most))
    except (ValueError, OverflowError, TypeError) as error:
        raise BadCalendar(_("くり返しを読めない予定があります：%(rule)s") % {"rule": _said(rule)}) from error
    if len(starts) >= MOST_STEPS:
        raise BadCalendar(_("くり返しの細かすぎる予定があります：%(rule)s") % {"rule": _said(rule)})
    for at in starts:
        yield at.replace(tzinfo=zone).astimezone(UTC)


def _nearer(rule: Any, begins: datetime, horizon: Horizon) -> datetime:
    """A rule without a count may as well begin shortly before the horizon, on a day that it would have met anyway."""
    step = {"DAILY": 1, "WEEKLY": 7}.get(_often(rule), 0) * _interval(rule)
    if not step or _counts(rule):
        return begins
    gap = (horizon.since.replace(tzinfo=None) - begins).days - 60
    return begins + timedelta(days=max(0, gap // step) * step)


def _work(event: Any, horizon: Horizon) -> float:
    """About how many days expanding an event's rule looks through."""
    rule, first = event.get("RRULE"), event.get("DTSTART")
    if rule is None or first is None or isinstance(rule, list):
        return 0
    begins = datetime.combine(first.dt, time()) if not isinstance(first.dt, datetime) else first.dt
    near = _nearer(rule, begins.replace(tzinfo=None), horizon)
    days = max(0, (horizon.until.replace(tzinfo=None) - near).days)
    return float(days * COST.get(_often(rule), 0) / _interval(rule))


def _often(rule: Any) -> str:
    return str(next(iter(rule.get("FREQ", [])), "")).upper()


def _interval(rule: Any) -> int:
    found = next(iter(rule.get("INTERVAL", [])), 1)
    return found if isinstance(found, int) and 0 < found < 10_000 else 1


def _bare(rule: Any) -> str:
    """The rule without its own end."""
    parts = _said(rule).split(";")
    return ";".join(part for part in parts if not part.upper().startswith(("UNTIL=", "COUNT=")))


def _counts(rule: Any) -> list[int]:
    return [count for count in rule.get("COUNT", []) if isinstance(count, int)]


def _may_be_expanded(rule: Any, begins: datetime) -> bool:
    often = _often(rule)
    return (
        often not in FINE
        and not any(rule.get(part) for part in FINE_PARTS)
        and (begins.year >= OLDEST or often == "YEARLY")
    )


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
