"""Dates, times and lists as people here say them: western and Japanese years together, hours as 午後1時30分.

In English, as English has them. Staff read 24-hour times.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TypeVar

import jpholiday
from django.utils import timezone, translation
from django.utils.dateformat import format as in_words
from django.utils.translation import gettext as _

ERAS = (
    (date(2019, 5, 1), "令和"),
    (date(1989, 1, 8), "平成"),
    (date(1926, 12, 25), "昭和"),
    (date(1912, 7, 30), "大正"),
)
WEEKDAYS = "月火水木金土日"
Day = TypeVar("Day", date, datetime)


NEW_YEAR = {(12, 29), (12, 30), (12, 31), (1, 2), (1, 3)}


def is_rest_day(day: date) -> bool:
    """Whether a town hall is shut on it, whatever its weekday: a public holiday, or the turn of the year.

    行政機関の休日に関する法律 (1988, No. 91), article 1; the first of January is a public holiday.
    """
    return jpholiday.is_holiday(day) or (day.month, day.day) in NEW_YEAR


def rest_name(day: date) -> str:
    """元日, 文化の日, or 年末年始; nothing of a day that is none."""
    return jpholiday.is_holiday_name(day) or (_("年末年始") if is_rest_day(day) else "")


def era_year(day: date) -> str:
    """令和8年; the first year of an era is 元年. Empty before 1912."""
    for start, name in ERAS:
        if day >= start:
            year = day.year - start.year + 1
            return f"{name}{'元' if year == 1 else year}年"
    return ""


def long_date(value: date) -> str:
    """2026年（令和8年）11月23日（月）. An aware datetime is taken at local time."""
    day = local(value)
    if not in_japanese():
        return in_words(day, "l, j F Y")
    era = era_year(day.date() if isinstance(day, datetime) else day)
    return f"{day.year}年{f'（{era}）' if era else ''}{short_date(day)}"


def short_date(value: date) -> str:
    """11月23日（月）."""
    day = local(value)
    if not in_japanese():
        return in_words(day, "D j M")
    return f"{day.month}月{day.day}日（{WEEKDAYS[day.weekday()]}）"


def month_day(value: date) -> str:
    """11/23, where room is short."""
    day = local(value)
    return f"{day.month}/{day.day}" if in_japanese() else in_words(day, "j M")


def full_date(value: date) -> str:
    """2026/11/23, for lists of papers and their dates."""
    day = local(value)
    return f"{day.year}/{day.month}/{day.day}" if in_japanese() else in_words(day, "j M Y")


def listed(words: Iterable[object]) -> str:
    """甲、乙、丙."""
    return comma().join(str(word) for word in words)


def comma() -> str:
    """What stands between two of a list."""
    return "、" if in_japanese() else ", "


def colon() -> str:
    """Between a name and what is said of it."""
    return "：" if in_japanese() else ": "


def dot() -> str:
    """Between two that belong together: 山田・鈴木."""
    return "・" if in_japanese() else ", "


def brackets() -> tuple[str, str]:
    """What opens and what closes an aside."""
    return ("（", "）") if in_japanese() else (" (", ")")


def aside(words: object) -> str:
    """（補足）, right behind what it explains; nothing where there are no words."""
    before, after = brackets()
    return f"{before}{words}{after}" if words else ""


def clock(value: datetime, *, staff: bool = False) -> str:
    """午後1時30分 for residents, 13:30 for staff."""
    at = local(value)
    if staff:
        return f"{at:%H:%M}"
    if not in_japanese():
        return in_words(at, "P")
    half, hour = ("午後", at.hour - 12) if at.hour >= 12 else ("午前", at.hour)
    return f"{half}{hour}時{f'{at.minute}分' if at.minute else ''}"


def span(start: datetime, end: datetime, *, staff: bool = False) -> str:
    """午後1時30分から午後3時まで for residents, 13:30–15:00 for staff. The day is not said."""
    first, last = clock(start, staff=staff), clock(end, staff=staff)
    return f"{first}から{last}まで" if in_japanese() and not staff else f"{first}–{last}"


def duration(minutes: int) -> str:
    """40分, 5時間, 5時間46分."""
    hours, rest = divmod(minutes, 60)
    japanese = in_japanese()
    words = [f"{hours}時間" if japanese else f"{hours} h"] if hours else []
    words += [f"{rest}分" if japanese else f"{rest} min"] if rest or not hours else []
    return ("" if japanese else " ").join(words)


def local(value: Day) -> Day:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


def in_japanese() -> bool:
    return (translation.get_language() or "ja").startswith("ja")
