"""What the office's pages decide by themselves. Pure: no database, no clock, no settings."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from django.utils.translation import gettext as _

from outreach.people.rules import travel_minutes
from outreach.registration.models import BookingStatus


class Stay(Protocol):
    """Where a person is for some time; a place may be unknown."""

    starts_at: datetime
    ends_at: datetime
    lat: float | None
    lon: float | None


@dataclass(frozen=True)
class Fitness:
    """Whether someone can do a session, how well they fit, and what to say of it."""

    certified: bool
    hindrance: str  # why they cannot, empty where they can
    km: float

    @property
    def minutes(self) -> int:
        """On ordinary roads from home."""
        return travel_minutes(self.km)

    @property
    def rank(self) -> tuple[bool, bool, float]:
        """Those who can come first, then the certified, then the nearest."""
        return (bool(self.hindrance), not self.certified, self.km)


def hindrance(
    *,
    certified: bool,
    must_be_certified: bool,
    starts_at: datetime,
    ends_at: datetime,
    stays: Iterable[tuple[Stay, float | None]],
) -> str:
    """Why someone cannot be there in [starts_at, ends_at), or nothing. `stays`: with the km from there, if known.

    Says the same as `people.services.engage` will decide under its lock.
    """
    if must_be_certified and not certified:
        return _("この講座を教える資格がありません")
    for stay, km in stays:
        gap = max(starts_at - stay.ends_at, stay.starts_at - ends_at)
        if gap < timedelta(0):
            return _("その時間に別の予定があります")
        if km is not None and gap < timedelta(minutes=travel_minutes(km)):
            return _("前後の予定から、移動が間に合いません")
    return ""


@dataclass(frozen=True)
class Attendance:
    """How many of a roster came, did not, and are not marked yet."""

    attended: int
    absent: int
    unmarked: int


def attendance_of(statuses: Iterable[str]) -> Attendance:
    found = Counter(statuses)
    return Attendance(found[BookingStatus.ATTENDED], found[BookingStatus.ABSENT], found[BookingStatus.CONFIRMED])


class Verb(StrEnum):
    BOOK = "book"
    MOVE = "move"
    CANCEL = "cancel"
    ACCEPT = "accept"


@dataclass(frozen=True)
class Command:
    """What was typed on the phone desk. `booking` counts from 1; `choice` is a line of the list, or a class code."""

    verb: Verb
    booking: int = 0
    choice: str = ""


CHOICE = re.compile(r"[1-9]|\d{7}")
MOVE = re.compile(r"([1-9])/([1-9]|\d{7})")
ON_ONE = re.compile(r"([-+])([1-9])?")


def read_command(typed: str, *, bookings: int) -> Command | None:
    """Read a command made for the number pad; None where it is none, or names a booking that is not there.

    `3` or `1234567` books, `1/3` moves booking 1, `-1` cancels it, `+1` accepts the seat offered to it; with one
    booking only, its number may be left out of the last two.
    """
    plain = unicodedata.normalize("NFKC", typed)
    plain = "".join(c for c in plain.replace("−", "-").replace("ー", "-") if c in "+/" or c == "-" or c.isdigit())
    plain = _without_grouping(plain)
    if CHOICE.fullmatch(plain):
        return Command(Verb.BOOK, choice=plain)
    if found := MOVE.fullmatch(plain):
        return _about_one(Command(Verb.MOVE, int(found[1]), found[2]), bookings)
    if found := ON_ONE.fullmatch(plain):
        verb = Verb.CANCEL if found[1] == "-" else Verb.ACCEPT
        number = int(found[2]) if found[2] else int(bookings == 1)
        return _about_one(Command(verb, number), bookings)
    return None


def _without_grouping(plain: str) -> str:
    """A class code may be typed as it is printed, 12-34-567."""
    return re.sub(r"(\d\d)-(\d\d)-(\d{3})$", r"\1\2\3", plain)


def _about_one(command: Command, bookings: int) -> Command | None:
    return command if 1 <= command.booking <= bookings else None
