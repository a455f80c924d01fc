"""The one way by which a message changes its status: compare-and-set, with its event, in one transaction (law 10)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from outreach.contact.models import Message, MessageEvent, MessageStatus


@transaction.atomic(savepoint=False)
def move(
    message: Message,
    new: MessageStatus,
    *,
    at: datetime,
    code: str = "",
    receipt: str | None = None,
    only: Mapping[str, Any] | None = None,
    **changes: Any,
) -> bool:
    """Move `message` from the status and attempt it was read with to `new`; False where another was faster.

    The attempt is compared too: a message looked up in doubt may since have been sent, and be in doubt, again.
    `only`: further conditions; `changes`: further columns. The instance is brought up to date on success.
    """
    expected = Message.objects.filter(pk=message.pk, status=message.status, attempt=message.attempt, **(only or {}))
    if not expected.update(status=new, changed_at=at, **changes):
        return False
    old = message.status
    message.status = new
    for name, value in changes.items():
        setattr(message, name, value)
    MessageEvent.objects.create(
        message=message, at=at, old=old, new=new, attempt=message.attempt, code=code, receipt=receipt
    )
    return True
