"""Reads of sessions shared by more than one caller; each list has a fixed number of statements."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from geo.distance import great_circle_km
from geo.geocoder import geocode_postal
from geo.models import Municipality
from outreach.classes import rules
from outreach.classes.models import OPEN, Entry, SchemeRule, Series, Session, SessionStatus, Shift
from outreach.people.rules import Scope


@dataclass(frozen=True)
class Place:
    """From where a resident asks: distances are measured from here."""

    municipality: Municipality
    lat: float
    lon: float
    postal: str = ""


def find_places(*, postal: str = "", municipality: str = "") -> list[Place]:
    """What a postal code (seven digits) or a municipality's code may mean; both together mean one of the code's places.

    Several where a postal code spans municipalities, none where it is unknown. At most 1 statement.
    """
    if not postal:
        towns = Municipality.objects.of_today().select_related("prefecture").filter(code=municipality)
        return [Place(town, town.lat, town.lon) for town in towns]
    points = _points_of_postal(postal)
    towns = Municipality.objects.select_related("prefecture").filter(code__in=points)
    found = [Place(town, *points[town.code], postal) for town in towns]
    return [place for place in found if place.municipality.code == municipality] or found


def _points_of_postal(postal: str) -> dict[str, tuple[float, float]]:
    """Latitude and longitude by municipality."""
    found = geocode_postal(postal)
    if found.municipality and found.lat is not None and found.lon is not None:
        return {found.municipality: (found.lat, found.lon)}
    return {other.municipality: (other.lat, other.lon) for other in found.alternatives}


def find_session(code: str) -> Session | None:
    """The session that residents know by its clean code; a draft is not known yet, a closed one never. 1 statement."""
    known = Session.objects.exclude(status=SessionStatus.DRAFT).exclude(entry=Entry.CLOSED)
    around = ("course", "series", "venue", "municipality__prefecture", "organisation", "programme_year")
    return known.select_related(*around).filter(code=code).first()


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


def series_in(scope: Scope) -> QuerySet[Series]:
    """The series that a scope reaches: of its organisations, its municipalities, its prefectures (law 7)."""
    found = Series.objects.select_related("organisation__municipality")
    if scope.nation:
        return found
    return found.filter(
        Q(organisation__in=scope.organisations)
        | Q(organisation__municipality__in=scope.municipalities)
        | Q(organisation__municipality__prefecture__in=scope.prefectures)
    )


def open_sessions(*, since: datetime | None = None, until: datetime | None = None) -> QuerySet[Session]:
    """Sessions that residents can find: published or confirmed, and not begun. 1 statement."""
    found = Session.objects.filter(status__in=OPEN, starts_at__gte=max(since or timezone.now(), timezone.now()))
    found = found.exclude(entry=Entry.CLOSED)
    if until:
        found = found.filter(starts_at__lt=until)
    return found.select_related("course", "venue", "municipality__prefecture", "organisation")


@dataclass(frozen=True)
class Nearby:
    """A session with the great-circle distance from where the resident asked."""

    session: Session
    km: float


NEAR_KM = 50  # an hour by car and more: beyond that, nobody calls it near
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


def alternatives(session: Session, *, limit: int = 3) -> list[Nearby]:
    """The nearest sessions with a free seat that are near, of the same course if there is one. At most 8 statements."""
    free = open_sessions().filter(seats_taken__lt=F("capacity"), entry=Entry.BOOKING).exclude(pk=session.pk)
    lat, lon = session.venue.lat, session.venue.lon
    for found in (free.filter(course=session.course_id), free):
        rows = nearest_sessions(lat=lat, lon=lon, found=found, limit=limit)
        if rows and rows[0].km <= NEAR_KM:
            return [row for row in rows if row.km <= NEAR_KM]
    return []


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
