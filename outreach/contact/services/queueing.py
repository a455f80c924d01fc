"""Writing the outbox and taking back what is no longer true. Both run in the caller's transaction."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from outreach.contact import rules, texts
from outreach.contact.models import (
    FINAL,
    WITHDRAWABLE,
    CallEvent,
    CallStatus,
    CallTask,
    Channel,
    Message,
    MessageEvent,
    MessageStatus,
    Why,
)
from outreach.contact.numbers import NumberKind, NumberRefused, read_number
from outreach.contact.services.calls import call_for
from outreach.contact.services.moving import move

FIRST_STATUS = {
    rules.Way.SEND: MessageStatus.PENDING,
    rules.Way.PRINT: MessageStatus.TO_PRINT,
    rules.Way.CALL: MessageStatus.CALL,
    rules.Way.DROP: MessageStatus.WITHDRAWN,
}


@transaction.atomic
def queue_message(
    *,
    subject: str,
    kind: str,
    channel: str,
    to: str,
    fields: Mapping[str, str],
    revision: int = 1,
    due_at: datetime | None = None,
    needed_by: datetime | None = None,
    just_done: bool | None = None,
    municipality: Any = None,
    organisation: Any = None,
    sample: bool = False,
) -> Message:
    """Queue one thing to tell one person; the same (subject, revision, kind, channel) again gives the first row.

    Call it in the transaction that makes it true. `to` is an E.164 number (also for post: it is rung where a slip
    cannot be in time), or an e-mail address. `fields` are exactly `texts.fields_of(kind)`, all text; post adds
    `postal_code` and `address`. `due_at` (default: now) is moved into 9:00–19:00, except where `just_done` says that
    it confirms what the person just did (default: by kind). `needed_by`: when the class starts, or an answer is due.
    `municipality`, `organisation`: instances or keys; they decide which staff see it. A withdrawn row is not revived:
    what becomes true again has a new revision.

    Raises: texts.BadText for missing or unknown fields; NumberRefused.
    """
    now = timezone.now()
    frozen = texts.clean_fields(kind, fields)
    at_once = kind in rules.JUST_DONE if just_done is None else just_done
    chosen = rules.route(
        kind=kind,
        channel=channel,
        number_kind=_number_kind(channel, to),
        has_address=bool(frozen.get("address")),
        now=now,
        due=due_at or now,
        needed_by=needed_by,
        just_done=at_once,
    )
    if chosen.way == rules.Way.SEND:
        texts.render("email" if channel == Channel.EMAIL else "sms", kind, frozen)  # a text that fails, fails here
    message, created = Message.objects.get_or_create(
        subject=subject,
        revision=revision,
        kind=kind,
        channel=channel,
        defaults={
            "status": FIRST_STATUS[chosen.way],
            "why": chosen.why,
            "to": to,
            "fields": frozen,
            "municipality_id": getattr(municipality, "pk", municipality),
            "organisation_id": getattr(organisation, "pk", organisation),
            "sample": sample,
            "just_done": at_once,
            "due_at": chosen.due,
            "next_at": chosen.due,
            "needed_by": needed_by,
        },
    )
    if created:
        _begin(message, now)
    return message


@transaction.atomic
def withdraw_messages(*, subject: str, kinds: Iterable[str] | None = None) -> int:
    """Take back what has not been told about `subject`: messages, slips and calls. Returns how many.

    What is being sent at this instant cannot be stopped; if it turns out not to have gone, it is not sent again.
    """
    now = timezone.now()
    messages = Message.objects.filter(subject=subject)
    calls = CallTask.objects.filter(subject=subject, status=CallStatus.WAITING)
    if kinds is not None:
        wanted = list(kinds)
        messages, calls = messages.filter(kind__in=wanted), calls.filter(kind__in=wanted)
    # First the mark, on every open row: it locks the row, so that a sender who claims it now will see the mark later.
    messages.exclude(status__in=FINAL).update(unwanted=True)
    taken = sum(
        move(message, MessageStatus.WITHDRAWN, at=now, code=Why.UNTRUE, why=Why.UNTRUE)
        for message in messages.filter(status__in=WITHDRAWABLE)
    )
    return taken + _withdraw_calls(list(calls.select_for_update()), now)


@transaction.atomic
def print_slips(*, messages: Iterable[Message]) -> list[Message]:
    """Mark slips as printed; returns those that were still to print."""
    now = timezone.now()
    slips = [message for message in messages if message.status == MessageStatus.TO_PRINT]
    return [slip for slip in slips if move(slip, MessageStatus.PRINTED, at=now)]


def wake_drain() -> None:
    """Ask a worker to drain the outbox. A job never carries one message: any drain sends all that is due."""
    async_task("outreach.contact.jobs.drain")


def _number_kind(channel: str, to: str) -> NumberKind | None:
    if channel != Channel.EMAIL:
        return read_number(to, samples=settings.SAMPLE_MODE).kind
    if "@" not in to:
        raise NumberRefused(_("メールアドレスを入力してください。"))
    return None


def _begin(message: Message, now: datetime) -> None:
    MessageEvent.objects.create(message=message, at=now, new=message.status, code=message.why)
    if message.status == MessageStatus.CALL:
        call_for(message, at=now)
    elif message.status == MessageStatus.PENDING and message.due_at <= now:
        _wake_on_commit()


def _wake_on_commit() -> None:
    """Once a transaction, however many messages it queues; the sweep of each minute finds what a failed wake missed."""
    if not any(hook[1] is wake_drain for hook in connection.run_on_commit):
        transaction.on_commit(wake_drain, robust=True)


def _withdraw_calls(calls: list[CallTask], now: datetime) -> int:
    for call in calls:
        CallTask.objects.filter(pk=call.pk).update(
            status=CallStatus.WITHDRAWN, claimed_by=None, claimed_until=None, changed_at=now
        )
        CallEvent.objects.create(task=call, at=now, old=call.status, new=CallStatus.WITHDRAWN)
    return len(calls)
