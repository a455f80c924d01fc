"""Messages for tests: fields as a booking would freeze them, and a clock at ten in the morning."""

from datetime import datetime, time, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from outreach.contact import services
from outreach.contact.models import Kind, Message
from outreach.contact.rules import JAPAN
from outreach.contact.texts import EXAMPLE, fields_of

serial = count(1)
MOBILE, LANDLINE = "+819000000001", "+81300000001"


def words(kind: str, **others: str) -> dict[str, str]:
    return {**{key: EXAMPLE[key] for key in fields_of(kind)}, **others}


def at(hour: int, minute: int = 0, *, days: int = 1) -> datetime:
    """That time in Japan, `days` from today."""
    day = timezone.now().astimezone(JAPAN).date() + timedelta(days=days)
    return datetime.combine(day, time(hour, minute), JAPAN)


def ten() -> datetime:
    """A clock: ten in the morning of tomorrow, when all that is due today may be sent."""
    return at(10)


def queue(kind: str = Kind.REMINDER_DAY_BEFORE, **fields: Any) -> Message:
    """A message to a mobile number about a class in three days, due now."""
    defaults = {
        "subject": f"booking:{next(serial)}",
        "channel": "sms",
        "to": MOBILE,
        "fields": words(kind),
        "needed_by": at(13, days=3),
    }
    return services.queue_message(kind=kind, **{**defaults, **fields})


def drain(**options: Any) -> services.Drained:
    return services.drain(**{"clock": ten, "sleep": lambda seconds: None, **options})
