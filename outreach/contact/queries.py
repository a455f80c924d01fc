"""Reads of the outbox, the call list and the ledger, each with a fixed number of statements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import TypeVar

from django.conf import settings
from django.db.models import Case, Count, F, Q, QuerySet, Sum, Value, When

from outreach.contact import rules
from outreach.contact.models import (
    CallStatus,
    CallTask,
    Consent,
    HandsetDisplay,
    Kind,
    Message,
    MessageStatus,
    SenderNumber,
)
from outreach.contact.texts import show_ref
from outreach.people.rules import Scope

S = MessageStatus
WENT_OUT = [S.SENDING, S.UNKNOWN, S.SENT, S.DELIVERED, S.PRINTED, S.SHOWN]
Row = TypeVar("Row", Message, CallTask)


@dataclass(frozen=True)
class QueueHealth:
    oldest_due_seconds: float  # how long the oldest unsent message is overdue; 0 where none is
    by_status: dict[str, int]
    calls_waiting: int


def queue_health(now: datetime) -> QueueHealth:
    """Whether messages go out, for /readyz: what waits only for the allowed hours is not overdue."""
    overdue = Message.objects.filter(status__in=[S.PENDING, S.SENDING, S.UNKNOWN], next_at__lte=now)
    if not rules.within_hours(now):
        overdue = overdue.filter(just_done=True)
    oldest = overdue.order_by("next_at").values_list("next_at", flat=True).first()
    opened = max(oldest, _opening_of(now)) if oldest and rules.within_hours(now) else oldest
    counts = Message.objects.order_by().values_list("status").annotate(Count("pk"))
    return QueueHealth(
        oldest_due_seconds=(now - opened).total_seconds() if opened else 0,
        by_status=dict(counts),
        calls_waiting=CallTask.objects.filter(status=CallStatus.WAITING).count(),
    )


def _opening_of(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(rules.JAPAN).date(), rules.OPENS, rules.JAPAN)


def yen_spent_in_month(now: datetime) -> int:
    """What the SMS handed over in this month of Japan cost, by segments."""
    first = now.astimezone(rules.JAPAN).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    sent = Message.objects.filter(status__in=[S.SENT, S.DELIVERED], changed_at__gte=first).exclude(gateway="mail")
    parts = sent.aggregate(parts=Sum("segments"))["parts"] or 0
    return int(parts) * int(settings.SMS_YEN_PER_SEGMENT)


def within(rows: "QuerySet[Row]", scope: Scope) -> "QuerySet[Row]":
    """The rows of this room that a user of `scope` may see (law 7)."""
    if scope.nation:
        return rows
    return rows.filter(
        Q(municipality__in=scope.municipalities)
        | Q(municipality__prefecture__in=scope.prefectures)
        | Q(organisation__in=scope.organisations)
    )


# --- calls ----------------------------------------------------------------------------------------------------------
def calls_to_make(scope: Scope, now: datetime, *, ahead: timedelta = timedelta(0)) -> QuerySet[CallTask]:
    """Calls that may be made now, the most urgent first; `ahead` adds those that fall due within that time.

    Outside 9:00–19:00 only what the law allows: from 7:00 about a class cancelled or moved that day.
    """
    waiting = within(CallTask.objects.filter(status=CallStatus.WAITING, next_at__lte=now + ahead), scope)
    if not ahead and not rules.within_hours(now):
        day = datetime.combine(now.astimezone(rules.JAPAN).date(), datetime.min.time(), rules.JAPAN)
        today = waiting.filter(needed_by__gte=day, needed_by__lt=day + timedelta(days=1), kind__in=rules.EARLY)
        early = rules.may_ring(now, kind=Kind.CANCELLATION, needed_by=now)
        waiting = today if early else waiting.none()
    return waiting.select_related("municipality", "claimed_by").order_by(
        F("needed_by").asc(nulls_last=True),
        Case(When(kind__in=rules.MUST_BE_TOLD, then=Value(0)), default=Value(1)),
        "due_at",
        "pk",
    )


def cannot_be_told(scope: Scope, now: datetime) -> QuerySet[CallTask]:
    """Changes and cancellations still to come that no way is left to tell of: refused, wrong number, never answered."""
    lost = CallTask.objects.filter(
        Q(needed_by__isnull=True) | Q(needed_by__gt=now),
        status__in=[CallStatus.REFUSED, CallStatus.WRONG_NUMBER, CallStatus.GAVE_UP],
        kind__in=rules.MUST_BE_TOLD,
    )
    return within(lost, scope).select_related("municipality").order_by("needed_by", "pk")


# --- messages -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class History:
    messages: list[Message]  # newest first, events prefetched
    calls: list[CallTask]


def history(subjects: Iterable[str]) -> History:
    """What was told about subjects ("booking:12" also finds "booking:12/proxy"), for their history page."""
    about = reduce(or_, (Q(subject=s) | Q(subject__startswith=f"{s}/") for s in subjects), Q(pk__in=[]))
    return History(
        list(Message.objects.filter(about).order_by("-created_at", "-pk").prefetch_related("events")),
        list(CallTask.objects.filter(about).order_by("-created_at", "-pk").prefetch_related("events__by")),
    )


def messages(scope: Scope, status: str = "") -> QuerySet[Message]:
    """Every message that a user may see, newest first; of one status where named."""
    rows = within(Message.objects.filter(status=status) if status else Message.objects.all(), scope)
    return rows.select_related("municipality").order_by("-changed_at", "-pk")


def shown_messages(scope: Scope) -> QuerySet[Message]:
    """What the console gateway showed instead of sending, newest first."""
    return messages(scope, S.SHOWN)


def slips_to_print(scope: Scope, now: datetime) -> QuerySet[Message]:
    """Post slips whose day has come, by postal code as the post office likes them."""
    rows = within(Message.objects.filter(status=S.TO_PRINT, next_at__lte=now), scope)
    return rows.select_related("municipality").order_by("fields__postal_code", "pk")


def failed_messages(scope: Scope) -> QuerySet[Message]:
    """What went wrong and no call replaces: for the desk."""
    return within(Message.objects.filter(status=S.FAILED), scope).order_by("-changed_at", "-pk")


def find_told(*, ref: str, number: str, since: datetime) -> Message | None:
    """The message that bears 連絡番号 `ref` and went to `number`: did we send this?"""
    told = Message.objects.filter(to=number, created_at__gte=since, status__in=WENT_OUT).order_by("-pk")[:200]
    digits = "".join(c for c in ref if c.isdigit())
    return next((m for m in told if show_ref(m.pk).replace("-", "") == digits), None)


# --- consent and senders --------------------------------------------------------------------------------------------
def words_of(numbers: Sequence[str]) -> QuerySet[Consent]:
    """The ledger of these numbers, newest first."""
    return Consent.objects.filter(number__in=numbers).select_related("noted_by").order_by("-at", "-pk")


def sender_numbers() -> QuerySet[SenderNumber]:
    return SenderNumber.objects.filter(active=True).select_related("municipality")


def handset_displays(gateway: str) -> dict[str, HandsetDisplay]:
    """By carrier, what a test showed; a carrier not yet tested is missing."""
    return {row.carrier: row for row in HandsetDisplay.objects.filter(gateway=gateway)}
