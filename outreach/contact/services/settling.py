"""What becomes of a message once something is known about it: shared by sending, receipts and reconciliation."""

from datetime import datetime
from typing import Any

from django.db import transaction

from outreach.contact import rules
from outreach.contact.gateways import Handed
from outreach.contact.models import Channel, Consent, ConsentSource, Message, MessageStatus, Purpose, Why
from outreach.contact.services.calls import call_for
from outreach.contact.services.moving import move

S = MessageStatus


@transaction.atomic(savepoint=False)
def settle(message: Message, handed: Handed, *, at: datetime, receipt: str | None = None) -> bool:
    """Write down the provider's word. One that it could not deliver goes to a person."""
    if handed.status == S.FAILED:
        return fall_back(
            message, why=handed.why or Why.PROVIDER_REFUSED, at=at, code=handed.code, receipt=receipt,
            provider_id=handed.provider_id,
        )  # fmt: skip
    return move(
        message, handed.status, at=at, code=handed.code, receipt=receipt, provider_id=handed.provider_id, why=handed.why
    )


@transaction.atomic(savepoint=False)
def fall_back(message: Message, *, why: str, at: datetime, code: str = "", **changes: Any) -> bool:
    """A person rings instead. Who refuses texts is rung only about what must be told; e-mail simply fails."""
    if why == Why.REFUSED:
        new = S.CALL if message.kind in rules.MUST_BE_TOLD else S.REFUSED
    else:
        new = S.FAILED if message.channel == Channel.EMAIL else S.CALL
    if message.unwanted:
        new = S.WITHDRAWN
    moved = move(message, new, at=at, code=code or why, why=why, **changes)
    if moved and new == S.CALL:
        call_for(message, at=at)
    return moved


@transaction.atomic(savepoint=False)
def requeue(message: Message, *, at: datetime, next_at: datetime, code: str, **changes: Any) -> bool:
    """Back into the queue what was certainly not sent, unless it was taken back meanwhile."""
    return move(
        message, S.PENDING, at=at, code=code, only={"unwanted": False}, next_at=next_at, lease_until=None, **changes
    ) or move(message, S.WITHDRAWN, at=at, code=code, only={"unwanted": True}, why=Why.UNTRUE)


@transaction.atomic(savepoint=False)
def give_up_late(message: Message, *, at: datetime) -> bool:
    """No allowed hour is left: a person rings about what must be told, the rest would come too late."""
    if message.kind in rules.MUST_BE_TOLD and message.channel != Channel.EMAIL:
        return fall_back(message, why=Why.TOO_LATE, at=at)
    return move(message, S.WITHDRAWN, at=at, code=Why.TOO_LATE, why=Why.TOO_LATE)


def note_refusal(message: Message, *, at: datetime) -> None:
    """The person answered STOP to the provider: keep it in the ledger, where every later sending looks."""
    Consent.objects.get_or_create(
        number=message.to,
        channel=Channel.SMS,
        purpose=Purpose.ANY,
        given=False,
        source=ConsentSource.PROVIDER,
        defaults={"at": at, "sample": message.sample},
    )
