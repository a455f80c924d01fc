"""Reads of sessions shared by more than one caller; each list has a fixed number of statements."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from geo.distance import great_circle_km
from outreach.classes import rules
from outreach.classes.models import OPEN, SchemeRule, Session, Shift
from outreach.people.rules import Scope


def sessions_in(scope: Scope) -> QuerySet[Session]:
    """The sessions that a scope reaches (law 7): every staff screen starts here."""
    if scope.nation:
        return Session.objects.all()
    return Session.objects.filter(
        Q(municipality__prefecture__in=scope.prefectures)
        | Q(municipality__in=scope.municipalities)
        | Q(organisation__in=scope.organisations)
        | Q(pk__in=Shift.objects.filter(person=scope.person).values("session"))
    )


def open_sessions(*, since: datetime | None = None, until: datetime | None = None) -> QuerySet[Session]:
    """Sessions that residents can find: published or confirmed, and not begun. 1 statement."""
    found = Session.objects.filter(status__in=OPEN, starts_at__gte=max(since or timezone.now(), timezone.now()))
    if until:
        found = found.filter(starts_at__lt=until)
    return found.select_related("course", "venue", "municipality__prefecture", "organisation")


@dataclass(frozen=True)
class Nearby:
    """A session with the great-circle distance from where the resident asked."""

    session: Session
    km: float


# Half-width of a box in degrees, and the radius in km that surely lies inside it anywhere in Japan.
BOXES = ((0.3, 23), (1.2, 90), (5.0, 380))


def nearest_sessions(*, lat: float, lon: float, found: QuerySet[Session], limit: int = 20) -> list[Nearby]:
    """The nearest of `found`, and at one place the soonest first; looks in growing boxes, at most 4 statements."""
    for degrees, sure_km in BOXES:
        box = found.filter(
            venue__lat__range=(lat - degrees, lat + degrees), venue__lon__range=(lon - degrees, lon + degrees)
        )
        rows = _by_distance(lat, lon, box)
        if len(rows) >= limit and rows[limit - 1].km <= sure_km:
            return rows[:limit]
    return _by_distance(lat, lon, found)[:limit]


def _by_distance(lat: float, lon: float, found: QuerySet[Session]) -> list[Nearby]:
    rows = [Nearby(s, float(great_circle_km(lat, lon, s.venue.lat, s.venue.lon))) for s in found]
    return sorted(rows, key=lambda row: (round(row.km, 1), row.session.starts_at))


def with_staff(found: QuerySet[Session]) -> QuerySet[Session]:
    """Annotate `instructors` and `helpers` on duty, for gauges in lists."""
    return found.annotate(
        instructors=Count("shifts", filter=Q(shifts__duty=Shift.Duty.INSTRUCTOR), distinct=True),
        helpers=Count("shifts", filter=Q(shifts__duty=Shift.Duty.HELPER), distinct=True),
    )


def rules_by_key() -> dict[tuple[int, str, str], SchemeRule]:
    """Every scheme rule by (fiscal year, scheme, kind). 1 statement."""
    return {(rule.programme_year_id, rule.scheme, rule.kind): rule for rule in SchemeRule.objects.all()}


def gauge_from(session: Session, rule: SchemeRule, *, instructors: int, helpers: int) -> rules.Gauge:
    return rules.staffing_gauge(
        instructors=instructors,
        helpers=helpers,
        learners=session.seats_taken,
        capacity=session.capacity,
        instructors_needed=rule.certified_instructors,
        learners_per_helper=rule.learners_per_helper,
    )


def gauge_of(session: Session) -> rules.Gauge:
    """The staffing gauge of one session. 2 statements."""
    rule = SchemeRule.objects.get(programme_year=session.programme_year_id, scheme=session.scheme, kind=session.kind)
    duties = list(session.shifts.values_list("duty", flat=True))
    return gauge_from(
        session,
        rule,
        instructors=duties.count(Shift.Duty.INSTRUCTOR),
        helpers=duties.count(Shift.Duty.HELPER),
    )
