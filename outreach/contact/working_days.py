"""Days on which a town hall is open: what is promised "in two days" is promised in these. Pure."""

from datetime import date, timedelta

import jpholiday

# Days off of a town hall: 行政機関の休日に関する法律 (1988, No. 91), article 1.
NEW_YEAR = {(12, 29), (12, 30), (12, 31), (1, 2), (1, 3)}  # the first is a national holiday


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and not jpholiday.is_holiday(day) and (day.month, day.day) not in NEW_YEAR


def add_working_days(day: date, count: int) -> date:
    """The `count`-th working day after `day`; `day` itself is not counted, whether it is one or not."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day
