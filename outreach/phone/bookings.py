"""Seats by telephone: booked, moved, given up and accepted through registration, at the confirming key, not before."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.classes.models import Session
from outreach.contact.models import Channel, ConsentSource, Purpose
from outreach.contact.numbers import NumberKind, kind_of
from outreach.contact.services import record_consent, withdraw_messages
from outreach.phone import rules
from outreach.phone.dialogue import State
from outreach.phone.dialogue import effects as e
from outreach.phone.dialogue import heard as h
from outreach.phone.dialogue.facts import Reason, Wish
from outreach.phone.facts import booking_facts
from outreach.phone.models import Call, PendingName
from outreach.phone.tasks import ask_name
from outreach.registration.models import LIVE, Booking, BookingStatus, Intake, Resident
from outreach.registration.services import (
    AlreadyBooked,
    Application,
    BookingError,
    NoSeat,
    NotOpen,
    accept_offer,
    book,
    cancel,
    change_class,
)

AROUND = ("session__course", "session__venue", "session__municipality", "resident")
USUAL = frozenset({Channel.SMS, Channel.CALL, Channel.POST})  # ways that need no one else


def act(call: Call, state: State, effect: e.Book | e.Move | e.Cancel | e.Accept) -> h.Result:
    """Do it, or say why not. A refusal leaves nothing behind."""
    try:
        with transaction.atomic():
            match effect:
                case e.Book():
                    return _book(call, state, effect)
                case e.Move(booking, session):
                    return _move(_get(booking), Session.objects.get(pk=session))
                case e.Cancel(booking):
                    cancel(booking=_get(booking), channel=Intake.PHONE_LINE)
                case e.Accept(booking):
                    accept_offer(booking=_get(booking), channel=Intake.PHONE_LINE)
    except NoSeat:
        return h.Full()
    except AlreadyBooked:
        return h.Refused(Reason.ALREADY)
    except NotOpen:
        return h.Refused(Reason.NOT_OPEN)
    except BookingError:
        return h.Refused(Reason.TOO_LATE)
    return h.Done()


def _get(booking_pk: int) -> Booking:
    return Booking.objects.select_related(*AROUND).get(pk=booking_pk)


# --- booking --------------------------------------------------------------------------------------------------------
def _book(call: Call, state: State, wanted: e.Book) -> h.Result:
    session = Session.objects.get(pk=wanted.session)
    holders = list(Resident.objects.filter(phone=state.number))
    known = holders[0] if wanted.same and len(holders) == 1 else None
    if not (wanted.same or wanted.sure) and _number_is_in(session, state.number):
        return h.SameNumber()
    application = _of_known(known) if known else _of_unknown(state.number, holders)
    booking = book(session=session, application=application, channel=Intake.PHONE_LINE, sample=call.sample)
    if booking.status == BookingStatus.WAITLISTED and not wanted.queue:
        raise NoSeat  # undoes the booking
    if known is None:
        ask_name(PendingName.objects.create(booking=booking, call=call))
    else:
        PendingName.objects.filter(booking__resident=known).update(call=call)  # a second try to say the name
    return h.Booked(booking_facts(booking))


def _number_is_in(session: Session, number: str) -> bool:
    return Booking.objects.filter(session=session, resident__phone=number, status__in=LIVE).exists()


def _of_known(resident: Resident) -> Application:
    """As they were told last time."""
    last = Booking.objects.filter(resident=resident, contact__in=USUAL).order_by("-applied_at").first()
    return Application(
        name=resident.name,
        kana=resident.kana,
        phone=resident.phone,
        contact=last.contact if last else _way_to(resident.phone),
        postal_code=resident.postal_code,
        address=resident.address,
    )


def _of_unknown(number: str, holders: list[Resident]) -> Application:
    """Someone whose name is on a recording at best: a kana of their own keeps two at one number apart."""
    kana = rules.pending_kana({holder.kana for holder in holders})
    return Application(name=_("（お名前待ち）"), kana=kana, phone=number, contact=_way_to(number))


def _way_to(number: str) -> str:
    return Channel.SMS if kind_of(number) == NumberKind.MOBILE else Channel.CALL


# --- changing -------------------------------------------------------------------------------------------------------
def _move(booking: Booking, to: Session) -> h.Result:
    """Another class in one step: where it has no seat, the old booking stays."""
    moved = change_class(booking=booking, to=to, channel=Intake.PHONE_LINE)
    if pending := PendingName.objects.filter(booking=booking).first():
        withdraw_messages(subject=pending.subject)
        pending.booking = moved
        pending.save(update_fields=["booking"])
        ask_name(pending)
    return h.Booked(booking_facts(moved))


# --- messages -------------------------------------------------------------------------------------------------------
WISH_WORDS = {Wish.NO_REMINDERS: "1 お知らせだけ止める", Wish.NONE: "2 すべて止める", Wish.ALL: "3 また受け取る"}


def note_wish(*, number: str, wish: Wish, sample: bool) -> None:
    """Write the caller's wish into the ledger (law 6), with the key that was pressed as their words."""
    now, words = timezone.now(), WISH_WORDS[wish]
    source = ConsentSource.PHONE_MENU
    record_consent(number=number, given=wish != Wish.NONE, at=now, source=source, words=words, sample=sample)
    if wish == Wish.NO_REMINDERS:
        record_consent(
            number=number, given=False, purpose=Purpose.REMINDER, at=now, source=source, words=words, sample=sample
        )
