"""The dialogue as a pure function: (state, what was heard) → (state, what to say, what to ask or do).

No Django, no HTTP, no clock. `outreach/phone/services.py` carries out effects and feeds back their results.
"""

from collections.abc import Callable
from dataclasses import replace

from outreach.phone.dialogue import booking, own
from outreach.phone.dialogue.effects import KeepRecording, Note, RingBack
from outreach.phone.dialogue.facts import Keep, Wish
from outreach.phone.dialogue.heard import (
    DialEnded,
    Done,
    Heard,
    HungUp,
    Keys,
    NobodyThere,
    PersonThere,
    Ring,
    Silence,
    Spoken,
)
from outreach.phone.dialogue.moves import ask, connect, do, end, miss, to_menu, to_person
from outreach.phone.dialogue.saying import Saying, Word
from outreach.phone.dialogue.state import Place, State, Turn

PERSON, AGAIN = "0", "*"


def start(ring: Ring) -> Turn:
    greeting = Saying(Word.GREETING, text=ring.town, kana=ring.town_kana)
    return ask(State(number=ring.number, known=ring.known), Place.MENU, greeting)


def step(state: State, heard: Heard) -> Turn:
    """One step. Never raises, whatever is heard wherever: what fits nowhere is a misunderstanding."""
    match heard:
        case _ if state.at == Place.ENDED:
            return Turn(state, ask=ask(state, Place.ENDED).ask)
        case HungUp():
            return ask(state, Place.ENDED)
        case Keys("0") if state.at not in {Place.CONNECT, Place.MESSAGE}:
            return to_person(replace(state, wanted_person=True))
        case Keys(digits) if AGAIN in digits and state.at not in {Place.CONNECT, Place.MESSAGE, Place.NAME}:
            return ask(state, state.at)
        case Silence() if state.at not in QUIET_IS_AN_ANSWER:
            return miss(state, Word.NOT_HEARD)
    return HANDLERS[state.at](state, heard)


def menu(state: State, heard: Heard) -> Turn:
    match heard:
        case Keys("1"):
            return ask(state, Place.CODE)
        case Keys("2"):
            return ask(state, Place.POSTAL)
        case Keys("3"):
            return ask(state, Place.OWN_REFERENCE)
        case Keys("4"):
            return ask(state, Place.MESSAGE)
        case Keys("5") if state.number and not state.keyed:
            return ask(state, Place.QUIET)
        case Keys("5"):
            return to_person(state, Saying(Word.QUIET_WITHHELD))
    return miss(state)


def quiet(state: State, heard: Heard) -> Turn:
    match heard:
        case Keys("1" | "2" | "3" as key):
            return ask(replace(state, wish=Wish(key)), Place.QUIET_SURE)
        case Keys("9"):
            return to_menu(state)
    return miss(state)


def quiet_sure(state: State, heard: Heard) -> Turn:
    match heard:
        case Keys("1") if state.wish:
            return do(state, Note(state.wish))
        case Keys("2"):
            return to_menu(state)
        case Done():
            return ask(state, Place.AFTER, Saying(Word.NOTED))
    return miss(state)


def message(state: State, heard: Heard) -> Turn:
    """After the tone. Whoever asked for a person and says nothing is rung back; the second silence ends the call."""
    match heard:
        case Spoken(recording) if recording:
            return do(state, KeepRecording(Keep.MESSAGE, recording))
        case Spoken():
            return do(state, RingBack())
        case Done() if state.wanted_person and state.asked_message:
            return end(state, Saying(Word.RING_BACK))
        case Done():
            return end(state, Saying(Word.MESSAGE_TAKEN))
    if not state.asked_message:
        return ask(replace(state, asked_message=True), Place.MESSAGE, Saying(Word.NOT_HEARD))
    return do(state, RingBack()) if state.wanted_person and state.number else end(state)


def person(state: State, heard: Heard) -> Turn:
    match heard:
        case PersonThere(number):
            return connect(state, number)
        case DialEnded(answered=True):
            return ask(state, Place.ENDED)
        case NobodyThere():
            return ask(state, Place.MESSAGE, Saying(Word.CLOSED))
    return ask(state, Place.MESSAGE, Saying(Word.NO_ANSWER))


def after(state: State, heard: Heard) -> Turn:
    match heard:
        case Keys("9"):
            return to_menu(state)
        case Silence():
            return end(state)
    return miss(state)


QUIET_IS_AN_ANSWER = frozenset({Place.NAME, Place.REFERENCE, Place.MESSAGE, Place.CONNECT, Place.AFTER})
HANDLERS: dict[Place, Callable[[State, Heard], Turn]] = {
    Place.MENU: menu,
    Place.CODE: booking.code,
    Place.POSTAL: booking.postal,
    Place.PICK: booking.pick,
    Place.NUMBER: booking.number,
    Place.READ_BACK: booking.read_back,
    Place.WHO: booking.who,
    Place.TWICE: booking.twice,
    Place.NAME: booking.name,
    Place.REFERENCE: booking.reference,
    Place.OWN_REFERENCE: own.own_reference,
    Place.OWN_NUMBER: own.own_number,
    Place.OWN: own.own,
    Place.CANCEL_SURE: own.cancel_sure,
    Place.MOVE_CODE: own.move_code,
    Place.MOVE_SURE: own.move_sure,
    Place.QUIET: quiet,
    Place.QUIET_SURE: quiet_sure,
    Place.MESSAGE: message,
    Place.CONNECT: person,
    Place.AFTER: after,
}
