"""Draining the outbox: claim, commit `sending`, call the gateway outside any transaction, write down its word (law 4).

A crash before the call leaves a lease that expires; a crash after it, too. Both become `unknown`, and reconciliation
asks the provider before anything is sent again.
"""

import logging
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from outreach.contact import rules, texts
from outreach.contact.gateways import (
    Gateway,
    GatewayDown,
    GatewayError,
    NeverSent,
    Parcel,
    TryLater,
    gateway_for,
)
from outreach.contact.models import Channel, Message, MessageStatus, Why
from outreach.contact.segments import count_segments
from outreach.contact.services.calls import is_refused
from outreach.contact.services.moving import move
from outreach.contact.services.pacing import Clock, Pacer, Sleep
from outreach.contact.services.settling import fall_back, give_up_late, note_refusal, requeue, settle

logger = logging.getLogger(__name__)
S = MessageStatus
BATCH = 50
OUTLETS = ((Channel.SMS, Channel.FAMILY), (Channel.EMAIL,))  # each pair of lists goes through one gateway


@dataclass
class Drained:
    """What one drain did: messages by the status they reached, and the gateways found down."""

    by_status: Counter[str] = field(default_factory=Counter)
    down: set[str] = field(default_factory=set)
    more: bool = False  # stopped by `seconds` or `limit`, not because nothing was due


def drain(
    *,
    gateway: Gateway | None = None,
    clock: Clock = timezone.now,
    sleep: Sleep = time.sleep,
    seconds: float = 40,
    limit: int | None = None,
) -> Drained:
    """Send what is due, nearest first, at the allowed rate, one at a time; any number of drains may run at once.

    `gateway`: instead of the one that the settings name for SMS. Starts no message after `seconds` or `limit`. A kill
    leaves at most one message in doubt. Must not run inside a transaction.
    """
    drained, stop_at = Drained(), clock() + timedelta(seconds=seconds)
    for channels in OUTLETS:
        outlet = gateway if gateway and Channel.SMS in channels else gateway_for(channels[0])
        pacer = Pacer(outlet.name, clock, sleep)
        for message in _due(channels, clock):
            if clock() >= stop_at or (limit is not None and drained.by_status.total() >= limit):
                drained.more = True
                break
            if not pacer.wait():
                break
            status = deliver(message, outlet, clock)
            if message.attempt:
                pacer.spend()
            if status:
                drained.by_status[status] += 1
            if status == S.PENDING and message.why == Why.GATEWAY_DOWN:
                drained.down.add(outlet.name)
                break
    return drained


def deliver(message: Message, gateway: Gateway, clock: Clock) -> MessageStatus | None:
    """Send one message if it is still to be sent; its status after, or None where another worker has it."""
    now, not_after = clock(), time.monotonic() + gateway.deadline
    if not _claim(message, gateway, now):
        return None
    if message.status == S.SENDING and clock() < now + timedelta(seconds=gateway.deadline):
        _hand_over(message, gateway, clock, not_after)
    return S(message.status)  # still `sending` where this worker slept too long to send within its lease


def settle_late(*, now: datetime) -> int:
    """Give up what no allowed hour is left for; returns how many."""
    waiting = Message.objects.filter(status=S.PENDING, just_done=False, needed_by__lt=now + timedelta(hours=15))
    return sum(give_up_late(m, at=now) for m in waiting if rules.has_no_hour_left(now, m.needed_by))


def _due(channels: tuple[Channel, ...], clock: Clock) -> Iterator[Message]:
    """What is due, nearest first, read anew every few seconds; outside the hours only what was just done (law 6)."""
    while True:
        now = clock()
        rows = Message.objects.filter(status=S.PENDING, next_at__lte=now, channel__in=channels)
        rows = rows if rules.within_hours(now) else rows.filter(just_done=True)
        batch = list(rows.order_by(F("needed_by").asc(nulls_last=True), "next_at", "pk")[:BATCH])
        if not batch:
            return
        yield from batch


@transaction.atomic
def _claim(message: Message, gateway: Gateway, now: datetime) -> bool:
    """Lease the message, or dispose of it if it must not be sent; False where another worker was faster."""
    if message.needed_by is not None and message.needed_by <= now:
        return give_up_late(message, at=now)
    if message.sample and not gateway.may_take_samples:
        return move(message, S.SHOWN, at=now, code=Why.SAMPLE, why=Why.SAMPLE)
    asked = Channel.EMAIL if message.channel == Channel.EMAIL else Channel.SMS
    if is_refused(message.to, asked, message.kind):
        return fall_back(message, why=Why.REFUSED, at=now)
    way = "email" if message.channel == Channel.EMAIL else "sms"
    body = texts.render(
        way,
        message.kind,
        message.fields,
        ref=texts.show_ref(message.pk),
        repeats=message.repeats,
        town=message.municipality_id,
    )
    return move(
        message,
        S.SENDING,
        at=now,
        attempt=message.attempt + 1,
        lease_until=now + rules.lease(gateway.deadline),
        gateway=gateway.name,
        body=body,
        segments=count_segments(body).parts,
        why="",
    )


def _hand_over(message: Message, gateway: Gateway, clock: Clock, not_after: float) -> None:
    title, _, body = message.body.partition("\n") if message.channel == Channel.EMAIL else ("", "", message.body)
    parcel = Parcel(message.pk, message.attempt, message.to, title, body, texts.show_ref(message.pk), not_after)
    try:
        handed = gateway.send(parcel)
    except GatewayError as error:
        _record(message, error, clock())
    except Exception as error:  # an adapter's bug: the message may be out, so it is looked up like a lost reply
        logger.error("message %s: %s in gateway %s", message.pk, type(error).__name__, gateway.name)
        move(message, S.UNKNOWN, at=clock(), code=type(error).__name__[:24], next_at=message.lease_until)
    else:
        settle(message, handed, at=clock())


def _record(message: Message, error: GatewayError, now: datetime) -> None:
    if isinstance(error, NeverSent):
        if error.why == Why.REFUSED:
            note_refusal(message, at=now)
        fall_back(message, why=error.why or Why.PROVIDER_REFUSED, at=now, code=error.code)
    elif isinstance(error, GatewayDown):
        logger.error("gateway %s is down: %s", message.gateway, error.code)
        requeue(message, at=now, next_at=now + timedelta(minutes=1), code=error.code, why=Why.GATEWAY_DOWN)
    elif isinstance(error, TryLater) and message.attempt >= rules.MAX_ATTEMPTS:
        fall_back(message, why=Why.GAVE_UP, at=now, code=error.code)
    elif isinstance(error, TryLater):
        requeue(message, at=now, next_at=rules.retry_at(now, message.attempt), code=error.code)
    else:
        move(message, S.UNKNOWN, at=now, code=error.code, next_at=message.lease_until)
