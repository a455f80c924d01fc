"""Who learns in the sample country: residents, their bookings, and messages in every state."""

from collections import Counter
from datetime import datetime, timedelta
from random import Random

from django.utils import timezone

from backend.sample.names import landline, mobile, name
from outreach.classes.codes import check_digit
from outreach.classes.models import OPEN, Session
from outreach.contact.models import CallTask, Kind, Message, MessageEvent, MessageStatus, Why
from outreach.contact.texts import clean_fields
from outreach.registration.models import SEAT_HOLDERS, Booking, BookingEvent, BookingStatus, Intake, Resident
from outreach.registration.notices import message_fields

S = BookingStatus
CONTACTS = [("sms", 5), ("call", 3), ("post", 1)]
MOST_SESSIONS = 500


def seed_bookings(rng: Random) -> None:
    """Fill sessions to come from nearly empty to over-subscribed, and tell some of it."""
    upcoming = list(
        Session.objects.filter(status__in=OPEN, starts_at__gt=timezone.now())
        .select_related("course", "venue", "municipality", "organisation", "programme_year")
        .order_by("starts_at")[:MOST_SESSIONS]
    )
    wanted = [(session, _demand(rng, session)) for session in upcoming]
    residents = iter(_residents(rng, sum(count for _, count in wanted)))
    references: set[str] = set()
    bookings = [
        _booking(rng, session, next(residents), seat, references) for session, count in wanted for seat in range(count)
    ]
    Booking.objects.bulk_create(bookings, batch_size=500)
    BookingEvent.objects.bulk_create(
        [BookingEvent(booking=b, new=b.status, channel=b.channel) for b in bookings], batch_size=500
    )
    for session, taken in Counter(b.session for b in bookings if b.status in SEAT_HOLDERS).items():
        Session.objects.filter(pk=session.pk).update(seats_taken=taken)
    _messages(rng, bookings)


def _demand(rng: Random, session: Session) -> int:
    """Mostly a few, sometimes more than there are seats."""
    return session.capacity + 3 if rng.random() < 0.06 else min(session.capacity, int(rng.expovariate(1 / 4)))


def _residents(rng: Random, count: int) -> list[Resident]:
    rows: list[Resident] = []
    seen: set[tuple[str, str]] = set()
    while len(rows) < count:
        number = rng.randrange(1000, 9000)
        written, kana = name(rng)
        phone = landline(number) if rng.random() < 0.4 else mobile(number)
        if (phone, kana) in seen:
            continue
        seen.add((phone, kana))
        rows.append(
            Resident(name=written, kana=kana, phone=phone, postal_code="0986200", address="（架空の住所）", sample=True)
        )
    return Resident.objects.bulk_create(rows, batch_size=500)


def _booking(rng: Random, session: Session, resident: Resident, seat: int, references: set[str]) -> Booking:
    while (body := str(rng.randrange(1_000_000, 10_000_000))) in references:
        pass
    references.add(body)
    contact = rng.choices([c for c, _ in CONTACTS], [w for _, w in CONTACTS])[0]
    return Booking(
        reference=body + check_digit(body),
        session=session,
        resident=resident,
        status=S.CONFIRMED if seat < session.capacity else S.WAITLISTED,
        channel=rng.choice([Intake.WEB, Intake.STAFF_PHONE, Intake.PAPER, Intake.COUNTER]),
        contact="call" if resident.phone.startswith("+813") and contact == "sms" else contact,
        applied_at=timezone.now() - timedelta(days=rng.randrange(1, 20), minutes=seat),
        sample=True,
    )


def _messages(rng: Random, bookings: list[Booking]) -> None:
    """A confirmation for each; here and there a failure, a doubt, a call to make."""
    now = timezone.now()
    confirmed = [b for b in bookings if b.status == S.CONFIRMED]
    rows = [_message(rng, booking, now) for booking in confirmed]
    Message.objects.bulk_create(rows, batch_size=500)
    MessageEvent.objects.bulk_create(
        [MessageEvent(message=m, at=m.due_at, new=m.status, code=m.why) for m in rows], batch_size=500
    )
    CallTask.objects.bulk_create(
        [
            CallTask(
                message=m, subject=m.subject, revision=m.revision, kind=m.kind, why=m.why, number=m.to, fields=m.fields,
                municipality_id=m.municipality_id, organisation_id=m.organisation_id, sample=True, due_at=m.due_at,
                next_at=m.due_at, needed_by=m.needed_by,
            )
            for m in rows
            if m.status == MessageStatus.CALL
        ],
        batch_size=500,
    )  # fmt: skip


def _message(rng: Random, booking: Booking, now: datetime) -> Message:
    states = [MessageStatus.DELIVERED] * 12 + [MessageStatus.SENT, MessageStatus.UNKNOWN, MessageStatus.FAILED]
    status, why = rng.choice(states), ""
    if booking.contact == "call":
        status, why = (MessageStatus.CALL, Why.CHOSEN) if rng.random() < 0.1 else (MessageStatus.SHOWN, "")
    elif booking.contact == "post":
        status = MessageStatus.PRINTED
    elif status == MessageStatus.FAILED:
        why = Why.NUMBER_INVALID
    session = booking.session
    return Message(
        subject=booking.subject,
        revision=session.revision + 1,
        kind=Kind.CONFIRMATION,
        channel=booking.contact,
        status=status,
        why=why,
        to=booking.resident.phone,
        fields=clean_fields(Kind.CONFIRMATION, message_fields(booking)),
        municipality_id=session.municipality_id,
        organisation_id=session.organisation_id,
        just_done=True,
        due_at=booking.applied_at,
        next_at=now + timedelta(days=30) if status == MessageStatus.UNKNOWN else booking.applied_at,
        needed_by=session.starts_at,
        lease_until=now if status == MessageStatus.UNKNOWN else None,
        sample=True,
    )
