"""What holds on the line. Pure: no database, no clock, no settings."""

from datetime import datetime, time, timedelta

from outreach.classes.rules import JST
from outreach.contact.working_days import is_working_day

PLACEHOLDERS = "アイウエオカキクケコサシスセソタチツテトナニヌネノ"
PENDING = "ナマエマチ"
CALL_KEPT = timedelta(days=1)  # so that a late webhook still finds that its call is over
CALL_LASTS = timedelta(hours=2)  # a call whose end we were not told of is over by then
PROVIDER_KEEPS = timedelta(minutes=45)  # then it is deleted there though we could not fetch it: an hour is the promise
KEPT_AT_MOST = timedelta(days=60)  # what nobody wrote down is not kept for ever


def office_open(now: datetime, hours: tuple[time, time]) -> bool:
    """Whether someone sits at the desk's telephone."""
    local = now.astimezone(JST)
    return is_working_day(local.date()) and hours[0] <= local.time() < hours[1]


def pending_kana(taken: set[str]) -> str:
    """A kana for someone whose name is not written yet, unlike any other at the same number: ナマエマチ ア, then イ…"""
    free = (f"{PENDING} {letter}" for letter in PLACEHOLDERS)
    return next((kana for kana in free if kana not in taken), f"{PENDING} {len(taken) * 'ン'}")
