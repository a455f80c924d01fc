"""A repetition rule (RFC 5545 RRULE) as days, walked period by period and never past a last day. Pure.

Not dateutil's: that looks for a rule that never comes true until the year 9999, which a hostile file may ask a
thousand times. Rules by week number, by day of the year or within a day are refused.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
REFUSED = ("BYSECOND", "BYMINUTE", "BYHOUR", "BYYEARDAY", "BYWEEKNO", "RSCALE", "SKIP")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Rule:
    """`weekdays`: (which of the month or year, 0 for every; Monday 0 … Sunday 6)."""

    often: str
    interval: int = 1
    count: int | None = None
    months: frozenset[int] = frozenset()
    monthdays: frozenset[int] = frozenset()
    weekdays: tuple[tuple[int, int], ...] = ()
    positions: tuple[int, ...] = ()
    week_starts: int = 0


def read_rule(recur: Any) -> Rule:
    """From icalendar's parts. Raises: ValueError for what is not read here."""
    parts = {str(name).upper(): list(values) for name, values in recur.items()}
    if any(parts.get(name) for name in REFUSED):
        raise ValueError("a part that is not read")
    often = str(parts["FREQ"][0]).upper()
    if often not in PERIODS:
        raise ValueError("too often")
    interval, count = int(parts.get("INTERVAL", [1])[0]), parts.get("COUNT")
    if not 1 <= interval <= 1000:
        raise ValueError("interval")
    return Rule(
        often=often,
        interval=interval,
        count=int(count[0]) if count else None,
        months=frozenset(int(month) for month in parts.get("BYMONTH", [])),
        monthdays=frozenset(int(day) for day in parts.get("BYMONTHDAY", [])),
        weekdays=tuple(_weekday(str(day)) for day in parts.get("BYDAY", [])),
        positions=tuple(int(position) for position in parts.get("BYSETPOS", []))[:366],
        week_starts=WEEKDAYS.index(str(parts.get("WKST", ["MO"])[0]).upper()),
    )


def _weekday(text: str) -> tuple[int, int]:
    return int(text[:-2] or 0), WEEKDAYS.index(text[-2:].upper())


def days(rule: Rule, first: date, last: date, *, since: date | None = None) -> Iterator[date]:
    """The rule's days from `first` to `last`; without a count those before `since` are passed over unseen."""
    left = rule.count
    for period in PERIODS[rule.often](rule, first, last, None if left is not None else since):
        for day in _chosen(rule, period):
            if day > last or left == 0:
                return
            if day >= first:
                left = None if left is None else left - 1
                yield day


def _chosen(rule: Rule, period: list[date]) -> list[date]:
    if not rule.positions:
        return period
    size = len(period)
    places = {at - 1 if at > 0 else size + at for at in rule.positions}
    return [day for place, day in enumerate(period) if place in places]


def _skipped(passed: int, rule: Rule) -> int:
    """Whole steps to leave out, one kept in hand."""
    return max(0, passed // rule.interval - 1) * rule.interval


def _daily(rule: Rule, first: date, last: date, since: date | None) -> Iterator[list[date]]:
    at = first + _skipped((since - first).days if since else 0, rule) * DAY
    wanted = {weekday for _which, weekday in rule.weekdays}
    while at <= last:
        fits = (not wanted or at.weekday() in wanted) and _in_months(rule, at) and _on_monthday(rule, at)
        yield [at] if fits else []
        at += rule.interval * DAY


def _weekly(rule: Rule, first: date, last: date, since: date | None) -> Iterator[list[date]]:
    at = first - ((first.weekday() - rule.week_starts) % 7) * DAY
    at += _skipped((since - at).days // 7 if since else 0, rule) * 7 * DAY
    wanted = {weekday for _which, weekday in rule.weekdays} or {first.weekday()}
    while at <= last:
        week = [at + n * DAY for n in range(7)]
        yield [day for day in week if day.weekday() in wanted and _in_months(rule, day)]
        at += 7 * rule.interval * DAY


def _monthly(rule: Rule, first: date, last: date, since: date | None) -> Iterator[list[date]]:
    month = first.year * 12 + first.month - 1
    month += _skipped(since.year * 12 + since.month - 1 - month if since else 0, rule)
    while month <= last.year * 12 + last.month - 1:
        year, number = month // 12, month % 12 + 1
        yield _of_month(rule, year, number, first.day) if not rule.months or number in rule.months else []
        month += rule.interval


def _yearly(rule: Rule, first: date, last: date, since: date | None) -> Iterator[list[date]]:
    year = first.year + _skipped(since.year - first.year if since else 0, rule)
    while year <= last.year:
        yield sorted(_of_year(rule, year, first))
        year += rule.interval


def _of_year(rule: Rule, year: int, first: date) -> Iterator[date]:
    if rule.weekdays and not rule.months:
        whole = [date(year, 1, 1) + n * DAY for n in range(365 + (monthrange(year, 2)[1] == 29))]
        yield from (day for day in _on_weekdays(rule, whole) if _on_monthday(rule, day))
        return
    months = rule.months or (range(1, 13) if rule.monthdays else [first.month])
    for month in months:
        if 1 <= month <= 12:
            yield from _of_month(rule, year, month, first.day)


def _of_month(rule: Rule, year: int, month: int, usual: int) -> list[date]:
    length = monthrange(year, month)[1]
    all_days = [date(year, month, day) for day in range(1, length + 1)]
    if not rule.weekdays and not rule.monthdays:
        return all_days[usual - 1 : usual]
    found = _on_weekdays(rule, all_days) if rule.weekdays else all_days
    return [day for day in found if _on_monthday(rule, day)]


def _on_weekdays(rule: Rule, span: list[date]) -> list[date]:
    """Every such weekday of a month or year, or the nth from its start or (negative) its end."""
    wanted = set()
    for which, weekday in rule.weekdays:
        such = [day for day in span if day.weekday() == weekday]
        if which == 0:
            wanted.update(such)
        elif abs(which) <= len(such):
            wanted.add(such[which - 1 if which > 0 else which])
    return sorted(wanted)


def _in_months(rule: Rule, day: date) -> bool:
    return not rule.months or day.month in rule.months


def _on_monthday(rule: Rule, day: date) -> bool:
    if not rule.monthdays:
        return True
    return day.day in rule.monthdays or day.day - monthrange(day.year, day.month)[1] - 1 in rule.monthdays


PERIODS = {"DAILY": _daily, "WEEKLY": _weekly, "MONTHLY": _monthly, "YEARLY": _yearly}
