"""How far everyone has been reached after a class was moved or cancelled, and what each said."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from outreach.classes.models import Session
from outreach.classes.queries import Nearby
from outreach.contact.models import TOLD, CallStatus, CallTask, Kind, Message, MessageStatus
from outreach.contact.rules import MUST_BE_TOLD
from outreach.desk.queries.alternatives import best_alternatives
from outreach.desk.rules import NEEDS_HAND, Standing, standing
from outreach.people.rules import Scope
from outreach.registration import notices
from outreach.registration.models import ANSWERED, SEAT_HOLDERS, STILL_WAITS, UNANSWERED, Answer, AnswerStatus, Booking
from outreach.registration.queries import bookings_in

REACHED_BY_CALL = {CallStatus.REACHED, CallStatus.LEFT_WORD}
LOST = {CallStatus.GAVE_UP, CallStatus.WRONG_NUMBER}


def answers_in(scope: Scope) -> QuerySet[Answer]:
    """The answers within reach (law 7), each with whether the person was reached, as the outbox and the calls know.

    Whoever was offered or given a seat meanwhile need not say whether they still wait for one.
    """
    own = Concat(Value("booking:"), Cast(OuterRef("booking_id"), CharField()), output_field=CharField())
    proxy = Concat(own, Value("/proxy"), output_field=CharField())
    party = Concat(Value("booking:"), Cast(OuterRef("booking__party"), CharField()), Value("/party"))
    about = Q(subject=own) | Q(subject=proxy) | Q(subject=party)
    messages = Message.objects.filter(about, kind=OuterRef("kind"), created_at__gte=OuterRef("asked_at"))
    calls = CallTask.objects.filter(about, kind=OuterRef("kind"), created_at__gte=OuterRef("asked_at"))
    asked_no_more = Q(kind=Kind.WAITLIST_CHANGE, status__in=UNANSWERED, booking__status__in=SEAT_HOLDERS)
    found = Answer.objects.exclude(asked_no_more)
    if not scope.nation:
        found = found.filter(booking__in=bookings_in(scope).order_by().values("pk"))
    return found.annotate(
        reached=Exists(messages.filter(status__in=[*TOLD, MessageStatus.SHOWN]))
        | Exists(calls.filter(status__in=REACHED_BY_CALL)),
        lost=Exists(calls.filter(status__in=LOST)) | Exists(messages.filter(status=MessageStatus.FAILED)),
        barred=Exists(calls.filter(status=CallStatus.REFUSED)) | Exists(messages.filter(status=MessageStatus.REFUSED)),
    )


def unsettled(scope: Scope, now: datetime) -> QuerySet[Answer]:
    """Answers that still need a hand: not yet reached, or another class wanted and none found. Soonest first.

    Of a class moved twice only the last is asked.
    """
    waiting = Q(status=AnswerStatus.WAITING, reached=False, barred=False) | Q(status=AnswerStatus.NOT_REACHED)
    looking = Q(status=AnswerStatus.ANOTHER, other=None)
    newer = Answer.objects.filter(booking=OuterRef("booking"), session=OuterRef("session"), pk__gt=OuterRef("pk"))
    open_ones = answers_in(scope).filter(waiting | looking, ~Exists(newer), needed_by__gt=now)
    return open_ones.order_by("needed_by", "pk")


@dataclass(frozen=True)
class Line:
    """One person: how they stand, and the best that can be offered to them."""

    answer: Answer
    standing: Standing
    others: list[Nearby]

    @property
    def label(self) -> str:
        """How they stand, in a word."""
        waits = self.standing == Standing.COMES and self.answer.of_waiting
        return str(STILL_WAITS) if waits else self.standing.label


@dataclass(frozen=True)
class Progress:
    """Of all who are to be told: how many were reached, how many answered, and how many still need a hand."""

    total: int = 0
    reached: int = 0
    answered: int = 0
    open: int = 0
    unable: int = 0


def lines_of(session: Session, scope: Scope, now: datetime) -> list[Line]:
    """Everyone of the last move or cancellation of a session, those who need a hand first. 3 statements."""
    found = answers_in(scope).filter(session=session)
    around = ("booking__session__venue", "booking__session__course", "booking__resident", "by", "other__session__venue")
    rows = _latest(found.select_related(*around, "other__session__course"))
    open_ones = [row.booking for row in rows if row.status not in ANSWERED and row.other_id is None]
    best = best_alternatives(open_ones, scope, now)
    lines = [Line(row, standing_of(row), best.get(row.booking_id, [])) for row in rows]
    return sorted(lines, key=lambda line: (line.standing not in NEEDS_HAND, line.answer.booking.resident.kana))


def open_answers(task: CallTask, booking: Booking | None, scope: Scope, now: datetime) -> list[Line]:
    """What a call about a class moved or cancelled is to bring home: of a group, from each who came on the same form.

    Without those who have answered; none where the call is about something else. 3 statements.
    """
    if booking is None or task.kind not in MUST_BE_TOLD:
        return []
    together = booking.party_id and task.subject == notices.party_subject(booking)
    whose = Q(booking__party=booking.party_id) if together else Q(booking=booking)
    around = ("booking__session__venue", "booking__session__course", "booking__resident")
    found = _latest(answers_in(scope).filter(whose, session=booking.session_id, kind=task.kind).select_related(*around))
    rows = [row for row in found if row.status not in ANSWERED and row.other_id is None]
    best = best_alternatives([row.booking for row in rows], scope, now)
    return [Line(row, standing_of(row), best[row.booking_id]) for row in rows]


def _latest(found: Iterable[Answer]) -> list[Answer]:
    """The newest answer of each booking: a class moved twice is asked of anew."""
    newest: dict[int, Answer] = {}
    for row in sorted(found, key=lambda row: (row.asked_at, row.pk)):
        newest[row.booking_id] = row
    return list(newest.values())


def standing_of(row: Answer) -> Standing:
    return standing(
        status=row.status,
        booked_other=row.other_id is not None,
        reached=getattr(row, "reached", False),
        lost=getattr(row, "lost", False),
        barred=getattr(row, "barred", False),
    )


def progress_of(lines: Iterable[Line]) -> Progress:
    rows = [line.standing for line in lines]
    return Progress(
        total=len(rows),
        reached=sum(s not in {Standing.TO_TELL, Standing.NOT_REACHED, Standing.CANNOT_BE_TOLD} for s in rows),
        answered=sum(s in {Standing.COMES, Standing.BOOKED, Standing.GIVES_UP} for s in rows),
        open=sum(s in NEEDS_HAND for s in rows),
        unable=sum(s == Standing.CANNOT_BE_TOLD for s in rows),
    )


@dataclass(frozen=True)
class Behind:
    """A session whose people are not all reached yet."""

    session: Session
    open: int


def sessions_behind(scope: Scope, now: datetime, *, limit: int) -> tuple[list[Behind], int]:
    """Sessions with answers that need a hand, soonest first, and how many there are. 2 statements."""
    counts = unsettled(scope, now).order_by().values("session").annotate(n=Count("pk"))
    by_session = {row["session"]: row["n"] for row in counts}
    around = ("course", "venue", "municipality__prefecture")
    rows = Session.objects.filter(pk__in=by_session).select_related(*around).order_by("starts_at", "pk")[:limit]
    return [Behind(session, by_session[session.pk]) for session in rows], len(by_session)
