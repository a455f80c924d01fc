"""Reads of bookings shared by more than one caller; each list has a fixed number of statements."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from outreach.classes import codes
from outreach.classes.models import Session
from outreach.classes.queries import sessions_in
from outreach.contact.models import TOLD, CallStatus, Channel, Kind, Message, MessageStatus, SenderNumber
from outreach.contact.services.calls import is_refused
from outreach.people.rules import Scope
from outreach.people.tries import Guard
from outreach.registration import notices, rules
from outreach.registration.models import (
    FINE,
    MOVED,
    QUEUE,
    ROSTER,
    UNANSWERED,
    Answer,
    Booking,
    BookingStatus,
    CheckIn,
    Enquiry,
)
from outreach.registration.rules import Wish


def bookings_in(scope: Scope) -> QuerySet[Booking]:
    """The bookings of the sessions that a scope reaches (law 7): every staff screen starts here."""
    found = Booking.objects.select_related("session__course", "session__venue", "resident")
    return found if scope.nation else found.filter(session__in=sessions_in(scope).values("pk"))


def roster(session: Session) -> QuerySet[Booking]:
    """Those who have a seat, by kana. 1 statement."""
    found = Booking.objects.filter(session=session, status__in=ROSTER)
    return found.select_related("resident").order_by("resident__kana", "pk")


def with_arrivals(found: QuerySet[Booking]) -> QuerySet[Booking]:
    """Annotate `arrived_at`: when the poster's code was opened with this booking's number."""
    by_poster = CheckIn.objects.filter(booking=OuterRef("pk"), way=CheckIn.Way.POSTER)
    return found.annotate(arrived_at=Subquery(by_poster.values("at")[:1]))


def contradicting_scans(session: Session) -> QuerySet[CheckIn]:
    """Slips of this class that were scanned and not taken, for a person to look at. 1 statement."""
    return (
        CheckIn.objects.filter(booking__session=session).exclude(outcome__in=FINE).select_related("booking__resident")
    )


def waitlist(session: Session) -> QuerySet[Booking]:
    """Those who wait or have been offered a seat, in order. 1 statement."""
    waiting = {BookingStatus.WAITLISTED, BookingStatus.OFFERED}
    found = Booking.objects.filter(session=session, status__in=waiting)
    return found.select_related("resident").order_by(*QUEUE)


@dataclass(frozen=True)
class Told:
    """One thing told or to be told, in the resident's words."""

    what: str
    whom: str  # a name, where two are told
    at: datetime | None  # None: at once, or as soon as someone is there to ring
    how: str


def told(booking: Booking) -> list[Told]:
    """What has been and will be told about a booking, in order of time. 1 statement."""
    rows = Message.objects.filter(subject__in=notices.subjects(booking)).select_related("call_task")
    kept = rows.exclude(status=MessageStatus.WITHDRAWN).exclude(call_task__status=CallStatus.WITHDRAWN)
    return [_told(row, booking) for row in kept.order_by("due_at", "pk")]


def _told(row: Message, booking: Booking) -> Told:
    names = {booking.subject: str(booking.resident), notices.subjects(booking)[1]: booking.proxy_name}
    return Told(
        what=str(Kind(row.kind).label),
        whom=names.get(row.subject, "") if booking.tell == Booking.Tell.BOTH else "",
        at=row.changed_at if row.status in TOLD else row.due_at if row.due_at > timezone.now() else None,
        how=rules.progress(row.status, _called(row)),
    )


def _called(message: Message) -> str:
    return message.call_task.status if hasattr(message, "call_task") else ""


def senders(session: Session) -> list[str]:
    """The numbers (E.164) that may ring or write about a session: the town's, ours, and who runs it. 1 statement."""
    ours = SenderNumber.objects.filter(Q(municipality=session.municipality_id) | Q(municipality=None), active=True)
    named = [sender.number for sender in ours.order_by("use", "number")]
    return list(dict.fromkeys([*named, *filter(None, [session.organisation.phone])])) or [settings.CALLBACK_NUMBER]


def ways_of(booking: Booking) -> list[rules.Way]:
    return rules.ways(
        tell=booking.tell,
        contact=booking.contact,
        resident=(str(booking.resident), booking.resident.phone),
        proxy=(booking.proxy_name, booking.proxy_phone),
        left=booking.session.starts_at - timezone.now(),
    )


def wish_of(booking: Booking) -> Wish:
    """Which messages those who are told of a booking take, by the ledger. At most 2 statements."""
    number = notices.recipients(booking)[0][2]
    if is_refused(number, Channel.SMS, Kind.CHANGE):
        return Wish.NONE
    return Wish.NO_REMINDERS if is_refused(number, Channel.SMS, Kind.REMINDER_DAY_BEFORE) else Wish.ALL


def find_booking(*, reference: str, phone: str, address: str) -> Booking | None:
    """The booking that a reference and the resident's or proxy's number (E.164) name together.

    Only failures count against `address` (the client's) and the reference, so a hall that books often is not barred.
    Raises: TooManyTries.
    """
    code = codes.clean_code(reference, codes.REFERENCE_DIGITS)
    guard = Guard(address=address, reference=code or reference)  # one reference, however it is grouped
    guard.check()
    found = Booking.objects.select_related("session__course", "session__venue__municipality", "resident")
    theirs = Q(resident__phone=phone) | Q(proxy_phone=phone)
    # No number proves nothing: bookings without a proxy hold an empty one.
    booking = found.filter(theirs, reference=code).first() if code and phone else None
    if booking is None:
        guard.failed()
    return booking


def find_seat_holder(*, session: Session, reference: str, address: str) -> Booking | None:
    """Who has a seat in `session` under this reference: all that the poster at its door asks. Raises: TooManyTries."""
    code = codes.clean_code(reference, codes.REFERENCE_DIGITS)
    guard = Guard(address=address, reference=code or reference)
    guard.check()
    booking = roster(session).filter(reference=code).first() if code else None
    if booking is None:
        guard.failed()
    return booking


def open_answer(booking: Booking) -> Answer | None:
    """What is still to be answered about a class that was moved. 1 statement."""
    asked = booking.answers.filter(kind__in=MOVED).order_by("asked_at").last()
    return asked if asked and asked.status in UNANSWERED else None


def enquiries_in(scope: Scope) -> QuerySet[Enquiry]:
    """The enquiries that a scope reaches (law 7). One that belongs to no town is for those who see the nation."""
    found = Enquiry.objects.select_related("municipality", "session__course", "session__venue", "organisation")
    if scope.nation:
        return found
    return found.filter(
        Q(municipality__in=scope.municipalities)
        | Q(municipality__prefecture__in=scope.prefectures)
        | Q(organisation__in=scope.organisations)
    )
