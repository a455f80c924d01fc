"""Today: what needs a hand now, in the order of a day's work. No person is named here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from outreach.classes.models import PLANNED, Handover, ProgrammeYear, Session, Shift, Site
from outreach.classes.queries import sessions_in, with_staff
from outreach.classes.rules import JST, fiscal_year_of
from outreach.classes.uploads.kept import failed_in
from outreach.contact.models import Message, MessageStatus
from outreach.contact.queries import calls_to_make, cannot_be_told, failed_messages, slips_to_print, within
from outreach.desk.queries.answers import sessions_behind
from outreach.desk.queries.enquiries import open_enquiries
from outreach.desk.queries.needs import Moment, Need, needing
from outreach.desk.queries.people import ending_in
from outreach.desk.queries.sessions import AROUND, Row, rows_of
from outreach.dispatch.asking import vacancies_in
from outreach.dispatch.queries import letters_waiting
from outreach.people.rules import Scope
from outreach.registration.models import BookingStatus
from outreach.registration.queries import bookings_in
from outreach.registration.supporting import overdue_helpers, supports_in

SHOWN = 6  # of each kind; the heading says how many there are, and a link leads to all


@dataclass(frozen=True)
class Heap:
    """Some of what needs one kind of remedy, and how many there are in all."""

    rows: Sequence[Any]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


def heap(found: QuerySet[Any], shown: int = SHOWN) -> Heap:
    """At most 2 statements."""
    rows = list(found[: shown + 1])
    return Heap(rows[:shown], found.count() if len(rows) > shown else len(rows))


def session_heaps(scope: Scope, at: Moment) -> dict[Need, Heap]:
    """The sessions of each need. At most 3 statements a need."""
    found = sessions_in(scope).select_related(*AROUND)
    return {need: _session_heap(needing(found, need, at)) for need in Need}


def _session_heap(found: QuerySet[Session]) -> Heap:
    some = heap(found)
    return Heap(rows_of(some.rows) if some.rows else [], some.count)


def calls(scope: Scope, now: datetime) -> Heap:
    return heap(calls_to_make(scope, now))


def untold(scope: Scope, now: datetime) -> Heap:
    """Calls about changes and cancellations that no way is left to make."""
    return heap(cannot_be_told(scope, now))


def unanswered(scope: Scope, now: datetime) -> Heap:
    """Sessions moved or cancelled whose people are not all reached yet."""
    return Heap(*sessions_behind(scope, now, limit=SHOWN))


def enquiries(scope: Scope) -> Heap:
    """Questions that wait for an answer, the soonest due first."""
    return heap(open_enquiries(scope))


def vacancies(scope: Scope, now: datetime) -> Heap:
    """Visits to come for which someone said no, was silent or fell ill, and nobody was asked in their place."""
    around = ("request__municipality", "request__course", "lead", "second")
    return heap(vacancies_in(scope, now).select_related(*around).order_by("starts_at", "pk"))


def letters(scope: Scope) -> Heap:
    """What towns asked for on the web and nobody has rung about yet, the oldest first."""
    return heap(letters_waiting(scope).select_related("municipality"))


def failed_files(scope: Scope) -> Heap:
    return heap(failed_in(scope).select_related("organisation").defer("content", "report"))


def slips(scope: Scope, now: datetime) -> Heap:
    return heap(slips_to_print(scope, now), 0)


def overdue(scope: Scope, now: datetime) -> Heap:
    """Helpers who should have left a visit: someone makes sure that they are well."""
    return heap(overdue_helpers(now).filter(support__in=supports_in(scope)))


def endings(scope: Scope, today: date) -> Heap:
    """Qualifications of active people that end within 60 days or have just ended, the soonest first."""
    return heap(ending_in(scope, today))


def handovers(scope: Scope, now: datetime) -> Heap:
    """Helpers who look for someone else, the soonest class first."""
    found = Handover.objects.filter(status=Handover.Status.OPEN, shift__session__in=sessions_in(scope))
    around = ("shift__session__municipality", "shift__session__course")
    soon = found.filter(shift__session__starts_at__gt=now, shift__session__status__in=PLANNED)
    return heap(soon.select_related(*around).order_by("shift__session__starts_at", "pk"))


def troubled_messages(scope: Scope, now: datetime) -> Heap:
    """Failed or in doubt, still of use, and not yet taken over by a call."""
    doubtful = within(Message.objects.filter(status=MessageStatus.UNKNOWN), scope)
    found = failed_messages(scope) | doubtful
    useful = found.filter(Q(needed_by__isnull=True) | Q(needed_by__gt=now), call_task__isnull=True)
    return heap(useful.select_related("municipality").order_by(F("needed_by").asc(nulls_last=True), "pk"))


def offers_lapsing(scope: Scope, now: datetime) -> Heap:
    """Seats that are held for an answer, the soonest to lapse first."""
    held = bookings_in(scope).filter(status=BookingStatus.OFFERED, offer_expires_at__gt=now)
    return heap(held.select_related("session__municipality").order_by("offer_expires_at", "pk"))


def coming(scope: Scope, now: datetime) -> list[Row]:
    """What takes place today and tomorrow. At most 2 statements."""
    start = now.astimezone(JST).replace(hour=0, minute=0, second=0, microsecond=0)
    soon = Q(starts_at__gte=start, starts_at__lt=start + timedelta(days=2))
    found = sessions_in(scope).filter(soon, status__in=PLANNED)
    return rows_of(with_staff(found).select_related(*AROUND).order_by("starts_at")[:20])


def own_sessions(person: int | None, now: datetime) -> list[Shift]:
    """A person's duties of the last week and of the time to come. 1 statement."""
    mine = Shift.objects.filter(person=person, session__ends_at__gt=now - timedelta(days=7))
    around = [f"session__{name}" for name in AROUND]
    return list(mine.select_related(*around).order_by("session__starts_at"))


@dataclass(frozen=True)
class Figures:
    """A year in counts, for those who see no person."""

    year: ProgrammeYear
    planned_sites: int
    held_sites: int
    municipalities: int
    sessions: int
    learners: int


def figures(scope: Scope, now: datetime) -> Figures | None:
    """The fiscal year of `now`, as far as `scope` reaches; None before its rules are loaded. 3 statements."""
    year = ProgrammeYear.objects.filter(pk=fiscal_year_of(now.astimezone(JST).date())).first()
    if year is None:
        return None
    sites = Site.objects.filter(programme_year=year)
    if not scope.nation:
        sites = sites.filter(municipality__prefecture__in=scope.prefectures)
    counts = sites.aggregate(
        planned=Count("pk", filter=Q(planned_sessions__gt=0)),
        held=Count("pk", filter=Q(held_sessions__gt=0)),
        towns=Count("municipality", filter=Q(planned_sessions__gt=0), distinct=True),
        sessions=Sum("held_sessions"),
    )
    came = _learners(scope, year)
    return Figures(year, counts["planned"], counts["held"], counts["towns"], counts["sessions"] or 0, came)


def _learners(scope: Scope, year: ProgrammeYear) -> int:
    attended = Count("bookings", filter=Q(bookings__status=BookingStatus.ATTENDED))
    held = sessions_in(scope).filter(programme_year=year)
    walked_in = held.aggregate(n=Sum("walk_ins"))["n"] or 0
    return int(walked_in) + int(held.aggregate(n=attended)["n"])
