"""Whom a warning for an area and a day, or a cancelled line, affects; and on which days it could be made up for."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from geo.models import Municipality, Prefecture
from outreach.classes.models import OPEN, PLANNED, Session, Shift
from outreach.classes.queries import sessions_in
from outreach.classes.rules import JST
from outreach.desk.queries.moving import Move, Moves, by_ferries, days_of, hanging, moves_on, through
from outreach.desk.queries.sessions import AROUND, midnight
from outreach.dispatch.asking import offers_in
from outreach.dispatch.ferries import load_sea
from outreach.dispatch.models import PlanStatus, RequestStatus, Trip, Visit
from outreach.dispatch.queries import plans_in
from outreach.people.models import Person
from outreach.people.rules import Scope
from outreach.registration.models import PLACED_SUPPORTS, Support, SupportHelper, SupportKind
from outreach.registration.supporting import supports_in


@dataclass(frozen=True)
class Storm:
    """`towns`: those warned of, none for all of the prefecture. `line`: the line that does not run."""

    day: date
    prefecture: Prefecture | None = None
    towns: frozenset[str] = frozenset()
    line: str = ""

    @property
    def where(self) -> Q:
        """Of a municipality: whether it lies in the area, or on the land that the line serves."""
        if self.line:
            return Q(pk__in=self.cut_off)
        return Q(pk__in=self.towns) if self.towns else Q(prefecture=self.prefecture)

    @property
    def cut_off(self) -> set[str]:
        sea = load_sea()
        lands = {sea.ports[port].island for line in sea.lines if line.id == self.line for port in line.ports}
        return {code for code, island in sea.island_of.items() if island in lands}

    @property
    def ferries(self) -> set[str]:
        """The line both ways, as trips name it."""
        pairs = [line.ports for line in load_sea().lines if line.id == self.line]
        return {f"{a}>{b}" for a, b in pairs} | {f"{b}>{a}" for a, b in pairs}


@dataclass
class Hit:
    """A class: why it's on the list, who teaches and helps, and how they come."""

    session: Session
    why: str
    shifts: list[Shift] = field(default_factory=list)
    trips: list[Trip] = field(default_factory=list)
    dates: list[datetime] = field(default_factory=list)  # new starts, as `new_days` finds them
    side: str = ""  # `moving.EVE` or `HOME`: the class is on another day of a journey that is on the road on this one


@dataclass(frozen=True)
class Asked:
    """A visit that instructors are asked for; `side` and `trips` as of a `Hit`."""

    visit: Visit
    side: str = ""
    trips: tuple[Trip, ...] = ()

    @property
    def people(self) -> list[Person]:
        return [person for person in (self.visit.lead, self.visit.second) if person]


HERE, CROSSING, THROUGH, LIVING = "here", "crossing", "through", "living"


def moves_in(storm: Storm) -> Moves:
    """Who goes by the line, or to or through the area, on that day. 7 statements at most."""
    return moves_on(storm.day, by_ferries(storm.ferries) if storm.line else through(_towns(storm)))


def _towns(storm: Storm) -> set[str]:
    return set(Municipality.objects.filter(storm.where).values_list("pk", flat=True))


def hits(scope: Scope, storm: Storm, now: datetime, moves: Moves | None = None) -> list[Hit]:
    """The open classes, not begun, that it touches, those in the area first; `moves` where `moves_in` is known.

    Of other days, those whose instructor is on the way out or back on this one, with a night between. 11 statements
    at most, with those of `moves_in`.
    """
    found = _with_shifts(_on_days(scope, storm.day, storm.day), now)
    towns, moves = _towns(storm), moves_in(storm) if moves is None else moves
    people = {shift.person_id for session in found for shift in session.shifts.all()}
    trips: dict[int, list[Trip]] = defaultdict(list)
    for trip in Trip.objects.filter(person__in=people, day=storm.day, plan__status=PlanStatus.PUBLISHED):
        trips[trip.person_id].append(trip)
    rows = [_hit(session, storm, towns, trips, moves) for session in found]
    rows += _other_days(scope, storm, moves, now)
    order = [HERE, CROSSING, THROUGH, LIVING]
    return sorted((row for row in rows if row), key=lambda row: (order.index(row.why), row.session.starts_at))


def _on_days(scope: Scope, first: date, last: date) -> QuerySet[Session]:
    found = sessions_in(scope).filter(status__in=OPEN, **_within(first, last))
    return found.select_related(*AROUND, "programme_year")


def _within(first: date, last: date) -> dict[str, datetime]:
    bounds = {"starts_at__gte": midnight(first), "starts_at__lt": midnight(last, after=True)}
    return {name: value for name, value in bounds.items() if value}


def _with_shifts(found: QuerySet[Session], now: datetime) -> list[Session]:
    return list(found.filter(starts_at__gt=now).prefetch_related("shifts__person__municipality"))


def _other_days(scope: Scope, storm: Storm, moves: Moves, now: datetime) -> list[Hit]:
    """Classes of other days that hang on a journey of this one."""
    days = days_of(moves)
    if days is None:
        return []
    rows = []
    for session in _with_shifts(_on_days(scope, *days).filter(shifts__person__in=list(moves)).distinct(), now):
        shifts, day = list(session.shifts.all()), _day(session)
        own = hanging(moves, (shift.person_id for shift in shifts), day)
        if own and day != storm.day:
            why = CROSSING if storm.line else THROUGH
            rows.append(Hit(session, why, shifts, [move.trip for move in own], side=own[0].side(day) or ""))
    return rows


def _hit(session: Session, storm: Storm, towns: set[str], trips: dict[int, list[Trip]], moves: Moves) -> Hit | None:
    shifts = list(session.shifts.all())
    own = [trip for shift in shifts for trip in trips[shift.person_id]]
    moving = any(shift.person_id in moves for shift in shifts)
    if storm.line and moving:
        return Hit(session, CROSSING, shifts, own)
    if session.municipality_id in towns:
        return Hit(session, HERE, shifts, own)
    if not storm.line and any(shift.person.municipality_id in towns for shift in shifts):
        return Hit(session, LIVING, shifts, own)
    return Hit(session, THROUGH, shifts, own) if moving else None


def asked_visits(scope: Scope, storm: Storm, moves: Moves) -> list[Asked]:
    """Visits that instructors are asked for and no class stands on yet: of that day in the area; of any day, those that
    someone would be on the way to or from on this one. Up to 2 statements.
    """
    made = Session.objects.filter(visits=OuterRef("pk"), status__in=PLANNED)
    towns = Municipality.objects.filter(storm.where).values("pk")
    asked = Visit.objects.filter(~Exists(made), pk__in=offers_in(scope).values("visit"))
    asked = asked.exclude(request__status=RequestStatus.WITHDRAWN)
    asked = asked.select_related("request__municipality", "request__course", "lead", "second").order_by("starts_at")
    here = list(asked.filter(request__municipality__in=towns, **_within(storm.day, storm.day)))
    if not moves:
        return [Asked(visit) for visit in here]
    first, last = days_of(moves) or (storm.day, storm.day)
    going = asked.filter(Q(lead__in=list(moves)) | Q(second__in=list(moves)), **_within(first, last))
    known = {visit.pk for visit in here}
    hang = [(visit, hanging(moves, visit.crew, _starts_on(visit))) for visit in going if visit.pk not in known]
    return [Asked(visit) for visit in here] + [
        Asked(visit, own[0].side(_starts_on(visit)) or "", tuple(move.trip for move in own))
        for visit, own in hang
        if own
    ]


def travellers(scope: Scope, moves: Moves, listed: Iterable[int]) -> list[Move]:
    """Who else is on the road that day, of plans in scope: those of whom no class or visit is `listed`. 1 statement."""
    known = set(listed)
    others = [move for person, own in moves.items() if person not in known for move in own]
    plans = set(plans_in(scope).filter(pk__in={move.trip.plan_id for move in others}).values_list("pk", flat=True))
    return sorted((one for one in others if one.trip.plan_id in plans), key=lambda move: move.trip.leaves_at)


def _day(session: Session) -> date:
    return session.starts_at.astimezone(JST).date()


def _starts_on(visit: Visit) -> date:
    return visit.starts_at.astimezone(JST).date()


def support_visits(scope: Scope, storm: Storm, now: datetime) -> QuerySet[Support]:
    """Visits of that day to homes and groups, not over, in the area or by a helper who lives there. 2 statements."""
    towns = Municipality.objects.filter(storm.where).values("pk")
    going = SupportHelper.objects.exclude(answer=SupportHelper.Answer.DECLINED)
    touched = Q(municipality__in=towns)
    if not storm.line:
        touched |= Q(Exists(going.filter(support=OuterRef("pk"), person__municipality__in=towns)))
    found = supports_in(scope).filter(touched, status__in=PLACED_SUPPORTS, ends_at__gt=now)
    found = found.filter(**_within(storm.day, storm.day)).exclude(kind=SupportKind.PHONE)
    people = Prefetch("helpers", going.select_related("person__municipality"), to_attr="going")
    return found.select_related("municipality").prefetch_related(people).order_by("starts_at", "pk")
