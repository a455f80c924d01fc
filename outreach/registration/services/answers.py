"""Answers to a class moved or cancelled: asked of all when it happens, noted by whoever hears them."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.contact.models import Kind
from outreach.people.models import User
from outreach.registration.models import MOVED, UNANSWERED, Answer, AnswerStatus, Booking
from outreach.registration.services.steps import BookingError, record

LINKED_FOR = timedelta(days=60)  # a class taken later than that is no longer taken instead


@transaction.atomic
def ask_answers(*, bookings: Iterable[Booking], kind: Kind, revision: int, needed_by: datetime) -> None:
    """Open an answer for each booking, before they are told. Asked twice of the same, nothing changes."""
    rows = [
        Answer(booking=b, session_id=b.session_id, kind=kind, revision=revision, needed_by=needed_by) for b in bookings
    ]
    Answer.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def note_answer(
    *,
    answer: Answer,
    status: AnswerStatus,
    by: User | None = None,
    channel: str = "",
    note: str = "",
    other: Booking | None = None,
) -> None:
    """Write an answer down, by compare-and-set, with an event of its booking (law 10).

    Raises: BookingError where someone else wrote another one meanwhile.
    """
    same = Answer.objects.filter(pk=answer.pk, status=answer.status, other=answer.other_id)
    if not same.update(status=status, other=other, by=by, note=note[:200], changed_at=timezone.now()):
        raise BookingError(_("ほかの人が先に返事を記録しました。画面を開き直してください。"))
    answer.status, answer.other, answer.by, answer.note = status, other, by, note[:200]
    booking = answer.booking
    said = _("返事：%(answer)s") % {"answer": answer.words_for(status)}
    words = f"{said}（{note}）" if note else said
    record(booking, booking.status, booking.status, channel=channel, by=by, reason=words[:200])


def note_given_up(*, booking: Booking, channel: str, by: User | None) -> None:
    """Whoever gives up a class that was moved has answered."""
    for answer in booking.answers.filter(kind__in=MOVED, status__in=UNANSWERED):
        note_answer(answer=answer, status=AnswerStatus.GIVES_UP, by=by, channel=channel)


def note_taken_instead(*, booking: Booking, channel: str, by: User | None) -> None:
    """Whoever takes a class after theirs was cancelled has answered: this is the one that they take instead."""
    asked = Answer.objects.filter(booking__resident=booking.resident_id, kind=Kind.CANCELLATION, other=None)
    open_ones = asked.filter(
        status__in=[*UNANSWERED, AnswerStatus.ANOTHER], asked_at__gt=timezone.now() - LINKED_FOR
    ).exclude(session=booking.session_id)
    for answer in open_ones.select_related("booking"):
        note_answer(answer=answer, status=AnswerStatus.ANOTHER, by=by, channel=channel, other=booking)
