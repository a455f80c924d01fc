"""What a resident is told about a booking: written to the outbox in the transaction that makes it true (law 4)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from outreach.classes.codes import show_code
from outreach.classes.models import Session
from outreach.classes.rules import JST
from outreach.contact.models import Channel, Kind
from outreach.contact.numbers import NumberKind, kind_of
from outreach.contact.rules import Way, route
from outreach.contact.services import queue_message, withdraw_messages
from outreach.registration import rules
from outreach.registration.models import Booking, BookingStatus, Intake

REMINDERS = (Kind.REMINDER_DAY_BEFORE, Kind.REMINDER_SAME_DAY)
WEEKDAYS = "月火水木金土日"
# Whoever applies this way sees or hears the answer at once; a paper form or a fax gets none.
ANSWERED = frozenset({Intake.WEB, Intake.API, Intake.PHONE_LINE, Intake.STAFF_PHONE, Intake.COUNTER})


def tell_booked(booking: Booking, *, quiet: bool = False) -> None:
    """Confirm what was just done, and plan the reminders of a booked class.

    `quiet`: a seat is not confirmed by itself, since it came with others; a place on a waitlist always is.
    """
    confirmed = booking.status == BookingStatus.CONFIRMED
    if not (quiet and confirmed):
        _tell(booking, Kind.CONFIRMATION if confirmed else Kind.WAITLISTED, just_done=True)
    if confirmed:
        plan_reminders(booking)


def tell_offer(booking: Booking) -> None:
    """Offer a seat that is held until `offer_expires_at`."""
    until = booking.offer_expires_at
    _tell(booking, Kind.WAITLIST_OFFER, {"answer_by": spoken(until) if until else ""}, needed_by=until)


def tell_booked_together(bookings: Sequence[Booking]) -> None:
    """Confirm what several people got on one form: whoever shares a number is told once, of all."""
    for status, kind in ((BookingStatus.CONFIRMED, Kind.CONFIRMATION), (BookingStatus.WAITLISTED, Kind.WAITLISTED)):
        some = [booking for booking in bookings if booking.status == status]
        _tell_all(some, kind, just_done=True)
    for lead in {booking.party_id or booking.pk: booking for booking in bookings}.values():
        plan_reminders(lead)


def tell_changed(bookings: Sequence[Booking], *, changed: str, needed_by: datetime | None = None) -> None:
    """Tell of a new time or place ("日時", "会場"), and plan the reminders anew: the session's revision has risen.

    Those who wait hear that they still do. `needed_by`: when the others would have set out for the old time (default:
    when the class now starts).
    """
    withdraw(*bookings, parties=True)
    waiting = [booking for booking in bookings if booking.status == BookingStatus.WAITLISTED]
    seated = [booking for booking in bookings if booking not in waiting]
    _tell_all(seated, Kind.CHANGE, {"changed": changed}, needed_by=needed_by)
    _tell_all(waiting, Kind.WAITLIST_CHANGE, {"changed": changed})
    for booking in seated:
        if booking.status == BookingStatus.OFFERED:  # it may have been taken back untold, and its day is another now
            tell_offer(booking)
    for lead in {booking.party_id or booking.pk: booking for booking in seated}.values():
        plan_reminders(lead)


def change_told(booking: Booking) -> Kind:
    """As what a move is told: to who waits for a seat in other words than to who has one."""
    return Kind.WAITLIST_CHANGE if booking.status == BookingStatus.WAITLISTED else Kind.CHANGE


def tell_cancelled(bookings: Sequence[Booking], *, reason: str) -> None:
    """Tell that the class does not take place, and why."""
    _tell_all(bookings, Kind.CANCELLATION, {"reason": reason})


def tell_given_up(booking: Booking) -> None:
    """Confirm that someone gave a class up; by text or letter only, since nobody is rung to repeat a page."""
    for subject, channel, to in recipients(booking):
        if not _would_ring(booking, channel, to):
            _send([booking], subject, channel, to, Kind.BOOKING_CANCELLED, just_done=True)


def tell_by_text(booking: Booking) -> None:
    """Say how the booking stands once more, to numbers that take a text: nobody is rung. Its revision has risen."""
    kind = Kind.CONFIRMATION if booking.status == BookingStatus.CONFIRMED else Kind.WAITLISTED
    for subject, channel, to in recipients(booking):
        if channel != Channel.POST and not _takes_a_call(channel, to):
            _send([booking], subject, channel, to, kind, just_done=True)


def tell_anew(booking: Booking) -> None:
    """Plan what is still to be told by the way now chosen: the booking's revision has risen."""
    if booking.status == BookingStatus.OFFERED:
        tell_offer(booking)
    if booking.status == BookingStatus.CONFIRMED:
        plan_reminders(booking)


def plan_reminders(booking: Booking) -> None:
    """Of one who has a seat, or, where they came on one form, of all who share a number: planned anew as one."""
    if booking.party_id:
        remind_party(booking)
    elif booking.status == BookingStatus.CONFIRMED:
        _remind([booking])


def remind_party(booking: Booking) -> None:
    """After someone joined or left those who are told together: take their reminders back, and remind who is left."""
    if not booking.party_id:
        return
    withdraw_messages(subject=party_subject(booking), kinds=REMINDERS)
    Booking.objects.filter(pk=booking.party_id).update(revision=F("revision") + 1)
    members = Booking.objects.filter(party=booking.party_id, session=booking.session_id, status=BookingStatus.CONFIRMED)
    left = list(members.select_related("resident", "party").order_by("pk"))
    for one in left:
        one.session = booking.session
    _remind(left)


def _remind(bookings: Sequence[Booking]) -> None:
    for booking in bookings[:1]:
        year = booking.session.programme_year
        for kind, due in rules.reminders_due(
            booking.session.starts_at,
            day_before_at=year.reminder_day_before_at,
            same_day_at=year.reminder_same_day_at,
            now=timezone.now(),
        ):
            _tell_all(bookings, Kind(kind), due_at=due)


def withdraw(*bookings: Booking, parties: bool = False) -> None:
    """Take back what has not been sent and is no longer true; `parties`: also what is told of several at once."""
    for booking in bookings:
        for subject in (booking.subject, f"{booking.subject}/proxy"):
            withdraw_messages(subject=subject)
    if parties:
        for lead in {booking.party_id: booking for booking in bookings if booking.party_id}.values():
            withdraw_messages(subject=party_subject(lead))


def waits_no_more(booking: Booking) -> None:
    """Whoever is offered or given a seat is not told that there is none yet; of a party once nobody of it waits."""
    party = Booking.objects.filter(party=booking.party_id, status=BookingStatus.WAITLISTED).exclude(pk=booking.pk)
    told = subjects(booking)[:2] if booking.party_id and party.exists() else subjects(booking)
    for subject in told:
        withdraw_messages(subject=subject, kinds=[Kind.WAITLIST_CHANGE])


def party_subject(booking: Booking) -> str:
    """The key under which messages about all of a party are found."""
    return f"booking:{booking.party_id}/party"


def subjects(booking: Booking) -> tuple[str, ...]:
    """The keys under which messages to the resident, to the one who applied, and about their party are found."""
    own = (booking.subject, f"{booking.subject}/proxy")
    return (*own, party_subject(booking)) if booking.party_id else own


def recipients(booking: Booking) -> list[tuple[str, Channel, str]]:
    """Whom to tell, as (subject key, channel, number): the resident, the one who applied for them, or both."""
    by_proxy = booking.proxy_phone and booking.tell in {Booking.Tell.PROXY, Booking.Tell.BOTH}
    told = []
    if booking.tell != Booking.Tell.PROXY:
        told.append((booking.subject, Channel(booking.contact), booking.resident.phone))
    if by_proxy:
        told.append((f"{booking.subject}/proxy", Channel.SMS, booking.proxy_phone))  # a landline becomes a call
    return told


def _tell(
    booking: Booking,
    kind: Kind,
    words: Mapping[str, str] | None = None,
    *,
    needed_by: datetime | None = None,
    just_done: bool = False,
) -> None:
    """Tell of one booking, whoever came with it."""
    for subject, channel, to in recipients(booking):
        if not (just_done and _knows_already(booking, subject) and _takes_a_call(channel, to)):
            _send([booking], subject, channel, to, kind, words, needed_by=needed_by, just_done=just_done)


def _tell_all(
    bookings: Sequence[Booking],
    kind: Kind,
    words: Mapping[str, str] | None = None,
    *,
    due_at: datetime | None = None,
    needed_by: datetime | None = None,
    just_done: bool = False,
) -> None:
    """Tell of several at once: a number that stands for a whole party gets one message about all of it."""
    for (subject, channel, to), about in _by_recipient(bookings).items():
        if not (just_done and _knows_already(about[0], subject) and _takes_a_call(channel, to)):
            _send(about, subject, channel, to, kind, words, due_at=due_at, needed_by=needed_by, just_done=just_done)


def _by_recipient(bookings: Sequence[Booking]) -> dict[tuple[str, Channel, str], list[Booking]]:
    found: dict[tuple[str, Channel, str], list[Booking]] = {}
    for booking in bookings:
        for subject, channel, to in recipients(booking):
            key = (party_subject(booking) if booking.party_id else subject, channel, to)
            found.setdefault(key, []).append(booking)
    return found


def _send(
    about: Sequence[Booking],
    subject: str,
    channel: Channel,
    to: str,
    kind: Kind,
    words: Mapping[str, str] | None = None,
    *,
    due_at: datetime | None = None,
    needed_by: datetime | None = None,
    just_done: bool = False,
) -> None:
    first = about[0]
    queue_message(
        subject=subject,
        revision=first.session.revision + _revision(first, subject) + 1,  # each only rises: never used twice
        kind=kind,
        channel=channel,
        to=to,
        fields={**message_fields(first), **_of_all(about), **(words or {})},
        due_at=due_at or timezone.now(),
        needed_by=needed_by or first.session.starts_at,
        municipality=first.session.municipality,
        organisation=first.session.organisation,
        just_done=just_done,
        sample=first.sample,
    )


def _revision(booking: Booking, subject: str) -> int:
    if not booking.party_id or not subject.endswith("/party"):
        return booking.revision
    return int(Booking.objects.values_list("revision", flat=True).get(pk=booking.party_id))


NAMED = 3  # of those who are told together; the rest are counted


def _of_all(about: Sequence[Booking]) -> dict[str, str]:
    """Of a party: the names as one calls them out (the text itself adds the last 様), and every reference."""
    if len(about) == 1:
        return {}
    names = "様、".join(str(booking.resident) for booking in about[:NAMED])
    more = f"ほか{len(about) - NAMED}名" if len(about) > NAMED else ""
    return {"name": names + more, "reference": "・".join(show_code(booking.reference) for booking in about)}


def _knows_already(booking: Booking, subject: str) -> bool:
    """Is this the person who applied, and was answered on the spot? Staff need not ring to repeat it."""
    applied_by_proxy = bool(booking.proxy_phone)
    told_to_proxy = subject.endswith("/proxy") or (subject.endswith("/party") and booking.tell == Booking.Tell.PROXY)
    return booking.channel in ANSWERED and told_to_proxy == applied_by_proxy


def _takes_a_call(channel: Channel, to: str) -> bool:
    return channel != Channel.POST and (channel in {Channel.CALL, Channel.VOICE} or kind_of(to) != NumberKind.MOBILE)


def _would_ring(booking: Booking, channel: Channel, to: str) -> bool:
    now = timezone.now()
    chosen = route(
        kind=Kind.BOOKING_CANCELLED,
        channel=channel,
        number_kind=kind_of(to),
        has_address=bool(booking.resident.address),
        now=now,
        due=now,
        needed_by=booking.session.starts_at,
        just_done=True,
    )
    return chosen.way == Way.CALL


def message_fields(booking: Booking) -> dict[str, str]:
    """The words that a text about this booking may use, frozen when it is queued."""
    session = booking.session
    return {
        "name": booking.resident.name or booking.resident.kana,
        "town": session.municipality.name,
        "callback": session.organisation.phone or settings.CALLBACK_NUMBER,
        "code": show_code(session.code),
        "course": session.course.name,
        "venue": session.venue.name,
        "when": spoken_time(session),
        "reference": show_code(booking.reference),
        "postal_code": booking.resident.postal_code,
        "address": booking.resident.address,
    }


def spoken_time(session: Session) -> str:
    return spoken(session.starts_at)


def spoken(moment: datetime | None) -> str:
    """7月4日(月)13:30 — short, since every 67 characters cost an SMS segment. Empty where no time is set."""
    if moment is None:
        return ""
    local = moment.astimezone(JST)
    return f"{local.month}月{local.day}日({WEEKDAYS[local.weekday()]}){local:%H:%M}"
