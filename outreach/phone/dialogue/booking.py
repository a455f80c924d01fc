"""Taking a seat: by the code on the flyer, or by a postal code; read back, and confirmed by a key."""

from dataclasses import replace

from outreach.classes.codes import SESSION_DIGITS, clean_code
from outreach.phone.dialogue.effects import Book, FindClass, FindNear, KeepRecording, ReadNumber
from outreach.phone.dialogue.facts import ClassFacts, Keep, Reason, Standing
from outreach.phone.dialogue.heard import (
    Booked,
    Done,
    FoundClass,
    FoundNear,
    FoundNumber,
    Full,
    Heard,
    Keys,
    Refused,
    SameNumber,
    Silence,
    Spoken,
)
from outreach.phone.dialogue.moves import ask, do, end, miss, to_menu, to_person
from outreach.phone.dialogue.prompts import POSTAL_DIGITS, of_class
from outreach.phone.dialogue.saying import Saying, Word
from outreach.phone.dialogue.state import Place, State, Turn


def code(state: State, heard: Heard) -> Turn:
    match heard:
        case Keys(digits) if clean := clean_code(digits, SESSION_DIGITS):
            return do(state, FindClass(clean))
        case FoundClass(session):
            return _chosen(state, session)
        case Refused(Reason.NOT_OPEN):
            return to_menu(state, Saying(Word.NOT_OPEN))
        case Keys() | Refused():
            return miss(state, Word.CODE_UNKNOWN)
    return miss(state)


def postal(state: State, heard: Heard) -> Turn:
    match heard:
        case Keys(digits) if len(digits) == POSTAL_DIGITS:
            return do(state, FindNear(digits))
        case FoundNear(()):
            return to_menu(state, Saying(Word.NONE_NEAR))
        case FoundNear(sessions):
            return ask(replace(state, near=sessions), Place.PICK)
    return miss(state, Word.POSTAL_UNKNOWN)


def pick(state: State, heard: Heard) -> Turn:
    match heard:
        case Keys("9"):
            return to_menu(state)
        case Keys("1" | "2" | "3" as key) if int(key) <= len(state.near):
            return _chosen(state, state.near[int(key) - 1])
    return miss(state)


def _chosen(state: State, session: ClassFacts) -> Turn:
    """A withheld number is asked for before the read-back, so that both are confirmed by one key."""
    state = replace(state, session=session)
    return ask(state, Place.READ_BACK if state.number else Place.NUMBER)


def number(state: State, heard: Heard) -> Turn:
    match heard:
        case Keys(digits):
            return do(state, ReadNumber(digits))
        case FoundNumber(e164):
            return ask(replace(state, number=e164, keyed=True), Place.READ_BACK)
    return miss(state, Word.NUMBER_UNKNOWN)


def read_back(state: State, heard: Heard) -> Turn:
    match heard:
        case Keys("1") if state.known == 1 and not state.keyed and state.same is None:
            return ask(state, Place.WHO)
        case Keys("1"):
            return _book(state)
        case Keys("2"):
            return to_menu(state)
        case Keys("3") if state.keyed:
            return ask(replace(state, number="", keyed=False), Place.NUMBER)
    return _booked(state, heard)


def who(state: State, heard: Heard) -> Turn:
    """The number alone is no name: whoever holds the telephone says whether it is they who are known by it."""
    match heard:
        case Keys("1" | "2" as key):
            return _book(replace(state, same=key == "1"))
    return _booked(state, heard)


def twice(state: State, heard: Heard) -> Turn:
    match heard:
        case Keys("1"):
            return _book(replace(state, same=False))
        case Keys("2"):
            return to_menu(state)
    return _booked(state, heard)


def _book(state: State) -> Turn:
    """A keyed number may be anyone's: of it nothing is said, not even that it is known."""
    session = of_class(state)
    sure = state.same is False or state.keyed
    return do(state, Book(session.pk, same=bool(state.same), sure=sure, queue=session.seats <= 0))


def _booked(state: State, heard: Heard) -> Turn:
    match heard:
        case Booked(booking):
            said = Saying(Word.BOOKED if booking.standing == Standing.BOOKED else Word.QUEUED)
            return ask(replace(state, booking=booking), Place.REFERENCE if booking.kana else Place.NAME, said)
        case Full():
            state = replace(state, session=replace(of_class(state), seats=0))
            return ask(state, Place.READ_BACK, Saying(Word.FULL_NOW))
        case SameNumber():
            return ask(state, Place.TWICE)
        case Refused(Reason.ALREADY):
            return to_menu(state, Saying(Word.ALREADY))
        case Refused():
            return to_menu(state, Saying(Word.NOT_OPEN))
    return miss(state)


def name(state: State, heard: Heard) -> Turn:
    """The seat is taken already: whatever is heard here, or nothing, the reference follows."""
    match heard:
        case Spoken(recording, keys) if recording:
            return do(replace(state, wanted_person=keys == "0"), KeepRecording(Keep.NAME, recording))
        case Done() if state.wanted_person:
            return to_person(state)
        case Done():
            return ask(state, Place.REFERENCE, Saying(Word.NAME_TAKEN))
    return ask(state, Place.REFERENCE, Saying(Word.NAME_LATER))


def reference(state: State, heard: Heard) -> Turn:
    match heard:
        case Keys("9"):
            return to_menu(state)
        case Silence():
            return end(state)
    return miss(state)
