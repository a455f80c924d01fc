"""Facts that the line speaks of. Frozen, and free of Django."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Standing(StrEnum):
    """How a booking stands, as far as the line speaks of it."""

    BOOKED = "booked"
    QUEUED = "queued"
    OFFERED = "offered"
    OVER = "over"  # cancelled, or the class has begun: it can only be heard


class Wish(StrEnum):
    """Which messages someone wants, by the key that says so."""

    NO_REMINDERS = "1"
    NONE = "2"
    ALL = "3"


class Keep(StrEnum):
    """What a recording holds."""

    NAME = "name"
    MESSAGE = "message"


class Reason(StrEnum):
    """Why something wasn't done."""

    UNKNOWN = "unknown"  # no such number, class or booking
    NOT_OPEN = "not_open"
    ALREADY = "already"
    TOO_MANY = "too_many"  # wrong references
    TOO_LATE = "too_late"


@dataclass(frozen=True)
class ClassFacts:
    """A class, with the kana that a voice reads out; `seats` are those left."""

    pk: int
    code: str
    town: str
    town_kana: str
    course: str
    course_kana: str
    venue: str
    venue_kana: str
    starts_at: datetime
    ends_at: datetime
    seats: int


@dataclass(frozen=True)
class BookingFacts:
    pk: int
    reference: str
    standing: Standing
    session: ClassFacts
    kana: str = ""  # empty while the name is still to be written down
