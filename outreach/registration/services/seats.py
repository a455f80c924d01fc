"""Seats: the one way by which every channel books, cancels, offers and takes attendance (laws 1 and 10).

Each service locks the session first, then counts: SQLite by its one writer, PostgreSQL by the row.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.classes import codes
from outreach.classes.models import OPEN, Course, Entry, Session
from outreach.contact.models import Channel, ConsentSource, Purpose
from outreach.contact.services import record_consent
from outreach.people.models import User
from outreach.registration import notices, rules
from outreach.registration.models import (
    LIVE,
    SEATED,
    Booking,
    BookingStatus,
    Enrolment,
    IdempotencyKey,
    Intake,
    Resident,
)
from outreach.registration.services.answers import note_given_up, note_taken_instead
from outreach.registration.services.points import reverse_points
from outreach.registration.services.steps import (
    AlreadyBooked,
    BookingError,
    IdempotencyConflict,
    NotOpen,
    lock,
    move,
    record,
)
from outreach.registration.services.waitlist import pass_on_seat, queue_of

S = BookingStatus
ALONE = frozenset({Intake.WEB, Intake.API, Intake.PHONE_LINE})  # nobody of the office was there


@dataclass(frozen=True)
class Application:
    """What someone asks for, cleaned: kana in full-width katakana, telephone numbers in E.164."""

    name: str
    kana: str
    phone: str
    contact: str = Channel.SMS
    needs: str = ""
    postal_code: str = ""
    address: str = ""
    proxy_name: str = ""
    proxy_relation: str = ""
    proxy_phone: str = ""
    tell: str = Booking.Tell.RESIDENT


@transaction.atomic
def book(
    *,
    session: Session,
    application: Application,
    channel: str,
    by: User | None = None,
    sample: bool = False,
    quiet: bool = False,
) -> Booking:
    """Take a seat, or a place on the waitlist where none is left, and plan what to tell the resident.

    `quiet` leaves the confirmation of a seat to another booking. Raises: as `enter`.
    """
    booking = enter(session=session, application=application, channel=channel, by=by, sample=sample)
    notices.tell_booked(booking, quiet=quiet)
    return booking


@transaction.atomic
def enter(
    *, session: Session, application: Application, channel: str, by: User | None = None, sample: bool = False
) -> Booking:
    """`book` without a word to anyone: for whoever tells several people at once.

    A booking of a sample session is a sample too. Raises: NotOpen, AlreadyBooked; BookingError where a child comes
    without a guardian.
    """
    locked = lock(session)
    sample = sample or locked.sample
    if locked.status not in OPEN or locked.starts_at <= timezone.now():
        raise NotOpen(_("この講習会は、いま申し込みを受け付けていません。"))
    if locked.entry != Entry.BOOKING:
        raise NotOpen(_("この回は、予約を受け付けていません。"))
    if locked.course.audience == Course.Audience.CHILDREN and not (application.proxy_name and application.proxy_phone):
        raise BookingError(_("子どもの講座です。保護者のお名前と電話番号が要ります。"))
    resident = _find_or_make_resident(application, sample=sample)
    if Booking.objects.filter(session=locked, resident=resident).exclude(status=S.CANCELLED).exists():
        raise AlreadyBooked(_("この方は、この講習会にもう申し込んでいます。申込番号と電話番号で確認できます。"))
    status = S.CONFIRMED if _take_seat(locked) else S.WAITLISTED
    booking = Booking.objects.create(
        reference=_new_reference(),
        session=locked,
        resident=resident,
        status=status,
        channel=channel,
        contact=application.contact,
        needs=application.needs,
        proxy_name=application.proxy_name,
        proxy_relation=application.proxy_relation,
        proxy_phone=application.proxy_phone,
        tell=application.tell,
        applied_at=timezone.now(),
        sample=sample,
    )
    record(booking, "", status, channel=channel, by=by)
    if locked.series_id:
        Enrolment.objects.get_or_create(
            series_id=locked.series_id, resident=resident, defaults={"channel": channel, "sample": sample}
        )
    note_taken_instead(booking=booking, channel=channel, by=by)
    return booking


def book_once(
    *,
    key: str,
    fingerprint: str,
    session: Session,
    application: Application,
    channel: str,
    by: User | None = None,
    sample: bool = False,
    quiet: bool = False,
) -> tuple[Booking, bool]:
    """`book`, but a repeated `key` gives the booking that its first use made, and False.

    Two uses at once wait for each other at the session's lock; for two sessions, at the unique key.
    Raises: IdempotencyConflict where `fingerprint` differs from the first use; NotOpen, AlreadyBooked.
    """
    try:
        with transaction.atomic():
            lock(session)
            known = _known_key(key)
            if known is None:
                booking = book(
                    session=session, application=application, channel=channel, by=by, sample=sample, quiet=quiet
                )
                IdempotencyKey.objects.create(key=key, fingerprint=fingerprint, booking=booking)
                return booking, True
    except IntegrityError:
        known = _known_key(key)
        if known is None:
            raise
    if known.fingerprint != fingerprint:
        raise IdempotencyConflict(_("同じ受付キーが、別の申し込みに使われています。"))
    return known.booking, False


def _known_key(key: str) -> IdempotencyKey | None:
    found = IdempotencyKey.objects.select_related("booking__session__course", "booking__session__venue")
    return found.filter(key=key).first()


@transaction.atomic
def cancel(*, booking: Booking, channel: str, by: User | None = None, reason: str = "") -> None:
    """Give up a seat or a place in the queue; a freed seat is offered to the first who waits.

    A resident who did so alone, on a page or by the line, is told of it. Raises: as `give_up`.
    """
    give_up(booking=booking, channel=channel, by=by, reason=reason)
    note_given_up(booking=booking, channel=channel, by=by)
    if channel in ALONE:
        notices.tell_given_up(booking)


@transaction.atomic
def give_up(*, booking: Booking, channel: str, by: User | None = None, reason: str = "") -> None:
    """`cancel` without a word. Raises: BookingError where it was given up already or the session has begun."""
    session = lock(booking.session)
    if session.starts_at <= timezone.now():
        raise BookingError(_("始まった講習会の申し込みは、取り消せません。"))
    held = move(booking, LIVE, S.CANCELLED, channel=channel, by=by, reason=reason) in SEATED
    notices.withdraw(booking)
    notices.remind_party(booking)
    if held:
        pass_on_seat(session)


@transaction.atomic
def accept_offer(*, booking: Booking, channel: str, by: User | None = None) -> None:
    """Turn an offered seat into a booking. Raises: BookingError where the offer has lapsed."""
    lock(booking.session)
    booking.refresh_from_db()
    if booking.offer_expires_at is None or booking.offer_expires_at <= timezone.now():
        raise BookingError(_("空席のご案内の期限が過ぎました。"))
    move(booking, {S.OFFERED}, S.CONFIRMED, channel=channel, by=by)
    notices.tell_booked(booking)


@transaction.atomic
def choose_messages(*, booking: Booking, wish: rules.Wish) -> None:
    """Write into the ledger which messages the numbers told of a booking want, by any channel (law 6)."""
    say = partial(record_consent, at=timezone.now(), source=ConsentSource.WEB, sample=booking.sample)
    for number in {to for _subject, _channel, to in notices.recipients(booking)}:
        say(number=number, given=wish != rules.Wish.NONE)
        if wish == rules.Wish.NO_REMINDERS:
            say(number=number, given=False, purpose=Purpose.REMINDER)


def lapse_offers(*, now: datetime | None = None) -> int:
    """End the offers whose time is over and pass their seats on, each in its own transaction. Returns how many."""
    overdue = Booking.objects.filter(status=S.OFFERED, offer_expires_at__lte=now or timezone.now())
    return sum(_lapse(booking, now or timezone.now()) for booking in overdue.select_related("session"))


@transaction.atomic
def _lapse(booking: Booking, now: datetime) -> bool:
    session = lock(booking.session)
    booking.refresh_from_db()
    if booking.status != S.OFFERED or not booking.offer_expires_at or booking.offer_expires_at > now:
        return False
    move(booking, {S.OFFERED}, S.CANCELLED, reason=_("空席の案内の期限が過ぎたため"))
    notices.withdraw(booking)
    pass_on_seat(session)
    return True


@transaction.atomic
def mark_attendance(*, booking: Booking, status: BookingStatus, by: User | None) -> None:
    """Note attended or absent, or confirmed again to undo; the seat stays counted, points are taken back.

    Raises: BookingError.
    """
    if status not in {S.ATTENDED, S.ABSENT, S.CONFIRMED}:
        raise BookingError(_("出席か欠席を選んでください。"))
    if booking.status == status:
        return
    move(booking, {S.CONFIRMED, S.ATTENDED, S.ABSENT}, status, by=by)
    if status != S.ATTENDED:
        reverse_points(booking=booking, by=by, reason=_("出席の取り消し"))


@transaction.atomic
def cancel_all(*, session: Session, by: User | None, reason: str) -> list[Booking]:
    """End every live booking of a cancelled session. Returns them, for the caller to tell (law: told once)."""
    lock(session)
    live = list(Booking.objects.filter(session=session, status__in=LIVE).select_related("resident"))
    for booking in live:
        move(booking, LIVE, S.CANCELLED, by=by, reason=reason)
    notices.withdraw(*live, parties=True)
    Session.objects.filter(pk=session.pk).update(seats_taken=0)
    return live


@transaction.atomic
def change_capacity(*, session: Session, capacity: int) -> None:
    """Set the seats; new ones go to those who wait, in order. Raises: BookingError below what is taken."""
    locked = lock(session)
    if not locked.seats_taken <= capacity <= locked.venue.capacity:
        raise BookingError(
            _("定員は%(least)s人以上、%(most)s人以下にしてください。")
            % {"least": locked.seats_taken, "most": locked.venue.capacity}
        )
    Session.objects.filter(pk=locked.pk).update(capacity=capacity)
    while queue_of(locked) and _take_seat(locked):
        if not pass_on_seat(locked):
            break
    session.refresh_from_db()


def _take_seat(session: Session) -> bool:
    free = Session.objects.filter(pk=session.pk, seats_taken__lt=F("capacity"))
    return free.update(seats_taken=F("seats_taken") + 1) == 1


def _find_or_make_resident(application: Application, *, sample: bool) -> Resident:
    resident, made = Resident.objects.get_or_create(
        phone=application.phone,
        kana=application.kana,
        defaults={
            "name": application.name,
            "postal_code": application.postal_code,
            "address": application.address,
            "sample": sample,
        },
    )
    # Who knows a number and a name may book, but not lead another's letters astray: staff correct an address.
    if not made and application.address and not resident.address:
        resident.postal_code, resident.address = application.postal_code, application.address
        resident.save(update_fields=["postal_code", "address"])
    return resident


def _new_reference() -> str:
    for _attempt in range(20):
        reference = codes.new_code(codes.REFERENCE_DIGITS)
        if not Booking.objects.filter(reference=reference).exists():
            return reference
    raise BookingError(_("申込番号を作れませんでした。もう一度お試しください。"))
