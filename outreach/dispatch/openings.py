"""When a venue is open and when not, as people write it in one cell or one line. Pure.

Openings: 「月〜金 9:00-17:00、土 9:00-12:00」「火・木 18時30分〜20時30分」「毎日 9:00-17:00」.
「祝」 are public holidays and the turn of the year, whatever their weekday: a venue is shut then unless it says so.
Days: 「12/29〜1/3、2026-12-10、令和8年12月24日」; a day without a year is the first such day from `since` on.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import date, time, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geo.importing.values import find_day
from outreach import dates
from outreach.people.models import WEEKDAYS as NAMED

Opening = tuple[int, time, time]  # weekday (0 Monday), opens, closes

REST = 7  # stands where a weekday does
LABELS = [*NAMED, gettext_lazy("祝")]
WEEKDAYS = "月火水木金土日祝"
DAILY, WORKING = ("毎日", "全日"), ("平日",)
STROKE = "~"
STROKES = re.compile(r"[-‐‑‒–—―−ー─〜~]|から")
SEPARATORS = re.compile(r"[;；,，、。\n/／]+")
HOURS = re.compile(r"([0-9]{1,2})(?:[:時]([0-9]{2})?分?)?~([0-9]{1,2})(?:[:時]([0-9]{2})?分?)?(?:まで)?$")
DAY_SEPARATORS = re.compile(r"[;；,，、\s]+")
MONTH_DAY = re.compile(r"([0-9]{1,2})\s*[/月.]\s*([0-9]{1,2})日?$")
MOST_DAYS = 120
LEAP = 9  # years within which each day of a year comes at least once


def runs_of(days: Iterable[date]) -> list[tuple[date, date]]:
    """Days in order as stretches, the first and the last of each."""
    runs: list[tuple[date, date]] = []
    for day in sorted(set(days)):
        if runs and day - runs[-1][1] == timedelta(days=1):
            runs[-1] = runs[-1][0], day
        else:
            runs.append((day, day))
    return runs


class CannotRead(ValueError):
    """`str()` names the piece that could not be read, and says how to write it."""


def _plain(text: str) -> str:
    return STROKES.sub(STROKE, unicodedata.normalize("NFKC", text))


def read_openings(text: str) -> list[Opening]:
    """Each weekday's openings, in order. Raises: CannotRead."""
    found: set[Opening] = set()
    for piece in filter(None, (part.strip() for part in SEPARATORS.split(_plain(text)))):
        squeezed = re.sub(r"[\s曜日の()・:：]*$", "", re.sub(r"\s+", "", piece))
        match = HOURS.search(squeezed)
        days = _weekdays(squeezed[: match.start()]) if match else set()
        if not match or not days:
            raise CannotRead(
                _("「%(text)s」が読めません。「月〜金 9:00-17:00」のように書いてください。") % {"text": piece}
            )
        opens, closes = _clock(match[1], match[2]), _clock(match[3], match[4])
        if opens is None or closes is None or opens >= closes:
            raise CannotRead(_("「%(text)s」の時刻を確かめてください。") % {"text": piece})
        found |= {(day, opens, closes) for day in days}
    return sorted(found)


def _weekdays(text: str) -> set[int]:
    """Nothing where something else stands among the weekdays."""
    text = text.rstrip(":")
    if text in DAILY:
        return set(range(7))
    if text in WORKING:
        return set(range(5))
    letters = re.sub(r"曜日?|[・、の]", "", text.replace("祝日", "祝"))
    if not letters or any(letter not in WEEKDAYS + STROKE for letter in letters):
        return set()
    found: set[int] = set()
    for run in re.findall(rf"[{WEEKDAYS}]{STROKE}[{WEEKDAYS}]|[{WEEKDAYS}]", letters):
        first, last = WEEKDAYS.index(run[0]), WEEKDAYS.index(run[-1])
        found |= set(range(first, last + 1)) if first <= last else {*range(first, 7), *range(last + 1)}
    return found


def _clock(hour: str, minute: str | None) -> time | None:
    h, m = int(hour), int(minute or 0)
    if (h, m) == (24, 0):
        return time(23, 59)
    return time(h, m) if h < 24 and m < 60 else None


def write_openings(openings: list[Opening]) -> str:
    """As `read_openings` takes it, days with the same hours together: 月火木 9:00-17:00、土 9:00-12:00."""
    return "、".join(f"{''.join(WEEKDAYS[day] for day in days)} {hours}" for hours, days in _by_hours(openings))


def once(openings: Iterable[Opening]) -> list[Opening]:
    """In order; of two that begin together the longer."""
    longest: dict[tuple[int, time], time] = {}
    for day, opens, closes in openings:
        longest[day, opens] = max(closes, longest.get((day, opens), closes))
    return sorted((day, opens, closes) for (day, opens), closes in longest.items())


def say_openings(openings: list[Opening]) -> str:
    """To read, in the reader's language: Mon, Tue 9:00-17:00; Sat 9:00-12:00."""
    if dates.in_japanese():
        return but_rest_days(write_openings(openings), (day for day, _opens, _closes in openings))
    said = "; ".join(f"{say_weekdays(days)} {hours}" for hours, days in _by_hours(openings))
    return but_rest_days(said, (day for day, _opens, _closes in openings))


def but_rest_days(said: str, days: Iterable[int]) -> str:
    """Openings as they are said, and that they leave out rest days, where they do."""
    return said if not said or REST in set(days) else _("%(openings)s（祝日・年末年始をのぞく）") % {"openings": said}


def say_weekdays(days: Iterable[int]) -> str:
    """月火木, or Mon, Tue, Thu."""
    return ("" if dates.in_japanese() else ", ").join(str(LABELS[day]) for day in days)


def _by_hours(openings: list[Opening]) -> list[tuple[str, list[int]]]:
    hours: dict[tuple[time, time], list[int]] = {}
    for day, opens, closes in sorted(openings):
        hours.setdefault((opens, closes), []).append(day)
    return [(f"{a.hour}:{a:%M}-{b.hour}:{b:%M}", days) for (a, b), days in hours.items()]


def say_days(days: Iterable[date]) -> str:
    """1月15日（金）、1月20日（水）–1月22日（金）."""
    return dates.listed("–".join(map(dates.short_date, dict.fromkeys(run))) for run in runs_of(days))


def read_days(text: str, *, since: date) -> list[date]:
    """Single days and stretches of days, in order. Raises: CannotRead."""
    found: set[date] = set()
    for piece in filter(None, DAY_SEPARATORS.split(_days_plain(text))):
        ends = piece.split(STROKE)
        first, last = _stretch(ends[0], ends[-1], since) if len(ends) <= 2 else (None, None)
        if first is None or last is None:
            raise CannotRead(_("「%(text)s」が読めません。「12/29〜1/3」のように書いてください。") % {"text": piece})
        if not timedelta(0) <= last - first < timedelta(days=MOST_DAYS):
            raise CannotRead(_("「%(text)s」の日の順を確かめてください。") % {"text": piece})
        found |= set(_each(first, last))
    return sorted(found)


def _days_plain(text: str) -> str:
    """Strokes within 2026-12-29 part its numbers; any other joins two days."""
    plain = unicodedata.normalize("NFKC", text)
    plain = re.sub(r"([0-9]{4})\s*-\s*([0-9]{1,2})\s*-\s*([0-9]{1,2})", r"\1/\2/\3", plain)
    plain = re.sub(r"\s*(?:〜|~|-|−|–|ー|から)\s*", STROKE, plain)
    return re.sub(r"まで", "", plain)


def _stretch(first: str, last: str, since: date) -> tuple[date | None, date | None]:
    """The first such stretch that is not over by `since`: it may have begun, or in the year before."""
    ends = _day(last, since)
    if ends is None:
        return None, None
    until = ends
    begins = _known(first) or _nearest(first, range(ends.year, ends.year - LEAP, -1), lambda day: day <= until)
    if begins and ends < begins and not _known(last):
        ends = _day(last, begins)
    return begins, ends


def _day(text: str, since: date) -> date | None:
    """As written, or the first such day from `since` on."""
    return _known(text) or _nearest(text, range(since.year, since.year + LEAP), lambda day: day >= since)


def _known(text: str) -> date | None:
    try:
        return find_day(text)
    except ValueError:
        return None


def _nearest(text: str, years: Iterable[int], fits: Callable[[date], bool]) -> date | None:
    match = MONTH_DAY.match(text)
    if match is None:
        return None
    for year in years:
        with suppress(ValueError):  # no such day in that year
            day = date(year, int(match[1]), int(match[2]))
            if fits(day):
                return day
    return None


def _each(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))
