"""What people, places, visits and moments are called in a problem. `building.py` says which letter is what."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from outreach.dispatch.problem import DAY_MINUTES
from outreach.people.availability import minute


def key(kind: str, pk: object) -> str:
    return f"{kind}{pk}"


def pk_of(name: str) -> int:
    return int(name[1:])


def minute_of(moment: datetime, first: date) -> int:
    """Minutes from 00:00 of `first`, local time."""
    local = timezone.localtime(moment)
    return (local.date() - first).days * DAY_MINUTES + minute(local.time())


def moment_of(at: int, first: date) -> datetime:
    day, rest = divmod(at, DAY_MINUTES)
    return timezone.make_aware(datetime.combine(first + timedelta(days=day), time(rest // 60, rest % 60)))
