"""What the line hears: from the caller, and from what it had done."""

from dataclasses import dataclass

from outreach.phone.dialogue.facts import BookingFacts, ClassFacts, Reason


@dataclass(frozen=True)
class Ring:
    """A call comes in. `number`: E.164, empty where withheld. `known`: how many residents have that number."""

    number: str = ""
    known: int = 0
    town: str = ""
    town_kana: str = ""


@dataclass(frozen=True)
class Keys:
    digits: str


@dataclass(frozen=True)
class Silence:
    pass


@dataclass(frozen=True)
class Spoken:
    """Something was said after the tone. `recording` is the provider's id, empty where nothing was recorded."""

    recording: str = ""
    keys: str = ""  # the key that ended it


@dataclass(frozen=True)
class HungUp:
    pass


@dataclass(frozen=True)
class DialEnded:
    """The call to a person is over."""

    answered: bool


# --- results of effects ---------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class FoundClass:
    session: ClassFacts


@dataclass(frozen=True)
class FoundNear:
    sessions: tuple[ClassFacts, ...]


@dataclass(frozen=True)
class FoundNumber:
    number: str


@dataclass(frozen=True)
class FoundOwn:
    booking: BookingFacts


@dataclass(frozen=True)
class Booked:
    booking: BookingFacts


@dataclass(frozen=True)
class Full:
    """No seat is left, and nothing was booked."""


@dataclass(frozen=True)
class SameNumber:
    """Someone with this number is in that class already; nothing was booked."""


@dataclass(frozen=True)
class Done:
    pass


@dataclass(frozen=True)
class Refused:
    reason: Reason


@dataclass(frozen=True)
class PersonThere:
    number: str


@dataclass(frozen=True)
class NobodyThere:
    pass


Result = (
    FoundClass
    | FoundNear
    | FoundNumber
    | FoundOwn
    | Booked
    | Full
    | SameNumber
    | Done
    | Refused
    | PersonThere
    | NobodyThere
)
Heard = Ring | Keys | Silence | Spoken | HungUp | DialEnded | Result
