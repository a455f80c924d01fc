"""What stands in the coordinator's table: days, people, their trips and visits, and how each is doing."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.dispatch.bars import Piece
from outreach.dispatch.misfits import Misfit
from outreach.dispatch.models import SAID_NO, Offer, OfferStatus, Trip, Visit
from outreach.people.availability import Span, minute
from outreach.people.models import Person
from outreach.people.writing import clean_kana

TONES = {OfferStatus.OPEN: "asked", OfferStatus.ACCEPTED: "agreed"}


@dataclass(frozen=True)
class Day:
    date: date
    holiday: str
    inside: bool  # within the plan
    today: bool
    past: bool

    @property
    def rest(self) -> str:
        """As calendars colour it: `sunday` with holidays, `saturday`, or nothing."""
        return "sunday" if self.holiday or self.date.weekday() == 6 else "saturday" if self.date.weekday() == 5 else ""


@dataclass(frozen=True)
class Block:
    """A visit in someone's day."""

    visit: Visit
    second: bool  # this person's part in it
    offer: Offer | None
    misfits: list[Misfit] = field(default_factory=list)  # what no longer holds, of this person or of the place

    @property
    def answered(self) -> str:
        """What became of the offer to this person; empty where none was made."""
        if self.offer and self.offer.status == OfferStatus.RETURNED:
            return _("行けない")  # the whole of it is too long for a block
        return str(self.offer.get_status_display()) if self.offer else ""

    @property
    def tone(self) -> str:
        """How it stands with this person: `asked`, `agreed`, `refused`, or nothing."""
        if self.offer is None:
            return ""
        return "refused" if self.offer.status in SAID_NO else TONES.get(OfferStatus(self.offer.status), "")


@dataclass
class Cell:
    """One person's day."""

    day: Day
    trip: Trip | None = None
    blocks: list[Block] = field(default_factory=list)
    locked: bool = False
    pieces: list[Piece] = field(default_factory=list)
    free: list[Span] | None = None  # when the person is free by today's hours; None on a day outside the plan

    @property
    def shut(self) -> bool:
        return self.free == []

    @property
    def broken(self) -> bool:
        """The trip should not go as it stands: of its hours, or of one of its visits."""
        return self.clash or any(block.misfits for block in self.blocks)

    @property
    def faults(self) -> list[str]:
        """Why, each once, in the words of the table's marks."""
        words = [one.mark for block in self.blocks for one in block.misfits]
        return list(dict.fromkeys([*([_("予定と合わない")] if self.clash else []), *words]))

    @property
    def clash(self) -> bool:
        """A trip to come no longer fits the person's hours: leave, another engagement, or they teach no more."""
        if self.trip is None or self.free is None or self.day.past or self.trip.travelled_km is not None:
            return False
        leaves, back = _minute(self.trip.leaves_at), _minute(self.trip.back_at)
        return not any(start <= leaves and back <= end for start, end in self.free)

    @property
    def ferry(self) -> bool:
        return self.trip is not None and any(leg[3] for leg in self.trip.legs)


@dataclass
class Row:
    person: Person
    cells: list[Cell]

    @property
    def busy(self) -> bool:
        return any(cell.trip for cell in self.cells)

    @property
    def words(self) -> list[str]:
        """What a search looks at."""
        towns = [block.visit.request.municipality for cell in self.cells for block in cell.blocks]
        named = [word for town in (self.person.municipality, *towns) if town for word in (town.name, town.kana)]
        return [self.person.name, self.person.kana, *named]

    @property
    def km(self) -> float:
        return sum(cell.trip.hm for cell in self.cells if cell.trip) / 10

    @property
    def minutes(self) -> int:
        """On duty this week, door to door."""
        spans = (cell.trip.back_at - cell.trip.leaves_at for cell in self.cells if cell.trip)
        return int(sum(spans, timedelta()).total_seconds() // 60)


@dataclass(frozen=True)
class Wanted:
    """What the coordinator wants to see of a week: whose name, home or towns say `q`; without those at home."""

    q: str = ""
    busy_only: bool = False

    def keeps(self, row: Row) -> bool:
        if self.busy_only and not row.busy:
            return False
        kana = clean_kana(self.q) or self.q
        return not self.q or any(self.q in word or kana in word for word in row.words)


def _minute(moment: datetime) -> int:
    return minute(timezone.localtime(moment).time())
