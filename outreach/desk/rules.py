"""What the office's pages decide by themselves. Pure: no database, no clock, no settings."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outreach.people.rules import travel_minutes
from outreach.registration.models import AnswerStatus, BookingStatus


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


# --- answers to a class moved or cancelled --------------------------------------------------------------------------
@dataclass(frozen=True)
class Busy:
    """When someone is booked already, half-open."""

    starts_at: datetime
    ends_at: datetime

    def meets(self, other: "Timed") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


class Timed(Protocol):
    """A class, as far as its time and course matter here."""

    starts_at: datetime
    ends_at: datetime
    course_id: str


class Near(Protocol):
    """A class with its distance from someone."""

    @property
    def session(self) -> Any: ...
    @property
    def km(self) -> float: ...


BAND_KM = 10  # within one, an earlier day is worth more than a shorter way


def rank_alternative(row: Near, *, course: str) -> tuple[bool, int, datetime]:
    """The same course first, then the nearest by bands of 10 km, then the soonest."""
    return (row.session.course_id != course, int(row.km // BAND_KM), row.session.starts_at)


class Standing(StrEnum):
    """How one person stands after their class was moved or cancelled."""

    TO_TELL = "to_tell"
    NOT_REACHED = "not_reached"
    CANNOT_BE_TOLD = "cannot_be_told"
    LOOKING = "looking"
    TOLD = "told"
    COMES = "comes"
    BOOKED = "booked"
    GIVES_UP = "gives_up"

    @property
    def label(self) -> str:
        return str(STANDINGS[self][0])

    @property
    def tone(self) -> str:
        """Of the mark that pages show."""
        return STANDINGS[self][1]


STANDINGS: dict[Standing, tuple[str | Promise, str]] = {
    Standing.TO_TELL: (gettext_lazy("連絡中"), "warn"),
    Standing.NOT_REACHED: (gettext_lazy("連絡がつかない"), "bad-news"),
    Standing.CANNOT_BE_TOLD: (gettext_lazy("伝えられない"), "bad-news"),
    Standing.LOOKING: (gettext_lazy("ほかの回をさがす"), "warn"),
    Standing.TOLD: (gettext_lazy("伝えました・返事待ち"), "sea"),
    Standing.COMES: (gettext_lazy("新しい日に来る"), "good"),
    Standing.BOOKED: (gettext_lazy("ほかの回に申し込み済み"), "good"),
    Standing.GIVES_UP: (gettext_lazy("今回はやめる"), ""),
}
NEEDS_HAND = frozenset({Standing.TO_TELL, Standing.NOT_REACHED, Standing.LOOKING})


def standing(*, status: str, booked_other: bool, reached: bool, lost: bool, barred: bool) -> Standing:
    """What someone said counts first; else what the outbox and the call list know of them."""
    if status == AnswerStatus.ANOTHER:
        return Standing.BOOKED if booked_other else Standing.LOOKING
    if status != AnswerStatus.WAITING:
        return Standing(status)
    if reached:
        return Standing.TOLD
    if barred:
        return Standing.CANNOT_BE_TOLD
    return Standing.NOT_REACHED if lost else Standing.TO_TELL
