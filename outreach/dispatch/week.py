"""The coordinator's table: one week of a plan by instructor. Read from rows alone, in a fixed number of statements."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils import timezone

from outreach.dates import rest_name
from outreach.dispatch.bars import pieces_of
from outreach.dispatch.board import Block, Cell, Day, Row, Wanted
from outreach.dispatch.building import in_other_plans
from outreach.dispatch.misfits import misfits, with_conditions
from outreach.dispatch.models import (
    DayLock,
    DispatchRequest,
    DroppedEvent,
    DroppedVisit,
    Offer,
    Plan,
    RequestStatus,
    Trip,
    Visit,
)
from outreach.people.availability import availability
from outreach.people.models import Person

ONE_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)
AROUND = ("venue", "request__municipality", "request__course", "lead", "second")


@dataclass
class Week:
    plan: Plan
    days: list[Day]
    rows: list[Row]
    visits: list[Visit]
    people: int  # that the plan knows, shown or not
    broken: list[tuple[Row, Cell]]  # trips of the week that should not go as they stand

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
    """The week of `asked`, or the nearest that the plan has. Some twenty statements beside the plan's own."""
    monday = monday_of(min(max(asked, plan.first), plan.last))
    today = timezone.localdate()
    days = [_day(plan, monday + n * ONE_DAY, today) for n in range(7)]
    trips = list(plan.trips.filter(day__gte=monday - ONE_DAY, day__lt=monday + A_WEEK))
    this_week = visits_of(plan).filter(starts_at__gte=_midnight(monday), starts_at__lt=_midnight(monday, 7))
    visits = list(with_conditions(this_week))
    locks = set(DayLock.objects.filter(plan=plan).values_list("person_id", "day"))
    rows = _rows(plan, days, trips, visits, locks)
    shown = [row for row in rows if (wanted or Wanted()).keeps(row)]
    return Week(
        plan, days, shown, visits, len(rows), [(row, cell) for row in rows for cell in row.cells if cell.broken]
    )


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def visits_of(plan: Plan, rows: QuerySet[Visit] | None = None) -> QuerySet[Visit]:
    """All visits of a plan, or `rows` of them, as `with_words` has them."""
    return with_words(plan.visits.all() if rows is None else rows)


def with_words(rows: QuerySet[Visit]) -> QuerySet[Visit]:
    """Visits by time, with what pages say of each."""
    return rows.select_related(*AROUND).prefetch_related("offers", "request__other_venues").order_by("starts_at", "pk")


def _day(plan: Plan, day: date, today: date) -> Day:
    return Day(day, rest_name(day), plan.first <= day <= plan.last, day == today, day < today)


def _midnight(day: date, after: int = 0) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=after), time()))


def _rows(
    plan: Plan, days: list[Day], trips: list[Trip], visits: list[Visit], locks: set[tuple[int, date]]
) -> list[Row]:
    """Everyone the plan knows; who travels this week first."""
    loads = plan.version.loads if plan.version else {}
    known = Person.objects.filter(pk__in=[int(pk) for pk in loads]).select_related("municipality", "instructor")
    people = list(known.order_by("kana", "pk"))
    free = availability(people, days[0].date, days[-1].date, ignore=f"trip:{plan.pk}:")
    trip_at = {(trip.person_id, trip.day): trip for trip in trips}
    blocks: dict[tuple[int, date], list[Block]] = defaultdict(list)
    wrong = misfits(visit for visit in visits if visit.starts_at > timezone.now())
    for visit in visits:
        for pk in visit.crew:
            own = [one for one in wrong.get(visit.pk, ()) if one.person in (None, pk)]
            block = Block(visit, pk == visit.second_id, _offer_to(visit, pk), own)
            blocks[pk, timezone.localdate(visit.starts_at)].append(block)
    rows = []
    for person in people:
        cells = [_cell(plan, person, day, trip_at, blocks, locks) for day in days]
        for cell in cells:
            if cell.day.inside:
                cell.free = free[person.pk][cell.day.date] if person.instructor.active else []
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
    """Requests that could fall into the plan's days and stand in none of its visits, nor in a published plan."""
    rows = DispatchRequest.objects.filter(
        municipality__prefecture=plan.prefecture_id,
        status__in=[RequestStatus.RECEIVED, RequestStatus.PLANNED],
        earliest__lte=plan.last,
        latest__gte=plan.first,
    )
    rows = rows.exclude(visits__plan=plan).exclude(pk__in=in_other_plans(plan))
    return rows.select_related("municipality", "venue", "course").order_by("earliest", "pk")


def dropped_from(plan: Plan) -> QuerySet[DroppedVisit]:
    """Visits that left the plan though people had been asked, with what each said, and whether they are back."""
    back = Visit.objects.filter(plan=plan, request=OuterRef("request"))
    events = DroppedEvent.objects.select_related("person", "by")
    rows = (
        DroppedVisit.objects.filter(plan=plan).annotate(back=Exists(back)).prefetch_related(Prefetch("events", events))
    )
    return rows.select_related("request__municipality", "request__course", "venue")
