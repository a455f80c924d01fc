"""派遣依頼: listed, entered, read, amended and withdrawn, as on the office's pages."""

import secrets
from datetime import date
from typing import Annotated, Any, Literal

from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Field, Header, Query, Router, Schema, Status
from ninja.errors import HttpError, ValidationError

from geo.models import Municipality
from geo.paging import Limit, Offset, Page, paginate
from outreach.classes.rules import JST
from outreach.dispatch import services
from outreach.dispatch.forms import LetterForm
from outreach.dispatch.forms.letters import Written
from outreach.dispatch.models import Channel, DispatchRequest, RequestLetter, RequestStatus
from outreach.dispatch.openings import write_openings
from outreach.dispatch.queries import may_enter, organisations_for, requests_in
from outreach.people.access import ScopedRequest, log_access
from outreach.people.rules import Action
from outreach.people.staff_api import permitted, signed_in

router = Router(tags=["dispatch"])
NeedCode = Literal["sign", "woman", "english", "chinese", "children"]
AROUND = ("municipality", "venue", "course", "letter")
VENUE_FIELDS = {"name": "name", "address": "address", "more": "openings", "closed": "closed", "loop": "hearing_loop"}


class VenueIn(Schema):
    name: str = Field(max_length=100)
    address: str = Field(max_length=200)
    openings: str = Field(
        "",
        max_length=300,
        description="例：月〜金 9:00-17:00、土 9:00-12:00。空なら平日9時〜17時。祝日・年末年始は「祝」の時間だけ",
    )
    closed: list[date] = Field([], max_length=120, description="使えない日")
    hearing_loop: bool = Field(False, description="補聴の磁気ループがある")


class LetterIn(Schema):
    """依頼書。講座ごとに1件の派遣依頼になります。"""

    municipality: str = Field(pattern=r"^\d{5}$", description="団体コード（5桁）")
    organisation: int = Field(description="実施団体の番号")
    asked_by: str = Field(max_length=100)
    contact_name: str = Field(max_length=80)
    contact_phone: str = Field(max_length=40)
    courses: list[str] = Field(min_length=1, max_length=20, description="講座のコード")
    sessions: int = Field(1, ge=1, le=4)
    heads: int = Field(ge=1, le=500)
    learners_65: int = Field(0, ge=0, le=500)
    crew: Literal[1, 2] = 1
    venues: list[VenueIn] = Field(min_length=1, max_length=3, description="希望の順")
    earliest: date
    latest: date
    needs: list[NeedCode] = []
    hearing_loop: bool = False
    loan_phones: int = Field(0, ge=0, le=100)
    note: str = Field("", max_length=300)


class WithdrawIn(Schema):
    reason: str = Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")


class RequestOut(Schema):
    id: int
    reference: str
    status: str  # received, planned, offered, agreed, withdrawn
    municipality: str
    organisation: int
    course: str
    sessions: int
    heads: int
    learners_65: int
    crew: int
    needs: list[str]
    hearing_loop: bool
    loan_phones: int
    earliest: date
    latest: date
    venue: str
    address: str
    openings: str
    closed: list[date]
    contact_name: str
    contact_phone: str
    note: str
    channel: str
    received_on: date
    sample: bool


class EventOut(Schema):
    at: str
    old: str
    new: str
    reason: str


class RequestDetail(RequestOut):
    other_venues: list[str]
    history: list[EventOut]


def _rows(request: ScopedRequest) -> QuerySet[DispatchRequest]:
    return requests_in(request.scope).select_related(*AROUND).prefetch_related("windows", "blackouts")


def request_out(row: DispatchRequest) -> dict[str, Any]:
    same = (
        "status", "sessions", "heads", "learners_65", "crew", "needs", "hearing_loop", "loan_phones", "earliest",
        "latest", "contact_name", "contact_phone", "note", "channel", "received_on", "sample",
    )  # fmt: skip
    return {
        **{name: getattr(row, name) for name in same},
        "id": row.pk,
        "reference": row.letter.reference if row.letter else "",
        "municipality": row.municipality_id,
        "organisation": row.organisation_id,
        "course": row.course_id,
        "venue": row.venue.name,
        "address": row.venue.address,
        "openings": write_openings([(window.weekday, window.opens, window.closes) for window in row.windows.all()]),
        "closed": [blackout.day for blackout in row.blackouts.all()],
    }


def detail_out(row: DispatchRequest) -> dict[str, Any]:
    events = [
        {"at": e.at.astimezone(JST).isoformat(), "old": e.old, "new": e.new, "reason": e.reason}
        for e in row.events.all()
    ]
    others = [other.venue.name for other in row.other_venues.select_related("venue")]
    return {**request_out(row), "other_venues": others, "history": events}


@router.get("/requests", response=Page[RequestOut], auth=signed_in, summary="派遣依頼の一覧")
@permitted(Action.PLAN_DISPATCH)
def list_requests(
    request: ScopedRequest,
    limit: Limit = 100,
    offset: Offset = 0,
    status: Annotated[RequestStatus | None, Query()] = None,
    municipality: Annotated[str, Query(pattern=r"^(\d{5})?$")] = "",
    since: Annotated[date | None, Query(description="この日以降に開ける依頼")] = None,
    until: Annotated[date | None, Query(description="この日までに開ける依頼")] = None,
) -> dict[str, Any]:
    """担当者の氏名と電話番号を含みます。見た記録が残ります。"""
    found = _rows(request).order_by("earliest", "pk")
    found = found.filter(status=status) if status else found
    found = found.filter(municipality=municipality) if municipality else found
    found = found.filter(latest__gte=since) if since else found
    found = found.filter(earliest__lte=until) if until else found
    log_access(request.user, "see", "requests")
    page = paginate(found, limit, offset)
    return {**page, "items": [request_out(row) for row in page["items"]]}


@router.post("/requests", response={201: list[RequestOut]}, auth=signed_in, summary="派遣依頼を登録する")
@permitted(Action.PLAN_DISPATCH)
def create_request(
    request: ScopedRequest,
    payload: LetterIn,
    idempotency_key: Annotated[str, Header(alias="Idempotency-Key", max_length=100)] = "",
) -> Status[list[dict[str, Any]]]:
    """講座ごとに1件できます。同じ Idempotency-Key の2回目は、1回目の依頼を返します。"""
    town = _town(request, payload.municipality)
    organisation = organisations_for(request.scope, town).filter(pk=payload.organisation).first()
    if organisation is None:
        raise ValidationError([_error(("organisation",), _("この実施団体は選べません。"))])
    form = _clean(payload, town)
    key = f"api:{request.user.pk}:{idempotency_key or secrets.token_urlsafe(24)}"
    with transaction.atomic():
        letter, made = services.receive_letter(key=key, asked=form.asked(), written=form.written(), channel=Channel.API)
        if made:
            services.accept_letter(letter=letter, asked=form.asked(), organisation=organisation, by=request.user)
        elif letter.written != form.written():
            raise HttpError(422, _("この Idempotency-Key は、ちがう内容で使われています。"))
    return Status(201, _of(request, letter))


def _of(request: ScopedRequest, letter: RequestLetter) -> list[dict[str, Any]]:
    return [request_out(row) for row in _rows(request).filter(letter=letter).order_by("pk")]


@router.get("/requests/{request_id}", response=RequestDetail, auth=signed_in, summary="派遣依頼")
@permitted(Action.PLAN_DISPATCH)
def get_request(request: ScopedRequest, request_id: int) -> dict[str, Any]:
    row = _one(request, request_id)
    log_access(request.user, "see", f"request:{row.pk}")
    return detail_out(row)


@router.put("/requests/{request_id}", response=list[RequestOut], auth=signed_in, summary="派遣依頼を直す")
@permitted(Action.PLAN_DISPATCH)
def amend_request(request: ScopedRequest, request_id: int, payload: LetterIn) -> list[dict[str, Any]]:
    """同じ依頼書のすべての講座が、この内容になります。計画に入った依頼は直せません（409）。実施団体は変わりません。"""
    row = _one(request, request_id)
    letter = row.letter
    if letter is None or letter.municipality_id != payload.municipality:
        raise HttpError(409, _("市区町村は変えられません。取り下げて、新しく登録してください。"))
    form = _clean(payload, _town(request, payload.municipality))
    try:
        services.amend_letter(letter=letter, asked=form.asked(), written=form.written(), by=request.user)
    except services.RequestError as error:
        raise HttpError(409, str(error)) from error
    return _of(request, letter)


@router.post("/requests/{request_id}/withdraw", response=RequestDetail, auth=signed_in, summary="派遣依頼を取り下げる")
@permitted(Action.PLAN_DISPATCH)
def withdraw_request(request: ScopedRequest, request_id: int, payload: WithdrawIn) -> dict[str, Any]:
    row = _one(request, request_id)
    try:
        services.withdraw_request(request=row, by=request.user, reason=payload.reason)
    except services.RequestError as error:
        raise HttpError(409, str(error)) from error
    return detail_out(_one(request, request_id))


def _one(request: ScopedRequest, request_id: int) -> DispatchRequest:
    return get_object_or_404(_rows(request), pk=request_id)


def _town(request: ScopedRequest, code: str) -> Municipality:
    town = Municipality.objects.of_today().select_related("prefecture").filter(pk=code).first()
    if town is None or not may_enter(request.scope, town):
        raise ValidationError([_error(("municipality",), _("この市区町村の依頼は、登録できません。"))])
    return town


def _clean(payload: LetterIn, town: Municipality) -> LetterForm:
    form = LetterForm(_written(payload), town=town)
    if form.is_valid():
        return form
    faults = [(_path(name), errors) for part in (form, *form.venues) for name, errors in _named(part)]
    raise ValidationError([_error(path, str(error)) for path, errors in faults for error in errors])


def _named(part: Any) -> list[tuple[str, Any]]:
    return [(part.add_prefix(name), errors) for name, errors in part.errors.items()]


def _path(name: str) -> tuple[str, ...]:
    """v1-more is venues.0.openings to the caller."""
    if "-" not in name:
        return (name,)
    venue, field = name.split("-", 1)
    return ("venues", str(int(venue[1:]) - 1), VENUE_FIELDS.get(field, field))


def _error(path: tuple[str, ...], message: str) -> dict[str, Any]:
    return {
        "type": "value_error",
        "loc": ("body", "payload", *path),
        "ctx": {"error": message or _("入力してください。")},
    }


def _written(payload: LetterIn) -> Written:
    """As the form takes it."""
    simple = (
        "asked_by", "contact_name", "contact_phone", "sessions", "heads", "learners_65", "crew", "earliest", "latest",
        "loan_phones", "note",
    )  # fmt: skip
    written = {name: [str(getattr(payload, name))] for name in simple}
    written |= {"courses": list(payload.courses), "needs": list(payload.needs)}
    written |= {"hearing_loop": ["on"]} if payload.hearing_loop else {}
    for number, venue in enumerate(payload.venues, 1):
        written[f"v{number}-name"], written[f"v{number}-address"] = [venue.name], [venue.address]
        written[f"v{number}-more"] = [venue.openings]
        written[f"v{number}-closed"] = ["、".join(day.isoformat() for day in venue.closed)]
        written |= {f"v{number}-loop": ["on"]} if venue.hearing_loop else {}
    return written
