"""Counting what comes too fast, in the database: one count for all processes, with Redis or without."""

from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from outreach.people.models import FormCount
from outreach.people.tries import hashed

MOST_KEYS = 200_000  # some 30 MB; a flood from more addresses than that pushes out who began to be counted first
COUNT = """
    INSERT INTO people_formcount AS old (key, n, until) VALUES (%s, 1, %s)
    ON CONFLICT (key) DO UPDATE SET
        n = CASE WHEN old.until <= %s THEN 1 ELSE old.n + 1 END,
        until = CASE WHEN old.until <= %s THEN excluded.until ELSE old.until END
    RETURNING n
"""


def count(key: str, *, seconds: int) -> int:
    """Count one more of `key`, from the first of them on for `seconds`; atomic. Returns how many there are.

    Call it outside a transaction: what is rolled back was not counted, and others wait for it.
    """
    now = timezone.now()
    until, adapt = now + timedelta(seconds=seconds), connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [hashed("count", key), adapt(until), adapt(now), adapt(now)])
        (n,) = cursor.fetchone()
    return int(n)


def counted(key: str) -> int:
    """How many of `key` there are now."""
    found = FormCount.objects.filter(key=hashed("count", key), until__gt=timezone.now())
    return found.values_list("n", flat=True).first() or 0


def forget_counts(*, now: datetime) -> int:
    """Delete what is over, and of more than `MOST_KEYS` those that end soonest. Returns how many."""
    gone = FormCount.objects.filter(until__lte=now).delete()[0]
    beyond = FormCount.objects.order_by("-until", "key").values_list("until", flat=True)[MOST_KEYS : MOST_KEYS + 1]
    if beyond:
        gone += FormCount.objects.filter(until__lte=beyond[0]).delete()[0]
    return int(gone)
