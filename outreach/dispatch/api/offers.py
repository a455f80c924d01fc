"""打診: listed for the office within its scope; answered with the letter's token, which travels in the body only."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema
from ninja.errors import HttpError

from geo.paging import Limit, Offset, Page, paginate
from outreach.classes.rules import JST
from outreach.dispatch import services
from outreach.dispatch.answering import find_letter, offers_of
from outreach.dispatch.asking import offers_in
from outreach.dispatch.models import Offer, OfferLetter
from outreach.people.access import ScopedRequest, open_to_all
from outreach.people.rules import Action
from outreach.people.staff_api import permitted, signed_in
from outreach.people.writing import clean_name, looks_like_my_number

router = Router(tags=["dispatch"])
Status = Literal["open", "accepted", "declined", "lapsed", "returned", "withdrawn"]
AROUND = ("person", "visit__plan", "visit__venue", "visit__request__municipality", "visit__request__course")


class OfferOut(Schema):
    """日時は打診したときのものです。計画が変わると、打診は取りやめ（withdrawn）になります。"""

    id: int
    plan: int
    person: str
    status: Status
    starts_at: datetime
    answer_by: datetime
    answered_at: datetime | None
    reason: str
    municipality: str
    venue: str
    course: str


class TokenIn(Schema):
    token: str = Field(min_length=16, max_length=40, pattern=r"^[A-Za-z0-9_-]+$")


class AnswerIn(TokenIn):
    offer: int = Field(ge=1, le=2**63 - 1)
    answer: Literal["accept", "decline", "return"]
    reason: str = Field("", max_length=200)


def offer_out(offer: Offer) -> dict[str, Any]:
    visit, request = offer.visit, offer.visit.request
    return {
        "id": offer.pk,
        "plan": offer.visit.plan_id,
        "person": offer.person.name,
        "status": offer.status,
        "starts_at": offer.starts_at.astimezone(JST),
        "answer_by": offer.answer_by.astimezone(JST),
        "answered_at": offer.answered_at.astimezone(JST) if offer.answered_at else None,
        "reason": offer.reason,
        "municipality": request.municipality_id,
        "venue": visit.venue.name,
        "course": request.course.name,
    }


@router.get("/offers", response=Page[OfferOut], auth=signed_in, summary="打診の一覧")
@permitted(Action.PLAN_DISPATCH)
def list_offers(
    request: ScopedRequest,
    status: Status | None = None,
    plan: int | None = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> dict[str, Any]:
    """計画を見られる範囲の打診です。"""
    found = offers_in(request.scope).select_related(*AROUND).order_by("starts_at", "pk")
    if status:
        found = found.filter(status=status)
    if plan is not None:
        found = found.filter(visit__plan=plan) if 0 < plan < 2**63 else found.none()
    page = paginate(found, limit, offset)
    return {**page, "items": [offer_out(offer) for offer in page["items"]]}


@router.post("/offers/mine", response=list[OfferOut], summary="自分への打診")
@open_to_all
def my_offers(request: HttpRequest, payload: TokenIn) -> list[dict[str, Any]]:
    """届いた打診のアドレスの末尾にある合言葉（token）で、自分への打診を見ます。"""
    return [offer_out(offer) for offer in offers_of(_letter(payload.token))]


@router.post("/offers/answer", response=OfferOut, summary="打診に返事をする")
@open_to_all
def answer_offer(request: HttpRequest, payload: AnswerIn) -> dict[str, Any]:
    """accept は承諾、decline は辞退、return は承諾のあとの取り消しです。同じ返事の2回目は、何も変えません。"""
    letter = _letter(payload.token)
    offer = next((one for one in offers_of(letter) if one.pk == payload.offer), None)
    if offer is None:
        raise HttpError(404, _("この打診は見つかりません。"))
    if looks_like_my_number(payload.reason):
        raise HttpError(422, _("マイナンバーのような番号は書かないでください。"))
    try:
        _answer(offer, payload)
    except services.OfferError as error:
        raise HttpError(409, str(error)) from error
    return offer_out(Offer.objects.select_related(*AROUND).get(pk=offer.pk))


def _letter(token: str) -> OfferLetter:
    letter = find_letter(token, timezone.now())
    if letter is None:
        raise HttpError(404, _("この打診は見つかりません。"))
    return letter


def _answer(offer: Offer, payload: AnswerIn) -> None:
    now, reason = timezone.now(), clean_name(payload.reason)
    if payload.answer == "accept":
        services.accept_offer(offer=offer, now=now)
    elif payload.answer == "decline":
        services.decline_offer(offer=offer, now=now, reason=reason)
    else:
        services.return_offer(offer=offer, now=now, reason=reason)
