"""Days on which a town hall is open: what is promised "in two days" is promised in these. Pure."""

from datetime import date, timedelta

from outreach.dates import is_rest_day


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and not is_rest_day(day)


def add_working_days(day: date, count: int) -> date:
    """The `count`-th working day after `day`; `day` itself is not counted, whether it is one or not."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day
