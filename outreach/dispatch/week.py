"""The coordinator's table: one week of a plan by instructor. Read from rows alone, in a fixed number of statements."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import jpholiday
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.dispatch.bars import Piece, pieces_of
from outreach.dispatch.models import (
    SAID_NO,
    DayLock,
    DispatchRequest,
    DroppedEvent,
    DroppedVisit,
    Offer,
    OfferStatus,
    Plan,
    RequestStatus,
    Trip,
    Visit,
)
from outreach.people.models import Person
from outreach.people.writing import clean_kana

ONE_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)
TONES = {OfferStatus.OPEN: "asked", OfferStatus.ACCEPTED: "agreed"}
AROUND = ("venue", "request__municipality", "request__course", "lead", "second")


@dataclass(frozen=True)
class Day:
    date: date
    holiday: str
    inside: bool  # within the plan
    today: bool

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


@dataclass
class Week:
    plan: Plan
    days: list[Day]
    rows: list[Row]
    visits: list[Visit]
    people: int  # that the plan knows, shown or not

    @property
    def first(self) -> date:
        return self.days[0].date

    @property
    def last(self) -> date:
        return self.days[-1].date

    @property
    def before(self) -> date | None:
        return self.first - timedelta(days=7) if self.first > self.plan.first else None

    @property
    def after(self) -> date | None:
        return self.first + timedelta(days=7) if self.last < self.plan.last else None


def week_of(plan: Plan, asked: date, wanted: Wanted | None = None) -> Week:
    """The week of `asked`, or the nearest that the plan has. Six statements beside the plan's own."""
    monday = monday_of(min(max(asked, plan.first), plan.last))
    today = timezone.localdate()
    days = [_day(plan, monday + n * ONE_DAY, today) for n in range(7)]
    trips = list(plan.trips.filter(day__gte=monday - ONE_DAY, day__lt=monday + A_WEEK))
    visits = list(visits_of(plan).filter(starts_at__gte=_midnight(monday), starts_at__lt=_midnight(monday, 7)))
    locks = set(DayLock.objects.filter(plan=plan).values_list("person_id", "day"))
    rows = _rows(plan, days, trips, visits, locks)
    return Week(plan, days, [row for row in rows if (wanted or Wanted()).keeps(row)], visits, len(rows))


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def visits_of(plan: Plan, rows: QuerySet[Visit] | None = None) -> QuerySet[Visit]:
    """All visits of a plan, or `rows` of them, by time, with what pages say of each."""
    return (
        (plan.visits.all() if rows is None else rows)
        .select_related(*AROUND)
        .prefetch_related("offers", "request__other_venues")
        .order_by("starts_at", "pk")
    )


def _day(plan: Plan, day: date, today: date) -> Day:
    return Day(day, jpholiday.is_holiday_name(day) or "", plan.first <= day <= plan.last, day == today)


def _midnight(day: date, after: int = 0) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=after), time()))


def _rows(
    plan: Plan, days: list[Day], trips: list[Trip], visits: list[Visit], locks: set[tuple[int, date]]
) -> list[Row]:
    """Everyone the plan knows; who travels this week first."""
    loads = plan.version.loads if plan.version else {}
    people = Person.objects.filter(pk__in=[int(pk) for pk in loads]).select_related("municipality")
    trip_at = {(trip.person_id, trip.day): trip for trip in trips}
    blocks: dict[tuple[int, date], list[Block]] = defaultdict(list)
    for visit in visits:
        for pk in visit.crew:
            block = Block(visit, pk == visit.second_id, _offer_to(visit, pk))
            blocks[pk, timezone.localdate(visit.starts_at)].append(block)
    rows = []
    for person in people.order_by("kana", "pk"):
        cells = [_cell(plan, person, day, trip_at, blocks, locks) for day in days]
        rows.append(Row(person, cells))
    return sorted(rows, key=lambda row: not row.busy)


def _offer_to(visit: Visit, person: int) -> Offer | None:
    """The latest; the offers are prefetched, newest first."""
    return next((offer for offer in visit.offers.all() if offer.person_id == person), None)


def _cell(
    plan: Plan,
    person: Person,
    day: Day,
    trips: dict[tuple[int, date], Trip],
    blocks: dict[tuple[int, date], list[Block]],
    locks: set[tuple[int, date]],
) -> Cell:
    at = (person.pk, day.date)
    trip, own = trips.get(at), blocks.get(at, [])
    eve = trips.get((person.pk, day.date - ONE_DAY))
    from_inn = eve is not None and eve.overnight
    pieces = pieces_of(trip, [block.visit for block in own], plan.first, from_inn=from_inn) if trip else []
    return Cell(day, trip, own, at in locks, pieces)


def left_over(plan: Plan) -> QuerySet[DispatchRequest]:
    """Requests that could fall into the plan's days and stand in none of its visits."""
    rows = DispatchRequest.objects.filter(
        municipality__prefecture=plan.prefecture_id,
        status=RequestStatus.RECEIVED,
        earliest__lte=plan.last,
        latest__gte=plan.first,
    )
    return rows.exclude(visits__plan=plan).select_related("municipality", "venue", "course").order_by("earliest", "pk")


def dropped_from(plan: Plan) -> QuerySet[DroppedVisit]:
    """Visits that left the plan though people had been asked, with what each said, and whether they are back."""
    back = Visit.objects.filter(plan=plan, request=OuterRef("request"))
    events = DroppedEvent.objects.select_related("person", "by")
    rows = (
        DroppedVisit.objects.filter(plan=plan).annotate(back=Exists(back)).prefetch_related(Prefetch("events", events))
    )
    return rows.select_related("request__municipality", "request__course", "venue")
