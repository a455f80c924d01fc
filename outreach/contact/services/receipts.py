"""The provider's later word about a message: taken once, only forwards, never out of a final status (law 5)."""

from datetime import datetime

from django.db import transaction

from outreach.contact import rules
from outreach.contact.gateways import Handed
from outreach.contact.models import Message, MessageEvent, Why
from outreach.contact.services.settling import note_refusal, settle


@transaction.atomic
def take_receipt(*, message_id: int, attempt: int, handed: Handed, at: datetime) -> bool:
    """Take a receipt about the `attempt`-th sending; returns whether it changed anything.

    A repeat is ignored; a late one, and one about another sending than the one on record, is only logged.
    """
    message = Message.objects.select_for_update().filter(pk=message_id).first()
    receipt = f"{handed.provider_id}:{handed.status}"[:100]
    if message is None or message.events.filter(receipt=receipt).exists():
        return False
    ours = message.provider_id in {"", handed.provider_id}
    if ours and 1 <= attempt <= message.attempt and rules.moves_forward(message.status, handed.status):
        if handed.why == Why.REFUSED:
            note_refusal(message, at=at)
        return settle(message, handed, at=at, receipt=receipt)
    MessageEvent.objects.create(
        message=message, at=at, old=message.status, new=message.status, attempt=attempt, code="late", receipt=receipt
    )
    return False
