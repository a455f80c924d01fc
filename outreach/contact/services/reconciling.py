"""Finding out what became of messages in doubt, before anything is sent again (law 4)."""

import logging
from collections import Counter
from datetime import datetime, timedelta

from django.db.models import Q

from outreach.contact import rules, texts
from outreach.contact.gateways import GATEWAYS, Gateway, GatewayError, gateway_named
from outreach.contact.models import Message, MessageStatus, Why
from outreach.contact.services.moving import move
from outreach.contact.services.settling import fall_back, requeue, settle

logger = logging.getLogger(__name__)
S = MessageStatus


def reconcile(*, now: datetime, gateway: Gateway | None = None, limit: int = 200) -> Counter[str]:
    """Look up what is in doubt and past its lease; returns how many reached which status. Not inside a transaction.

    `gateway`: instead of the one by which a message went. Found, it is settled; proven absent, it is queued again;
    while the provider cannot tell it stays unknown, and after some look-ups `rules.after_doubt` decides.
    """
    for message in Message.objects.filter(status=S.SENDING, lease_until__lt=now)[:limit]:
        move(message, S.UNKNOWN, at=now, code="lease_expired", next_at=now)
    settled: Counter[str] = Counter()
    doubtful = Message.objects.filter(Q(lease_until__isnull=True) | Q(lease_until__lt=now), status=S.UNKNOWN)
    for message in list(doubtful.filter(next_at__lte=now).order_by("next_at")[:limit]):
        if _look_up(message, gateway, now):
            settled[message.status] += 1
    return settled


def _look_up(message: Message, gateway: Gateway | None, now: datetime) -> bool:
    if not gateway and message.gateway not in GATEWAYS:
        return _stay_in_doubt(message, now)
    since = (message.lease_until or message.created_at) - timedelta(days=1)
    try:
        found = (gateway or gateway_named(message.gateway)).find(
            to=message.to, ref=texts.show_ref(message.pk), since=since
        )
    except GatewayError:
        return _stay_in_doubt(message, now)
    except Exception as error:  # an adapter's bug proves nothing, and must not keep the others in doubt
        logger.error("message %s: %s while looking it up", message.pk, type(error).__name__)
        return _stay_in_doubt(message, now)
    if found:
        return settle(message, found, at=now)
    return requeue(message, at=now, next_at=now, code="never_arrived", lookups=0)


def _stay_in_doubt(message: Message, now: datetime) -> bool:
    lookups = message.lookups + 1
    new = rules.after_doubt(kind=message.kind, lookups=lookups, repeats=message.repeats)
    if new == S.CALL:
        return fall_back(message, why=Why.IN_DOUBT, at=now)
    if new == S.PENDING:
        return requeue(message, at=now, next_at=now, code="repeat", repeats=True, lookups=0)
    return move(
        message, S.UNKNOWN, at=now, code="cannot_tell", lookups=lookups, next_at=rules.look_up_again_at(now, lookups)
    )
