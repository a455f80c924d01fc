"""What the line says and asks, as data: `outreach/phone/speech.py` has the words."""

from dataclasses import dataclass
from enum import StrEnum

from outreach.phone.dialogue.facts import BookingFacts, ClassFacts, Keep


class Word(StrEnum):
    """A thing to say."""

    GREETING = "greeting"
    MENU = "menu"
    NOT_HEARD = "not_heard"
    NOT_UNDERSTOOD = "not_understood"
    SORRY = "sorry"
    ASK_CODE = "ask_code"
    CODE_UNKNOWN = "code_unknown"
    NOT_OPEN = "not_open"
    ASK_POSTAL = "ask_postal"
    POSTAL_UNKNOWN = "postal_unknown"
    NONE_NEAR = "none_near"
    NEAR = "near"
    PICK = "pick"
    ASK_NUMBER = "ask_number"
    NUMBER_UNKNOWN = "number_unknown"
    READ_BACK = "read_back"
    READ_NUMBER = "read_number"
    SEATS = "seats"
    CONFIRM = "confirm"
    CONFIRM_QUEUE = "confirm_queue"
    CHANGE_NUMBER = "change_number"
    WHO = "who"
    TWICE = "twice"
    FULL_NOW = "full_now"
    ALREADY = "already"
    BOOKED = "booked"
    QUEUED = "queued"
    ASK_NAME = "ask_name"
    NAME_TAKEN = "name_taken"
    NAME_LATER = "name_later"
    REFERENCE = "reference"
    AFTER_REFERENCE = "after_reference"
    ASK_REFERENCE = "ask_reference"
    ASK_OWN_NUMBER = "ask_own_number"
    NOT_FOUND = "not_found"
    TOO_MANY = "too_many"
    OWN = "own"
    OWN_OFFERED = "own_offered"
    OWN_MENU = "own_menu"
    BACK_TO_MENU = "back_to_menu"
    CANCEL_SURE = "cancel_sure"
    CANCELLED = "cancelled"
    ACCEPTED = "accepted"
    TOO_LATE = "too_late"
    ASK_MOVE_CODE = "ask_move_code"
    MOVE_SURE = "move_sure"
    MOVE_FULL = "move_full"
    MOVED = "moved"
    QUIET = "quiet"
    QUIET_WITHHELD = "quiet_withheld"
    QUIET_SURE = "quiet_sure"
    NOTED = "noted"
    ASK_MESSAGE = "ask_message"
    MESSAGE_TAKEN = "message_taken"
    RING_BACK = "ring_back"
    CONNECTING = "connecting"
    CLOSED = "closed"
    NO_ANSWER = "no_answer"
    AFTER = "after"
    GOODBYE = "goodbye"


@dataclass(frozen=True)
class Saying:
    word: Word
    sessions: tuple[ClassFacts, ...] = ()
    booking: BookingFacts | None = None
    text: str = ""  # a number, a town, a wish
    kana: str = ""


class Wants(StrEnum):
    """What the line waits for."""

    KEYS = "keys"
    VOICE = "voice"
    PERSON = "person"  # the call to them to end
    NOTHING = "nothing"  # it hangs up


@dataclass(frozen=True)
class Ask:
    """`digits`: how many keys at most; one key ends a question of one, # or a pause a longer one."""

    wants: Wants
    digits: int = 1
    keep: Keep = Keep.MESSAGE
    number: str = ""
