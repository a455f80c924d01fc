"""One's own booking: heard, changed or cancelled, by its reference and the number given for it."""

from dataclasses import replace

from outreach.classes.codes import REFERENCE_DIGITS, SESSION_DIGITS, clean_code
from outreach.phone.dialogue.effects import Accept, Cancel, FindClass, FindOwn, Move
from outreach.phone.dialogue.facts import Reason, Standing
from outreach.phone.dialogue.heard import Booked, Done, FoundClass, FoundOwn, Full, Heard, Keys, Refused
from outreach.phone.dialogue.moves import ask, do, miss, to_menu, to_person
from outreach.phone.dialogue.prompts import of_class
from outreach.phone.dialogue.saying import Saying, Word
from outreach.phone.dialogue.state import Place, State, Turn

CHANGEABLE = frozenset({Standing.BOOKED, Standing.QUEUED, Standing.OFFERED})


def own_reference(state: State, heard: Heard) -> Turn:
    match heard:
        case Keys(digits) if clean := clean_code(digits, REFERENCE_DIGITS):
            state = replace(state, reference=clean)
            return do(state, FindOwn(clean)) if state.number else ask(state, Place.OWN_NUMBER)
        case Refused(Reason.UNKNOWN):
            return ask(state, Place.OWN_NUMBER)
    return _found(state, heard)


def own_number(state: State, heard: Heard) -> Turn:
    match heard:
        case Keys(digits):
            return do(state, FindOwn(state.reference, digits))
    return _found(state, heard)


def _found(state: State, heard: Heard) -> Turn:
    match heard:
        case FoundOwn(booking):
            return ask(replace(state, booking=booking), Place.OWN)
        case Refused(Reason.TOO_MANY):
            return to_person(state, Saying(Word.TOO_MANY))
    return miss(state, Word.NOT_FOUND, at=Place.OWN_REFERENCE)


def own(state: State, heard: Heard) -> Turn:
    booking = state.booking
    changeable = booking is not None and booking.standing in CHANGEABLE
    match heard:
        case Keys("1") if booking and booking.standing == Standing.OFFERED:
            return do(state, Accept(booking.pk))
        case Keys("2") if changeable:
            return ask(state, Place.CANCEL_SURE)
        case Keys("3") if changeable:
            return ask(state, Place.MOVE_CODE)
        case Keys("9"):
            return to_menu(state)
        case Done():
            return ask(state, Place.AFTER, Saying(Word.ACCEPTED))
        case Refused():
            return ask(state, Place.AFTER, Saying(Word.TOO_LATE))
    return miss(state)


def cancel_sure(state: State, heard: Heard) -> Turn:
    match heard:
        case Keys("1") if state.booking:
            return do(state, Cancel(state.booking.pk))
        case Keys("2"):
            return ask(state, Place.OWN)
        case Done():
            return ask(state, Place.AFTER, Saying(Word.CANCELLED))
        case Refused():
            return ask(state, Place.AFTER, Saying(Word.TOO_LATE))
    return miss(state)


def move_code(state: State, heard: Heard) -> Turn:
    match heard:
        case Keys(digits) if clean := clean_code(digits, SESSION_DIGITS):
            return do(state, FindClass(clean))
        case FoundClass(session) if session.seats <= 0:
            return ask(state, Place.OWN, Saying(Word.MOVE_FULL))
        case FoundClass(session):
            return ask(replace(state, session=session), Place.MOVE_SURE)
        case Refused(Reason.NOT_OPEN):
            return ask(state, Place.OWN, Saying(Word.NOT_OPEN))
    return miss(state, Word.CODE_UNKNOWN)


def move_sure(state: State, heard: Heard) -> Turn:
    match heard:
        case Keys("1") if state.booking:
            return do(state, Move(state.booking.pk, of_class(state).pk))
        case Keys("2"):
            return ask(state, Place.OWN)
        case Booked(booking):
            return ask(replace(state, booking=booking), Place.REFERENCE, Saying(Word.MOVED))
        case Full():
            return ask(state, Place.OWN, Saying(Word.MOVE_FULL))
        case Refused(Reason.ALREADY):
            return ask(state, Place.OWN, Saying(Word.ALREADY))
        case Refused():
            return ask(state, Place.AFTER, Saying(Word.TOO_LATE))
    return miss(state)
