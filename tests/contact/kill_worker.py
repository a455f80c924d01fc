"""A worker to be killed, and what the killer asks: `python -m tests.contact.kill_worker plan|drain|count|report …`.

Runs on the real settings with DATABASE_URL. Its clock is moved by CLOCK_AHEAD, so that the hours are open.
"""

import json
import os
import sys
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import django

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from outreach.contact import services  # noqa: E402
from outreach.contact.models import IN_DOUBT, CallTask, Kind, Message, MessageEvent, MessageStatus  # noqa: E402
from outreach.contact.texts import show_ref  # noqa: E402
from tests.contact.words import words  # noqa: E402

OPEN = [MessageStatus.PENDING, *IN_DOUBT]


def plan(count: int) -> None:
    """Queue `count` reminders of tomorrow's class or visit, due now, a hundred in a transaction."""
    starts_at = timezone.now() + timedelta(days=2)
    for start in range(0, count, 100):
        with transaction.atomic():
            for number in range(start, min(start + 100, count)):
                kind = Kind.VISIT_REMINDER if number % 4 == 0 else Kind.REMINDER_DAY_BEFORE
                services.queue_message(
                    subject=f"booking:{number}",
                    kind=kind,
                    channel="sms",
                    to=f"+81900000{number:04d}",
                    fields=words(kind),
                    due_at=timezone.now(),
                    needed_by=starts_at,
                    sample=True,
                )
    Message.objects.update(next_at=timezone.now())  # whatever the hour


def drain() -> None:
    moved = timedelta(seconds=float(os.environ["CLOCK_AHEAD"]))

    def clock() -> datetime:
        return timezone.now() + moved

    while Message.objects.filter(status__in=OPEN).exists():
        services.reconcile(now=clock())
        services.drain(clock=clock, seconds=2)


def count() -> None:
    """Drain all that is due, and say how many statements each message took."""
    counted: Counter[str] = Counter()

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        counted[sql.split(None, 1)[0]] += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        drain()
    print(json.dumps({"statements": sum(counted.values()), "messages": Message.objects.count(), "by_verb": counted}))


def trail(message: Message) -> list[str]:
    """How one that was tried more than once went, for whoever has to find out why."""
    return [f"{e.at:%H:%M:%S.%f} {e.old}→{e.new} {e.attempt} {e.code}" for e in message.events.all()]


def report() -> None:
    messages = list(Message.objects.all())
    print(
        json.dumps(
            {
                "open": sum(m.status in OPEN for m in messages),
                "statuses": Counter(m.status for m in messages),
                "by_ref": {show_ref(m.pk): [m.status, m.repeats] for m in messages},
                "doubts": MessageEvent.objects.filter(code="lease_expired").count(),
                "calls": CallTask.objects.count(),
                "trails": {show_ref(m.pk): trail(m) for m in messages if m.attempt > 1},
            }
        )
    )


if __name__ == "__main__":
    {"plan": lambda: plan(int(sys.argv[2])), "drain": drain, "count": count, "report": report}[sys.argv[1]]()
