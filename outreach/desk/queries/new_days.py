"""Classes that a storm touches as they are settled, those of one visit together; and the days to make up for them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from outreach.classes.models import VenueHold
from outreach.classes.rules import JST
from outreach.dates import is_rest_day
from outreach.desk.queries.sessions import midnight
from outreach.desk.queries.storm import Hit
from outreach.dispatch.models import Visit
from outreach.dispatch.overwork import Roster, roster
from outreach.people.availability import Span, availability, minute
from outreach.people.models import Person

WEEKS = 3
OFFERED = 3
Free = dict[int, dict[date, list[Span]]]
Taken = dict[int, list[tuple[datetime, datetime]]]
Promised = dict[tuple[str, int, date], list[Span]]


@dataclass
class Unit:
    """Classes of one visit, one after the other in one room; most often one. `dates`: new starts of the first, on days
    on which all of them fit.
    """

    rows: list[Hit]
    dates: list[datetime] = field(default_factory=list)

    @property
    def first(self) -> Hit:
        return self.rows[0]

    def start(self, row: Hit, to: datetime) -> datetime:
        """When a class of it would start if the first did at `to`."""
        return to + (row.session.starts_at - self.first.session.starts_at)


def units_of(rows: Iterable[Hit]) -> list[Unit]:
    """In the order of their first. 1 statement."""
    found = list(rows)
    members = Visit.sessions.through.objects.filter(session__in=[row.session.pk for row in found])
    visit_of = dict(members.values_list("session_id", "visit_id"))
    units: dict[tuple[str, int, date], list[Hit]] = defaultdict(list)
    for row in found:
        pk = row.session.pk
        key = ("visit", visit_of[pk]) if pk in visit_of else ("session", pk)
        units[*key, _day(row)].append(row)
    return [Unit(sorted(own, key=lambda row: row.session.starts_at)) for own in units.values()]


def with_new_dates(units: Iterable[Unit], now: datetime) -> None:
    """Fill in up to three days soon after on which room and people are free at the same hours, and nobody would pass a
    limit: for each unit, and for each class of one that has several. 10 statements.
    """
    found = list(units)
    rows = [row for unit in found for row in unit.rows]
    if not rows:
        return
    first = max(max(map(_day, rows)), now.astimezone(JST).date()) + timedelta(days=1)
    days = [first + timedelta(days=n) for n in range(WEEKS * 7 + 1)]
    people = Person.objects.filter(pk__in={shift.person_id for row in rows for shift in row.shifts})
    staff = list(people.select_related("instructor", "travel_limits"))
    free = availability(staff, days[0], days[-1])
    work = roster(staff, min(map(_day, rows)), days[-1])
    taken = _holds({row.session.venue_id for row in rows}, days[0], days[-1])
    promised: Promised = defaultdict(list)
    for unit in found:
        unit.dates = _dates(unit.rows, days, free, taken, promised, work)
        for row in unit.rows if len(unit.rows) > 1 else ():
            row.dates = _dates([row], days, free, taken, promised, work)
        _promise(unit, promised)


def _day(row: Hit) -> date:
    return row.session.starts_at.astimezone(JST).date()


def _holds(venues: set[int], first: date, last: date) -> Taken:
    held: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    bounds = {"ends_at__gt": midnight(first), "starts_at__lt": midnight(last, after=True)}
    rows = VenueHold.objects.filter(venue__in=venues, **{name: value for name, value in bounds.items() if value})
    for venue, start, end in rows.values_list("venue", "starts_at", "ends_at"):
        held[venue].append((start, end))
    return held


def _dates(
    rows: list[Hit], days: list[date], free: Free, taken: Taken, promised: Promised, work: Roster
) -> list[datetime]:
    """New starts of the first of `rows`, on the first days on which each of them fits at its own hour."""
    fit = (
        day
        for day in days
        if all(_fits(row, day, free, taken, promised) for row in rows) and not _too_much(rows, day, work)
    )
    start = rows[0].session.starts_at.astimezone(JST)
    return [_on(start, day) for day, _n in zip(fit, range(OFFERED), strict=False)]


def _fits(row: Hit, day: date, free: Free, taken: Taken, promised: Promised) -> bool:
    session = row.session
    start, end = session.starts_at.astimezone(JST), session.ends_at.astimezone(JST)
    begins, ends = _on(start, day), _on(end, day)
    span = _span(row)
    booked = any(begins < until and since < ends for since, until in taken[session.venue_id])
    able = all(any(a <= span[0] and span[1] <= b for a, b in free[s.person_id][day]) for s in row.shifts)
    meets = any(a < span[1] and span[0] < b for kind, key in _keys(row) for a, b in promised[kind, key, day])
    return _usual(day, start.date()) and able and not booked and not meets


def _too_much(rows: list[Hit], day: date, work: Roster) -> bool:
    """Whether anyone on duty would be beyond a limit, were all of these on that day."""
    for person in {shift.person_id for row in rows for shift in row.shifts}:
        own = [row.session for row in rows if person in {shift.person_id for shift in row.shifts}]
        old = [(one.starts_at.astimezone(JST), one.ends_at.astimezone(JST)) for one in own]
        new = [(_on(start, day), _on(end, day)) for start, end in old]
        if work.too_much(person, old, new, (own[0].venue.lat, own[0].venue.lon)):
            return True
    return False


def _promise(unit: Unit, promised: Promised) -> None:
    """The first proposed day of each is kept free for it among the others: all of them can be moved at once."""
    for row in unit.rows if unit.dates else ():
        for kind, key in _keys(row):
            promised[kind, key, unit.dates[0].date()].append(_span(row))


def _keys(row: Hit) -> list[tuple[str, int]]:
    return [("v", row.session.venue_id), *(("p", shift.person_id) for shift in row.shifts)]


def _span(row: Hit) -> Span:
    return minute(row.session.starts_at.astimezone(JST).time()), minute(row.session.ends_at.astimezone(JST).time())


def _on(moment: datetime, day: date) -> datetime:
    return datetime.combine(day, moment.timetz())


def _usual(day: date, was: date) -> bool:
    """No class moves from a weekday to a weekend, nor to a public holiday or the turn of the year."""
    return (was.weekday() >= 5 or day.weekday() < 5) and (is_rest_day(was) or not is_rest_day(day))
