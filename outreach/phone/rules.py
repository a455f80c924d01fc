"""What holds on the line. Pure: no database, no clock, no settings."""

from datetime import date, datetime, time, timedelta

import jpholiday

from outreach.classes.rules import JST

# Hours and holidays of a town hall: 行政機関の休日に関する法律 (1988, No. 91), article 1, and the usual 8:30–17:15.
OPENS, CLOSES = time(8, 30), time(17, 15)
NEW_YEAR = {(12, 29), (12, 30), (12, 31), (1, 2), (1, 3)}  # the first is a national holiday

PLACEHOLDERS = "アイウエオカキクケコサシスセソタチツテトナニヌネノ"
PENDING = "ナマエマチ"
CALL_KEPT = timedelta(days=1)  # so that a late webhook still finds that its call is over
CALL_LASTS = timedelta(hours=2)  # a call whose end we were not told of is over by then
PROVIDER_KEEPS = timedelta(minutes=45)  # then it is deleted there though we could not fetch it: an hour is the promise
KEPT_AT_MOST = timedelta(days=60)  # what nobody wrote down is not kept for ever


def office_open(now: datetime) -> bool:
    """Whether someone sits at the desk's telephone."""
    local = now.astimezone(JST)
    return is_working_day(local.date()) and OPENS <= local.time() < CLOSES


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and not jpholiday.is_holiday(day) and (day.month, day.day) not in NEW_YEAR


def pending_kana(taken: set[str]) -> str:
    """A kana for someone whose name is not written yet, unlike any other at the same number: ナマエマチ ア, then イ…"""
    free = (f"{PENDING} {letter}" for letter in PLACEHOLDERS)
    return next((kana for kana in free if kana not in taken), f"{PENDING} {len(taken) * 'ン'}")
