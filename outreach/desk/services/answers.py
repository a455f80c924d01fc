"""What someone says to their class having been moved or cancelled, carried out and written down in one transaction."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from outreach.classes.models import Session
from outreach.contact import services as contact
from outreach.contact.models import CallOutcome, CallTask
from outreach.people.models import User
from outreach.registration import notices
from outreach.registration import services as registration
from outreach.registration.models import LIVE, MOVED, UNANSWERED, Answer, AnswerStatus, Booking


@transaction.atomic
def take_answer(
    *,
    answer: Answer,
    status: AnswerStatus,
    by: User,
    channel: str,
    to: Session | None = None,
    note: str = "",
) -> Booking | None:
    """Carry an answer out: who gives up a class that was moved frees the seat; with `to`, another class is taken.

    Nobody rings any more to say what they know. Returns the booking taken instead.
    Raises: registration.services.BookingError, and then nothing has changed.
    """
    booking = Booking.objects.select_related("session__venue", "resident").get(pk=answer.booking_id)
    held = answer.kind in MOVED and booking.status in LIVE
    if status == AnswerStatus.COMES and not held:
        raise registration.BookingError(_("この申し込みは取り消されています。ほかの回へ、申し込み直してください。"))
    other = _take_instead(booking, to, held, channel, by) if to and status == AnswerStatus.ANOTHER else None
    answer.refresh_from_db(fields=["status", "other"])
    if answer.status != status or answer.other != other or note:
        registration.note_answer(answer=answer, status=status, by=by, channel=channel, note=note, other=other)
    if status == AnswerStatus.GIVES_UP and held:
        registration.cancel(booking=booking, channel=channel, by=by, reason=note)
    if status != AnswerStatus.NOT_REACHED:
        for subject in _told_all_of(answer, booking):
            contact.withdraw_messages(subject=subject, kinds=[answer.kind])
    return other


def _told_all_of(answer: Answer, booking: Booking) -> tuple[str, ...]:
    """The keys of what need not be told any more: that of a party only once all of it have answered."""
    party = Answer.objects.filter(session=answer.session_id, kind=answer.kind, booking__party=booking.party_id)
    if booking.party_id and party.filter(status__in=UNANSWERED).exclude(pk=answer.pk).exists():
        return notices.subjects(booking)[:2]
    return notices.subjects(booking)


def _take_instead(booking: Booking, to: Session, held: bool, channel: str, by: User) -> Booking:
    if held:
        return registration.change_class(booking=booking, to=to, channel=channel, by=by, into_queue=True)
    application = registration.application_of(booking)
    return registration.book(session=to, application=application, channel=channel, by=by)


@transaction.atomic
def take_back_answer(*, answer: Answer, by: User, channel: str) -> None:
    """A slip of the finger: the answer is open again. What was booked or given up is changed back on its own page."""
    registration.note_answer(
        answer=answer, status=AnswerStatus.WAITING, by=by, channel=channel, note=_("記録を元に戻しました")
    )


@dataclass(frozen=True)
class Said:
    """What one person of a call said; `to`: the class that they take instead."""

    answer: Answer
    status: AnswerStatus
    to: Session | None = None


@transaction.atomic
def finish_call_with_answers(
    *, task: CallTask, said: Sequence[Said], by: User, channel: str, now: datetime, note: str = ""
) -> list[Booking]:
    """They were reached and have answered, each of a group for themselves: all is written down, or nothing.

    Those of a group who take the same class are told of it as one. Returns the bookings taken instead.
    Raises: contact.services.CallTaken, registration.services.BookingError.
    """
    _lock_all(said)
    contact.finish_call(task=task, outcome=CallOutcome.REACHED, by=by, now=now, note=note)
    moving: dict[Session, list[Booking]] = defaultdict(list)
    for one in said:
        if len(said) > 1 and one.to and one.status == AnswerStatus.ANOTHER:
            moving[one.to].append(Booking.objects.select_related("session", "resident").get(pk=one.answer.booking_id))
    taken = [
        other
        for to, bookings in moving.items()
        for other in registration.change_group(bookings=bookings, to=to, channel=channel, by=by)
    ]
    for one in said:
        if len(said) == 1 or one.to is None:
            other = take_answer(answer=one.answer, status=one.status, by=by, channel=channel, to=one.to, note=note)
            taken += [other] if other else []
    return taken


def _lock_all(said: Sequence[Said]) -> None:
    """Every class that the answers touch, in one order and before the call: whoever moves a class locks it so too."""
    touched = {one.answer.session_id for one in said} | {one.to.pk for one in said if one.to}
    list(Session.objects.select_for_update().filter(pk__in=touched).order_by("pk").values_list("pk"))
