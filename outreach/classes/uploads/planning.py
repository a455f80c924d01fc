"""What a carrier's file asks for, beside what stands: to make, to move, to cancel, the same, or refused."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

from django.utils.translation import gettext as _

from geo.importing.headings import find_columns
from geo.importing.report import Report, WrongFile
from geo.importing.tables import open_table
from outreach.classes import rules
from outreach.classes.models import (
    Course,
    Scheme,
    SchemeRule,
    SessionKind,
    SessionStatus,
    UploadedSlot,
    Venue,
    VenueHold,
)
from outreach.classes.queries import rules_by_key
from outreach.classes.uploads.placing import BadCell, Where, find_where
from outreach.classes.uploads.plan_rows import EXPECTED, HEADINGS, REQUIRED, PlanRow, Taught, read_plan_row
from outreach.people.models import Organisation

MOVABLE = frozenset({SessionStatus.DRAFT, SessionStatus.PUBLISHED, SessionStatus.CONFIRMED})
SHOP_SEATS = 20  # room in a shop new to us: the programme's shops are small
CHUNK = 500  # keys to a statement: well under SQLite's number of parameters
Item = TypeVar("Item")
Spot = tuple[str, str, str]  # municipality, name, address


@dataclass(slots=True)
class PlanFile:
    """The rows that can be read, with the place of each, what the file calls its columns, and those refused."""

    rows: list[tuple[PlanRow, Where]]
    names: dict[str, str]
    report: Report


class Known(NamedTuple):
    """A session that came by an earlier file."""

    key: str
    pk: int
    venue: int
    course: str
    starts_at: datetime
    capacity: int
    taken: int
    status: str


MadeRow = tuple[PlanRow, Venue, int]  # with the programme year
KnownRow = tuple[PlanRow, Venue, Known]


@dataclass(slots=True)
class Decision:
    """What the file asks for. Venues without a pk are to be made first."""

    report: Report
    made: list[MadeRow] = field(default_factory=list)
    moved: list[KnownRow] = field(default_factory=list)
    cancelled: list[KnownRow] = field(default_factory=list)


def read_plan(path: Path) -> PlanFile:
    """Read a plan and find its shops; nothing is looked up twice. Raises: WrongFile."""
    wrong = _("月間計画の表として読めません。必要なもの：{expected}").format(expected=EXPECTED)
    report, rows = Report(), []
    courses = _courses()
    with open_table(path) as table:
        columns, heading = find_columns(table.rows, HEADINGS, REQUIRED, wrong)
        names = {name: heading[column] for name, column in columns.items()}
        for row in table.rows:
            if row.empty:
                continue
            report.read += 1
            try:
                rows.append(read_plan_row(row, columns, courses))
            except BadCell as error:
                report.refuse(row.number, names.get(error.field, error.field), error.reason)
    if not report.read:
        raise WrongFile(wrong)
    shops = list({row.shop: (row.address, row.point) for row in rows}.items())
    where = dict(zip((shop for shop, _p in shops), find_where([place for _s, place in shops]), strict=True))
    return PlanFile([(row, where[row.shop]) for row in rows], names, report)


def _courses() -> dict[str, Taught]:
    """Every course by code and by name."""
    found = {}
    for code, name, minutes in Course.objects.values_list("code", "name", "minutes"):
        found[code] = found[name] = Taught(code, minutes)
    return found


def decide(plan: PlanFile, *, organisation: Organisation, now: datetime) -> Decision:
    """Compare a plan with what stands. Reads only; a wrong row never touches another."""
    return _Desk(plan, organisation, now).decide()


class _Desk:
    """The rooms and the earlier sessions that a plan meets, in memory while its rows pass one by one."""

    def __init__(self, plan: PlanFile, organisation: Organisation, now: datetime) -> None:
        self.plan, self.now = plan, now
        self.decision = Decision(Report(read=plan.report.read, refused=list(plan.report.refused)))
        self.rules = rules_by_key()
        self.known = _known(organisation, [row.key for row, _where in plan.rows])
        self.venues = _venues({row.name for row, _where in plan.rows})
        self.taken = _taken([venue.pk for venue in self.venues.values()])
        self.first: dict[str, int] = {}

    def decide(self) -> Decision:
        report = self.decision.report
        for row, where in self.plan.rows:
            try:
                self._take(row, where)
            except BadCell as error:
                report.refuse(row.number, self.plan.names.get(error.field, error.field), error.reason)
                continue
            self.first[row.key] = row.number
        report.refused.sort(key=lambda one: one.row)
        report.added = len(self.decision.made)
        report.changed, report.removed = len(self.decision.moved), len(self.decision.cancelled)
        return self.decision

    def _take(self, row: PlanRow, where: Where) -> None:
        if row.key in self.first:
            raise BadCell("key", _("{row}行目と同じ枠番号です。").format(row=self.first[row.key]))
        if where.municipality is None:
            raise BadCell("address", where.reason)
        old = self.known.get(row.key)
        spot = (where.municipality, row.name, row.address)
        venue = self.venues.get(spot) or self._new_venue(spot, where)
        if row.called_off:
            self._call_off(row, venue, old)
        elif old and _same(row, venue, old):
            self.decision.report.unchanged += 1
        else:
            self._plan(row, venue, old)
            self.venues[spot] = venue  # known from now on: only a row that stands brings a new shop

    def _new_venue(self, spot: Spot, where: Where) -> Venue:
        code, name, address = spot
        return Venue(
            municipality_id=code, name=name, address=address, lat=where.lat, lon=where.lon, capacity=SHOP_SEATS
        )

    def _call_off(self, row: PlanRow, venue: Venue, old: Known | None) -> None:
        """A slot that never came, or is cancelled already, needs nothing."""
        if old is None or old.status == SessionStatus.CANCELLED:
            self.decision.report.unchanged += 1
            return
        _check_free(old, "state")
        self._leave(old)
        self.decision.cancelled.append((row, venue, old))

    def _plan(self, row: PlanRow, venue: Venue, old: Known | None) -> None:
        rule = self._check_new(row)
        if venue.pk and row.capacity > venue.capacity:
            raise BadCell("capacity", _("会場の収容人数{room}人を超えています。").format(room=venue.capacity))
        if old:
            _check_free(old, "key")
            if old.course != row.course:
                raise BadCell("course", _("講座は変えられません。この枠を中止にして、新しい枠番号で出してください。"))
        self._enter(row, venue, old)
        venue.capacity = max(venue.capacity, row.capacity)
        if old:
            self.decision.moved.append((row, venue, old))
        else:
            self.decision.made.append((row, venue, rule.programme_year_id))

    def _check_new(self, row: PlanRow) -> SchemeRule:
        if row.starts_at <= self.now:
            raise BadCell("day", _("過ぎた日時です。"))
        year = rules.fiscal_year_of(row.starts_at.date())
        rule = self.rules.get((year, Scheme.NATIONWIDE, SessionKind.CLASS))
        if rule is None:
            raise BadCell("day", _("{year}年度の決まりが登録されていません。").format(year=year))
        return rule

    def _enter(self, row: PlanRow, venue: Venue, old: Known | None) -> None:
        """Take the room, in memory. Raises: BadCell where something else is there then."""
        times = self.taken.setdefault(_room(venue), {})
        own = f"session:{old.pk}" if old else row.key
        for subject, (starts_at, ends_at) in times.items():
            if subject != own and starts_at < row.ends_at and row.starts_at < ends_at:
                raise BadCell("start", _("この店には、その時間にほかの予定があります。"))
        if old:
            self._leave(old)
        times[own] = (row.starts_at, row.ends_at)

    def _leave(self, old: Known) -> None:
        self.taken.get(old.venue, {}).pop(f"session:{old.pk}", None)


Room = int | Spot
Times = dict[str, tuple[datetime, datetime]]


def _room(venue: Venue) -> Room:
    return venue.pk or (venue.municipality_id, venue.name, venue.address)


def _same(row: PlanRow, venue: Venue, old: Known) -> bool:
    return old.status != SessionStatus.CANCELLED and (venue.pk, row.course, row.starts_at, row.capacity) == (
        old.venue,
        old.course,
        old.starts_at,
        old.capacity,
    )


def _check_free(old: Known, name: str) -> None:
    """Residents who hold a seat must be told: that is done on the session's own page. Raises: BadCell."""
    if old.status not in MOVABLE:
        raise BadCell(name, _("終わった回や中止した回は、変えられません。"))
    if old.taken:
        raise BadCell(name, _("申込がある回です。住民に知らせるため、講習会の画面から変えてください。"))


def _known(organisation: Organisation, keys: list[str]) -> dict[str, Known]:
    columns = ("venue_id", "course_id", "starts_at", "capacity", "seats_taken", "status")
    slots = UploadedSlot.objects.filter(organisation=organisation)
    found = (
        Known(*values)
        for some in chunks(keys)
        for values in slots.filter(key__in=some).values_list("key", "session_id", *(f"session__{c}" for c in columns))
    )
    return {one.key: one for one in found}


def _venues(names: set[str]) -> dict[Spot, Venue]:
    found = (venue for some in chunks(sorted(names)) for venue in Venue.objects.filter(name__in=some))
    return {(venue.municipality_id, venue.name, venue.address): venue for venue in found}


def _taken(venues: list[int]) -> dict[Room, Times]:
    taken: dict[Room, Times] = {}
    for some in chunks(venues):
        holds = VenueHold.objects.filter(venue__in=some)
        for venue, subject, starts_at, ends_at in holds.values_list("venue", "subject", "starts_at", "ends_at"):
            taken.setdefault(venue, {})[subject] = (starts_at, ends_at)
    return taken


def chunks(items: Iterable[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
