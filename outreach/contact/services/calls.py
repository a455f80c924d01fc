"""Calls that a person makes: opened, claimed for some minutes, finished with an outcome."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from outreach.contact import rules, texts
from outreach.contact.models import (
    ANY,
    CallEvent,
    CallOutcome,
    CallStatus,
    CallTask,
    Channel,
    Consent,
    ConsentSource,
    Kind,
    Message,
    Purpose,
)
from outreach.people.models import User


class CallTaken(Exception):
    """Someone else has claimed the call, or it is done."""


def call_for(message: Message, *, at: datetime) -> CallTask:
    """Open the call that tells what `message` could not. One call does for two messages of the same to one number."""
    return open_call_task(
        subject=message.subject,
        revision=message.revision,
        kind=message.kind,
        number=message.to,
        fields=message.fields,
        at=at,
        due_at=max(message.due_at, at),
        needed_by=message.needed_by,
        why=message.why,
        message=message,
        municipality=message.municipality_id,
        organisation=message.organisation_id,
        sample=message.sample,
    )


@transaction.atomic
def open_call_task(
    *,
    subject: str,
    kind: str,
    number: str,
    fields: Mapping[str, str],
    at: datetime,
    revision: int = 1,
    due_at: datetime | None = None,
    needed_by: datetime | None = None,
    why: str = "",
    message: Message | None = None,
    municipality: Any = None,
    organisation: Any = None,
    sample: bool = False,
) -> CallTask:
    """Put a call on the list; a waiting one of the same (subject, revision, kind, number) is given back.

    Where the number has refused calls about this, the task is born as "cannot be told". `fields` as in queue_message.
    Raises: texts.BadText.
    """
    due = due_at or at
    key = {"subject": subject, "revision": revision, "kind": kind, "number": number}
    rest = {
        "message": message,
        "why": why,
        "fields": texts.clean_fields(kind, fields),
        "municipality_id": getattr(municipality, "pk", municipality),
        "organisation_id": getattr(organisation, "pk", organisation),
        "sample": sample,
        "due_at": due,
        "next_at": due,
        "needed_by": needed_by,
    }
    if is_refused(number, Channel.CALL, kind):
        task, created = CallTask.objects.create(**key, **rest, status=CallStatus.REFUSED), True
    else:
        task, created = CallTask.objects.get_or_create(**key, status=CallStatus.WAITING, defaults=rest)
    if created:
        CallEvent.objects.create(task=task, at=at, new=task.status)
    return task


@transaction.atomic
def claim_call(*, task: CallTask, by: User, now: datetime) -> CallTask:
    """Take the call for 15 minutes. Claiming again prolongs it. Raises: CallTaken."""
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now) | Q(claimed_by=by)
    taken = CallTask.objects.filter(free, pk=task.pk, status=CallStatus.WAITING).update(
        claimed_by=by, claimed_until=now + rules.CLAIM, changed_at=now
    )
    if not taken:
        raise CallTaken
    CallEvent.objects.create(task=task, at=now, old=CallStatus.WAITING, new=CallStatus.WAITING, by=by)
    task.refresh_from_db()
    return task


@transaction.atomic
def finish_call(*, task: CallTask, outcome: CallOutcome, by: User, now: datetime, note: str = "") -> CallTask:
    """Write down what came of one try. Unanswered, the next try is planned by rule, or given up.

    "Never again" also refuses every call to that number, in the ledger. Raises: CallTaken.
    """
    tries = task.tries + 1
    again = (
        rules.next_try(now, tries=tries, kind=task.kind, needed_by=task.needed_by)
        if outcome == CallOutcome.NO_ANSWER
        else None
    )
    new = CallStatus.WAITING if again else rules.STATUS_OF_OUTCOME.get(outcome, CallStatus.GAVE_UP)
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now) | Q(claimed_by=by)
    finished = CallTask.objects.filter(free, pk=task.pk, status=CallStatus.WAITING, tries=task.tries).update(
        status=new, tries=tries, next_at=again or task.next_at, claimed_by=None, claimed_until=None, changed_at=now
    )
    if not finished:
        raise CallTaken
    CallEvent.objects.create(
        task=task, at=now, old=CallStatus.WAITING, new=new, outcome=outcome, by=by, note=note[:200]
    )
    if outcome == CallOutcome.NEVER_AGAIN:
        refuse_calls(number=task.number, by=by, now=now, words=note, sample=task.sample)
    task.refresh_from_db()
    return task


@transaction.atomic
def undo_call(*, task: CallTask, by: User, now: datetime) -> CallTask:
    """Put a finished call back on the list, as it was. Raises: CallTaken where it is not finished, or was withdrawn.

    A "never again" stays in the ledger: it is taken back there, by a word of its own.
    """
    undoable = CallTask.objects.filter(pk=task.pk, status=task.status).exclude(
        status__in=[CallStatus.WAITING, CallStatus.WITHDRAWN]
    )
    if is_refused(task.number, Channel.CALL, task.kind) or not undoable.update(
        status=CallStatus.WAITING, next_at=now, changed_at=now
    ):
        raise CallTaken
    CallEvent.objects.create(task=task, at=now, old=task.status, new=CallStatus.WAITING, by=by)
    task.refresh_from_db()
    return task


def refuse_calls(*, number: str, by: User | None, now: datetime, words: str, sample: bool) -> None:
    Consent.objects.create(
        number=number,
        channel=Channel.CALL,
        purpose=Purpose.ANY,
        given=False,
        at=now,
        source=ConsentSource.SPOKEN,
        words=words[:200],
        noted_by=by,
        sample=sample,
    )
    close_refused_calls(number=number, now=now, by=by)


def close_refused_calls(*, number: str, now: datetime, by: User | None) -> int:
    """Take off the list the calls that the ledger no longer allows; they show as "cannot be told"."""
    waiting = CallTask.objects.filter(number=number, status=CallStatus.WAITING).select_for_update()
    refused = [task for task in waiting if is_refused(number, Channel.CALL, task.kind)]
    for task in refused:
        CallTask.objects.filter(pk=task.pk).update(
            status=CallStatus.REFUSED, claimed_by=None, claimed_until=None, changed_at=now
        )
        CallEvent.objects.create(task=task, at=now, old=CallStatus.WAITING, new=CallStatus.REFUSED, by=by)
    return len(refused)


def has_agreed(number: str, channel: str, kind: str) -> bool:
    """Whether the ledger's latest word about this says yes: nothing said is no agreement. 1 statement."""
    purpose = rules.PURPOSES[Kind(kind)]
    fitting = Consent.objects.filter(number=number, channel__in=[channel, ANY], purpose__in=[purpose, Purpose.ANY])
    word = fitting.order_by("-at", "-pk").first()
    return word is not None and word.given


def is_refused(number: str, channel: str, kind: str) -> bool:
    """Whether the ledger forbids telling `number` this kind of thing by this channel, at this instant."""
    purpose = rules.PURPOSES[Kind(kind)]
    words = Consent.objects.filter(
        number=number, channel__in=[channel, ANY], purpose__in=[purpose, Purpose.ANY]
    ).order_by("-at", "-pk")[:1]
    return rules.is_refused(words, channel=channel, purpose=purpose)
