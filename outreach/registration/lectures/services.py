"""Writes to requests for lectures."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from geo.geocoder import geocode_address
from outreach.classes import codes
from outreach.classes.models import Entry, SchemeRule, SessionKind, Venue
from outreach.classes.rules import JST, fiscal_year_of
from outreach.classes.services import SessionError, create_session, publish_session
from outreach.people.models import User
from outreach.registration.models import LectureEvent, LectureMenu, LectureRequest, LectureStatus
from outreach.registration.services import BookingError

MOST_OPEN = 5  # of one number, so that nobody fills the office's list
S = LectureStatus


@dataclass(frozen=True)
class Arrangement:
    """When and where, as staff settled it with the school; without a venue the school itself becomes one."""

    starts_at: datetime
    venue: Venue | None
    scheme: str


def ask_lecture(*, nonce: str, menu: LectureMenu, **fields: Any) -> LectureRequest:
    """Take a request; the same form sent twice is one. Raises: BookingError where the number asks too often."""
    with transaction.atomic():
        waiting = LectureRequest.objects.filter(phone=fields["phone"], status=S.NEW)
        if (known := LectureRequest.objects.filter(nonce=nonce).first()) is not None:
            return known
        if waiting.count() >= MOST_OPEN:
            raise BookingError(_("返事待ちの依頼が5件あります。お急ぎのときは、お電話ください。"))
    for _attempt in range(20):
        try:
            with transaction.atomic():
                reference = codes.new_code(codes.REFERENCE_DIGITS)
                return LectureRequest.objects.create(
                    reference=reference, nonce=nonce, menu=menu, sample=menu.sample, **fields
                )
        except IntegrityError:
            if (known := LectureRequest.objects.filter(nonce=nonce).first()) is not None:
                return known
    raise BookingError(_("受付番号を作れませんでした。もう一度お試しください。"))


@transaction.atomic
def arrange_lecture(*, request: LectureRequest, how: Arrangement, by: User) -> None:
    """Make a closed session of it, published, in one step. Raises: BookingError, classes.services.SessionError."""
    menu = request.menu
    venue = how.venue or _school(request)
    ends_at = how.starts_at + timedelta(minutes=menu.course.minutes)
    _need_rules(how)
    session = create_session(
        course=menu.course,
        venue=venue,
        organisation=menu.organisation,
        scheme=how.scheme,
        starts_at=how.starts_at,
        ends_at=ends_at,
        kind=SessionKind.CLASS,
        entry=Entry.CLOSED,
        capacity=min(request.people, venue.capacity),
        note=f"{request.school}（{request.who}）"[:200],
        by=by,
        sample=request.sample,
    )
    publish_session(session=session, by=by)
    rows = LectureRequest.objects.filter(pk=request.pk, status=S.NEW)
    if rows.update(status=S.ARRANGED, session=session) != 1:
        raise BookingError(_("ほかの人が先に返事をしました。画面を開き直してください。"))
    LectureEvent.objects.create(request=request, old=S.NEW, new=S.ARRANGED, by=by)
    request.refresh_from_db()


def _need_rules(how: Arrangement) -> None:
    year = fiscal_year_of(how.starts_at.astimezone(JST).date())
    if not SchemeRule.objects.filter(programme_year=year, scheme=how.scheme).exists():
        raise SessionError(_("%(year)s年度のこの事業類型の決まりが登録されていません。") % {"year": year})


def _school(request: LectureRequest) -> Venue:
    """The school as a room, found by its address, else at the middle of its town."""
    town = request.municipality
    found = geocode_address(f"{town.prefecture.name}{town.name}{request.address}")
    inside = found.municipality == town.code
    place = {
        "lat": (found.lat if inside else None) or town.lat,
        "lon": (found.lon if inside else None) or town.lon,
        "capacity": max(request.people, 40),
        "sample": request.sample,
    }
    key = {"municipality": town, "name": request.school, "address": request.address}
    venue, made = Venue.objects.get_or_create(**key, defaults=place)
    if not made and venue.capacity < request.people:
        Venue.objects.filter(pk=venue.pk).update(capacity=request.people)
        venue.refresh_from_db()
    return venue


@transaction.atomic
def decline_lecture(*, request: LectureRequest, reason: str, by: User) -> None:
    """Say no, and why. Raises: BookingError."""
    if not reason.strip():
        raise BookingError(_("理由を書いてください。"))
    _settle(request, S.DECLINED, by=by, reason=reason.strip()[:200])


@transaction.atomic
def withdraw_lecture(*, request: LectureRequest) -> None:
    """The school no longer asks. Raises: BookingError once it is arranged: then it must ring."""
    _settle(request, S.WITHDRAWN, by=None)


def _settle(request: LectureRequest, to: LectureStatus, *, by: User | None, reason: str = "") -> None:
    if LectureRequest.objects.filter(pk=request.pk, status=S.NEW).update(status=to, reason=reason) != 1:
        raise BookingError(_("この依頼には、もう返事がついています。"))
    LectureEvent.objects.create(request=request, old=S.NEW, new=to, by=by)
    request.refresh_from_db()
