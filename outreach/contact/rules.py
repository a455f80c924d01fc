"""What may be said when, by which way, and what follows a failure. Pure: no database, no clock, no settings."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from outreach.contact.models import ANY, CallOutcome, CallStatus, Channel, Kind, MessageStatus, Purpose, Why
from outreach.contact.numbers import NumberKind

JAPAN = ZoneInfo("Asia/Tokyo")
OPENS, CLOSES = time(9), time(19)  # law 6: nothing automated, and no ordinary call, outside these
EARLY_CALLS = time(7)  # a person may ring about a class cancelled or moved that day
CLAIM = timedelta(minutes=15)
POST = timedelta(days=4)  # no delivery on Saturdays and Sundays, and most letters take two working days

PURPOSES: dict[str, Purpose] = {
    Kind.CONFIRMATION: Purpose.BOOKING,
    Kind.WAITLISTED: Purpose.BOOKING,
    Kind.BOOKING_CANCELLED: Purpose.BOOKING,
    Kind.REMINDER_DAY_BEFORE: Purpose.REMINDER,
    Kind.REMINDER_SAME_DAY: Purpose.REMINDER,
    Kind.VISIT_REMINDER: Purpose.REMINDER,
    Kind.CHANGE: Purpose.CHANGE,
    Kind.WAITLIST_CHANGE: Purpose.CHANGE,
    Kind.CANCELLATION: Purpose.CHANGE,
    Kind.WAITLIST_OFFER: Purpose.OFFER,
    Kind.INVITATION: Purpose.INVITATION,
    Kind.WORK_NOTE: Purpose.WORK,
    Kind.RING_BACK: Purpose.BOOKING,
    Kind.DISPATCH_OFFER: Purpose.WORK,
    Kind.DISPATCH_ENDED: Purpose.WORK,
}
JUST_DONE = frozenset({Kind.CONFIRMATION, Kind.WAITLISTED, Kind.BOOKING_CANCELLED})
EARLY = frozenset({Kind.CHANGE, Kind.CANCELLATION})  # whoever has a seat may set out; who waits for one does not
MUST_BE_TOLD = EARLY | {Kind.WAITLIST_CHANGE}  # where no way is left, the desk shows "cannot be told"


# --- hours ----------------------------------------------------------------------------------------------------------
def within_hours(now: datetime) -> bool:
    """9:00 to 19:00 in Japan, half-open."""
    return OPENS <= now.astimezone(JAPAN).time() < CLOSES


def into_hours(due: datetime, needed_by: datetime | None = None) -> datetime:
    """Move a due time into 9:00–19:00: later to the next opening, or, where that is no use, back to an evening before.

    An 8:30 class's same-morning reminder is due at 18:30 the day before rather than at nine, half an hour late.
    """
    if within_hours(due):
        return due
    local = due.astimezone(JAPAN)
    opening = _at(local.date() + timedelta(days=local.time() >= CLOSES), OPENS)
    if needed_by is None or opening < needed_by:
        return opening
    evening = _at(local.date() - timedelta(days=local.time() < OPENS), CLOSES) - timedelta(minutes=30)
    return min(evening, due)


def may_ring(now: datetime, *, kind: str, needed_by: datetime | None) -> bool:
    """A person may ring 9:00–19:00; from 7:00 about a class of that day that is cancelled or moved (law 6)."""
    local = now.astimezone(JAPAN)
    today = needed_by is not None and needed_by.astimezone(JAPAN).date() == local.date()
    opens = EARLY_CALLS if kind in EARLY and today else OPENS
    return opens <= local.time() < CLOSES


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, JAPAN)


# --- consent --------------------------------------------------------------------------------------------------------
class Word(Protocol):
    """One line of the consent ledger."""

    channel: str
    purpose: str
    given: bool


def is_refused(words: Iterable[Word], *, channel: str, purpose: str) -> bool:
    """Whether the latest word that fits refuses. `words`: newest first. Nothing said is no refusal."""
    for word in words:
        if word.channel in {channel, ANY} and word.purpose in {purpose, Purpose.ANY}:
            return not word.given
    return False


# --- which way ------------------------------------------------------------------------------------------------------
class Way(StrEnum):
    SEND = "send"  # by a gateway
    CALL = "call"  # by a person
    PRINT = "print"  # on a slip
    DROP = "drop"  # told already in another way


@dataclass(frozen=True)
class Route:
    way: Way
    due: datetime
    why: Why | str = ""


def route(
    *,
    kind: str,
    channel: str,
    number_kind: NumberKind | None,
    has_address: bool,
    now: datetime,
    due: datetime,
    needed_by: datetime | None,
    just_done: bool,
) -> Route:
    """The way a message goes and when, and why where it is not the way asked for.

    `number_kind`: None for e-mail. A same-morning reminder is for those who get texts: nobody is rung twice about one
    class, and a second slip would come with the first. What must be told but has no allowed hour left is rung.
    """
    way, why = _way(channel, number_kind, has_address)
    if kind == Kind.REMINDER_SAME_DAY and way != Way.SEND:
        return Route(Way.DROP, due, Why.ONE_REMINDER)
    if way == Way.PRINT:
        post_by = needed_by - POST if needed_by else due
        return Route(Way.CALL, due, Why.TOO_LATE_FOR_POST) if post_by < now else Route(way, min(due, post_by))
    if way == Way.SEND and not just_done:
        due = into_hours(due, needed_by)
        if has_no_hour_left(max(due, now), needed_by):
            return Route(Way.CALL, now, Why.TOO_LATE) if kind in MUST_BE_TOLD else Route(Way.DROP, due, Why.TOO_LATE)
    return Route(way, due, why)


def has_no_hour_left(now: datetime, needed_by: datetime | None) -> bool:
    """Whether nothing automated may go out any more before `needed_by`."""
    return needed_by is not None and into_hours(now) >= needed_by


def _way(channel: str, number_kind: NumberKind | None, has_address: bool) -> tuple[Way, Why | str]:
    if channel == Channel.EMAIL:
        return Way.SEND, ""
    if channel == Channel.POST:
        return (Way.PRINT, "") if has_address else (Way.CALL, Why.NO_ADDRESS)
    if channel == Channel.CALL:
        return Way.CALL, Why.CHOSEN
    if channel == Channel.VOICE:
        return Way.CALL, Why.NO_VOICE
    if number_kind == NumberKind.MOBILE:
        return Way.SEND, ""
    return Way.CALL, Why.VOIP if number_kind == NumberKind.VOIP else Why.LANDLINE


# --- what follows ---------------------------------------------------------------------------------------------------
MAX_ATTEMPTS = 6
MAX_LOOKUPS = 5


def lease(deadline: float) -> timedelta:
    """How long a sender holds a message: over twice what one request may take, `deadline` in seconds (law 4)."""
    return timedelta(seconds=2 * deadline + 1)


def retry_at(now: datetime, attempt: int) -> datetime:
    """When to try again what was certainly not sent: 15 s, 30 s, … at most 8 minutes later."""
    return now + timedelta(seconds=min(15 * 2 ** max(attempt - 1, 0), 480))


def look_up_again_at(now: datetime, lookups: int) -> datetime:
    """When to ask the provider again about a message in doubt: 20 s, 40 s, … at most 5 minutes later."""
    return now + timedelta(seconds=min(20 * 2**lookups, 300))


def after_doubt(*, kind: str, lookups: int, repeats: bool) -> MessageStatus:
    """What an unknown becomes when no look-up could tell (law 4).

    It stays unknown while look-ups are left. Then a person rings; a cancellation is sent again, once, saying so.
    """
    if lookups < MAX_LOOKUPS:
        return MessageStatus.UNKNOWN
    if kind == Kind.CANCELLATION and not repeats:
        return MessageStatus.PENDING
    return MessageStatus.CALL


RANKS = {MessageStatus.PENDING: 0, MessageStatus.SENDING: 1, MessageStatus.UNKNOWN: 1, MessageStatus.SENT: 2}


def moves_forward(old: str, new: str) -> bool:
    """Whether a provider's word may change the status: only forwards, never out of a final one (law 5)."""
    rank = RANKS.get(MessageStatus(old))
    return rank is not None and RANKS.get(MessageStatus(new), 3) > rank


# --- calls ----------------------------------------------------------------------------------------------------------
MAX_TRIES = 5
CALL_GAPS = (timedelta(hours=2), timedelta(hours=4), timedelta(hours=21), timedelta(hours=26))


def next_try(now: datetime, *, tries: int, kind: str, needed_by: datetime | None) -> datetime | None:
    """When to ring again after the `tries`-th unanswered call, at another hour of the day; None to give up.

    Where the gap would pass `needed_by`, half of the time left is waited instead, in steps of no less than 15 minutes.
    """
    if tries >= MAX_TRIES or (needed_by is not None and now + CLAIM >= needed_by):
        return None
    wanted = now + CALL_GAPS[min(tries, len(CALL_GAPS)) - 1]
    if needed_by is not None and wanted >= needed_by:
        wanted = now + max((needed_by - now) / 2, CLAIM)
    if may_ring(wanted, kind=kind, needed_by=needed_by):
        return wanted
    moved = into_hours(wanted)
    return moved if needed_by is None or moved < needed_by else None


STATUS_OF_OUTCOME: dict[str, CallStatus] = {
    CallOutcome.REACHED: CallStatus.REACHED,
    CallOutcome.LEFT_WORD: CallStatus.LEFT_WORD,
    CallOutcome.WRONG_NUMBER: CallStatus.WRONG_NUMBER,
    CallOutcome.NEVER_AGAIN: CallStatus.REFUSED,
}
