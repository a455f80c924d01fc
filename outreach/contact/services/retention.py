"""Forgetting: what was told keeps its dates and outcome, and loses the number and the words."""

from datetime import datetime, timedelta

from django.conf import settings

from outreach.contact.models import DONE_CALLS, FINAL, CallTask, Message, MessageStatus

SETTLED = FINAL | {MessageStatus.SENT}  # many networks never confirm delivery


def purge_personal_text(*, now: datetime) -> int:
    """Clear recipients and words of what was settled MESSAGE_TEXT_DAYS ago. The ledger of refusals stays (law 6)."""
    before = now - timedelta(days=settings.MESSAGE_TEXT_DAYS)
    messages = Message.objects.filter(status__in=SETTLED, changed_at__lt=before).exclude(to="")
    calls = CallTask.objects.filter(status__in=DONE_CALLS, changed_at__lt=before).exclude(number="")
    cleared = messages.update(to="", body="", fields={})
    for call in calls.prefetch_related("events"):
        call.events.update(note="")
        cleared += CallTask.objects.filter(pk=call.pk).update(number="", fields={})
    return cleared
