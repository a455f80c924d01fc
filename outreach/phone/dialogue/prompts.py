"""What is asked at each place of the conversation."""

from collections.abc import Callable

from outreach.classes.codes import REFERENCE_DIGITS, SESSION_DIGITS
from outreach.phone.dialogue.facts import ClassFacts, Keep, Standing
from outreach.phone.dialogue.saying import Ask, Saying, Wants, Word
from outreach.phone.dialogue.state import Place, State

ONE_KEY = Ask(Wants.KEYS)
POSTAL_DIGITS = 7
NUMBER_DIGITS = 11  # a landline has 10
Prompt = tuple[tuple[Saying, ...], Ask]


def _says(*words: Word, digits: int = 1) -> Callable[[State], Prompt]:
    return lambda state: (tuple(Saying(word) for word in words), Ask(Wants.KEYS, digits))


def _records(word: Word, keep: Keep) -> Callable[[State], Prompt]:
    return lambda state: ((Saying(word),), Ask(Wants.VOICE, keep=keep))


def of_class(state: State) -> ClassFacts:
    """The class being spoken of. Places that speak of one are entered with it only."""
    assert state.session  # noqa: S101
    return state.session


def _read_back(state: State) -> Prompt:
    session = of_class(state)
    number = (Saying(Word.READ_NUMBER, text=state.number),) if state.keyed else ()
    change = (Saying(Word.CHANGE_NUMBER),) if state.keyed else ()
    confirm = Saying(Word.CONFIRM if session.seats > 0 else Word.CONFIRM_QUEUE)
    facts = (Saying(Word.READ_BACK, (session,)), Saying(Word.SEATS, (session,)))
    return (*facts, *number, confirm, *change), ONE_KEY


def _pick(state: State) -> Prompt:
    return (Saying(Word.NEAR, state.near), Saying(Word.PICK)), ONE_KEY


def _reference(state: State) -> Prompt:
    return (Saying(Word.REFERENCE, booking=state.booking), Saying(Word.AFTER_REFERENCE)), ONE_KEY


def _own(state: State) -> Prompt:
    says: tuple[Saying, ...] = (Saying(Word.OWN, booking=state.booking),)
    if state.booking and state.booking.standing == Standing.OFFERED:
        says += (Saying(Word.OWN_OFFERED),)
    if state.booking and state.booking.standing != Standing.OVER:
        says += (Saying(Word.OWN_MENU),)
    return (*says, Saying(Word.BACK_TO_MENU)), ONE_KEY


def _cancel_sure(state: State) -> Prompt:
    return (Saying(Word.CANCEL_SURE, booking=state.booking),), ONE_KEY


def _move_sure(state: State) -> Prompt:
    session = of_class(state)
    return (Saying(Word.READ_BACK, (session,)), Saying(Word.SEATS, (session,)), Saying(Word.MOVE_SURE)), ONE_KEY


def _quiet_sure(state: State) -> Prompt:
    return (Saying(Word.QUIET_SURE, text=state.wish or ""),), ONE_KEY


def _nothing(state: State) -> Prompt:
    return (), Ask(Wants.NOTHING)


PROMPTS: dict[Place, Callable[[State], Prompt]] = {
    Place.MENU: _says(Word.MENU),
    Place.CODE: _says(Word.ASK_CODE, digits=SESSION_DIGITS),
    Place.POSTAL: _says(Word.ASK_POSTAL, digits=POSTAL_DIGITS),
    Place.PICK: _pick,
    Place.NUMBER: _says(Word.ASK_NUMBER, digits=NUMBER_DIGITS),
    Place.READ_BACK: _read_back,
    Place.WHO: _says(Word.WHO),
    Place.TWICE: _says(Word.TWICE),
    Place.NAME: _records(Word.ASK_NAME, Keep.NAME),
    Place.REFERENCE: _reference,
    Place.OWN_REFERENCE: _says(Word.ASK_REFERENCE, digits=REFERENCE_DIGITS),
    Place.OWN_NUMBER: _says(Word.ASK_OWN_NUMBER, digits=NUMBER_DIGITS),
    Place.OWN: _own,
    Place.CANCEL_SURE: _cancel_sure,
    Place.MOVE_CODE: _says(Word.ASK_MOVE_CODE, digits=SESSION_DIGITS),
    Place.MOVE_SURE: _move_sure,
    Place.QUIET: _says(Word.QUIET),
    Place.QUIET_SURE: _quiet_sure,
    Place.MESSAGE: _records(Word.ASK_MESSAGE, Keep.MESSAGE),
    Place.CONNECT: _nothing,  # asked with a number, once a person is found: see moves.connect
    Place.AFTER: _says(Word.AFTER),
    Place.ENDED: _nothing,
}
