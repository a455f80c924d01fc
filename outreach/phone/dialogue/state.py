"""Where a call stands, and one step of it."""

from dataclasses import dataclass
from enum import StrEnum

from outreach.phone.dialogue.effects import Effect
from outreach.phone.dialogue.facts import BookingFacts, ClassFacts, Wish
from outreach.phone.dialogue.saying import Ask, Saying


class Place(StrEnum):
    """Where in the conversation a caller is: the question that was asked last."""

    MENU = "menu"
    CODE = "code"
    POSTAL = "postal"
    PICK = "pick"
    NUMBER = "number"
    READ_BACK = "read_back"
    WHO = "who"
    TWICE = "twice"
    NAME = "name"
    REFERENCE = "reference"
    OWN_REFERENCE = "own_reference"
    OWN_NUMBER = "own_number"
    OWN = "own"
    CANCEL_SURE = "cancel_sure"
    MOVE_CODE = "move_code"
    MOVE_SURE = "move_sure"
    QUIET = "quiet"
    QUIET_SURE = "quiet_sure"
    MESSAGE = "message"
    CONNECT = "connect"
    AFTER = "after"
    ENDED = "ended"


@dataclass(frozen=True)
class State:
    """All that the line remembers of a call."""

    at: Place = Place.MENU
    number: str = ""  # E.164; empty where withheld and not asked for yet
    keyed: bool = False  # the number was typed by the caller
    known: int = 0
    misses: int = 0
    prompts: int = 0
    wanted_person: bool = False
    asked_message: bool = False
    session: ClassFacts | None = None
    near: tuple[ClassFacts, ...] = ()
    same: bool | None = None  # whether the caller is the resident known by this number
    reference: str = ""
    booking: BookingFacts | None = None
    wish: Wish | None = None


@dataclass(frozen=True)
class Turn:
    """One step: say this, then either do `do` and hear its result, or wait for what `ask` wants."""

    state: State
    say: tuple[Saying, ...] = ()
    ask: Ask | None = None
    do: Effect | None = None
