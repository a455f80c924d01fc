"""Finding a class: the open API that the pages' search uses too."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from ninja.errors import HttpError

from geo.geocoder import geocode_postal
from geo.paging import Limit, Offset, Page, paginate
from outreach.classes import codes
from outreach.classes.models import Session, SessionStatus
from outreach.classes.queries import Nearby, nearest_sessions, open_sessions
from outreach.classes.rules import JST
from outreach.people.access import open_to_all

router = Router(tags=["sessions"])


class SessionOut(Schema):
    code: str
    kind: str
    entry: str  # booking, or drop_in: come without one
    course: str
    course_name: str
    starts_at: datetime
    ends_at: datetime
    municipality: str
    municipality_name: str
    venue: str
    address: str
    lat: float
    lon: float
    distance_km: float | None = None  # great-circle, from the postal code's point; null where none was asked
    capacity: int
    seats_left: int
    status: str
    sample: bool


def session_out(session: Session, km: float | None = None) -> dict[str, Any]:
    return {
        "code": session.code,
        "kind": session.kind,
        "entry": session.entry,
        "course": session.course_id,
        "course_name": session.course.name,
        "starts_at": session.starts_at.astimezone(JST),
        "ends_at": session.ends_at.astimezone(JST),
        "municipality": session.municipality_id,
        "municipality_name": session.municipality.name,
        "venue": session.venue.name,
        "address": session.venue.address,
        "lat": session.venue.lat,
        "lon": session.venue.lon,
        "distance_km": None if km is None else round(km, 1),
        "capacity": session.capacity,
        "seats_left": session.seats_left,
        "status": session.status,
        "sample": session.sample,
    }


@router.get("/sessions", response=Page[SessionOut], summary="講習会をさがす")
@open_to_all
def list_sessions(
    request: HttpRequest,
    near: Annotated[str, Query(description="郵便番号（7桁）。近い順に並べます。")] = "",
    municipality: Annotated[str, Query(description="団体コード（5桁）")] = "",
    since: Annotated[date | None, Query(alias="from", description="この日から（日本時間）")] = None,
    until: Annotated[date | None, Query(alias="to", description="この日まで（日本時間）")] = None,
    course: str = "",
    limit: Limit = 100,
    offset: Offset = 0,
) -> dict[str, Any]:
    found = open_sessions(since=_midnight(since), until=_end(until))
    if municipality:
        found = found.filter(municipality=municipality)
    if course:
        found = found.filter(course=course)
    if near:
        rows = _nearest(near, found, limit + offset)
        return {"items": [session_out(row.session, row.km) for row in rows[offset:]], "count": found.count()}
    page = paginate(found, limit, offset)
    return {**page, "items": [session_out(session) for session in page["items"]]}


@router.get("/sessions/{code}", response=SessionOut, summary="講習会番号で見る")
@open_to_all
def get_session(request: HttpRequest, code: str) -> dict[str, Any]:
    return session_out(published_session(code))


def published_session(raw: str) -> Session:
    """The session that a code on a flyer names, in any grouping. Raises: HttpError 404, also for a draft."""
    code = codes.clean_code(raw, codes.SESSION_DIGITS)
    found = Session.objects.exclude(status=SessionStatus.DRAFT)
    session = (
        found.select_related("course", "venue", "municipality__prefecture", "organisation").filter(code=code).first()
    )
    if session is None:
        raise HttpError(404, _("この講習会番号は見つかりません。チラシの7桁の番号をお確かめください。"))
    return session


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), tzinfo=JST) if day else None


def _end(day: date | None) -> datetime | None:
    """The midnight after `day`; None for the calendar's very last day too, which has none."""
    return _midnight(day + timedelta(days=1)) if day and day < date.max else None


def _nearest(postal: str, found: "QuerySet[Session]", limit: int) -> list[Nearby]:
    place = geocode_postal(postal)
    if place.lat is None or place.lon is None:
        raise HttpError(422, _("この郵便番号は見つかりません。7桁の数字をお確かめください。"))
    return nearest_sessions(lat=place.lat, lon=place.lon, found=found, limit=limit)
