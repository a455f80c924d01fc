"""Numbers given back: a class code is lent to its session until nobody asks for that class any more."""

from datetime import datetime

from outreach.classes.codes import ARCHIVED, archived_code
from outreach.classes.models import Session

BATCH = 500


def release_codes(*, ended_before: datetime) -> int:
    """Archive the codes of sessions that ended before then, for other sessions to draw; returns how many."""
    due = Session.objects.filter(ends_at__lt=ended_before).exclude(code__startswith=ARCHIVED).only("pk", "code")
    released = 0
    while batch := list(due.order_by("pk")[:BATCH]):
        for session in batch:
            session.code = archived_code(session.pk)
        released += Session.objects.bulk_update(batch, ["code"])
    return released
