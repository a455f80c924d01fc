"""What the dialogue wants done, as data: `outreach/phone/acts.py` does it and gives back a result."""

from dataclasses import dataclass

from outreach.phone.dialogue.facts import Keep, Wish


@dataclass(frozen=True)
class FindClass:
    code: str


@dataclass(frozen=True)
class FindNear:
    postal: str


@dataclass(frozen=True)
class ReadNumber:
    digits: str


@dataclass(frozen=True)
class Book:
    """Take a seat; with `queue`, else a place on the waitlist. `same`: for the one resident who has the number.

    Unless `sure`, a second booking of one class from one number is asked about first.
    """

    session: int
    same: bool
    sure: bool
    queue: bool


@dataclass(frozen=True)
class FindOwn:
    """The booking of a reference and a number: the calling number, or `digits` that were keyed."""

    reference: str
    digits: str = ""


@dataclass(frozen=True)
class Cancel:
    booking: int


@dataclass(frozen=True)
class Accept:
    booking: int


@dataclass(frozen=True)
class Move:
    booking: int
    session: int


@dataclass(frozen=True)
class Note:
    """Write into the ledger which messages the calling number wants."""

    wish: Wish


@dataclass(frozen=True)
class KeepRecording:
    kind: Keep
    recording: str


@dataclass(frozen=True)
class RingBack:
    pass


@dataclass(frozen=True)
class Reach:
    """Find out whether a person can be reached now, and at which number."""


Effect = (
    FindClass
    | FindNear
    | ReadNumber
    | Book
    | FindOwn
    | Cancel
    | Accept
    | Move
    | Note
    | KeepRecording
    | RingBack
    | Reach
)
