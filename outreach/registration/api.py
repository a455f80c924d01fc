"""Booking by API: the same seats and the same rules as on the web, at the counter and by telephone."""

import hashlib
import json
import secrets
from datetime import datetime
from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Header, Router, Schema, Status
from ninja.errors import HttpError, ValidationError

from outreach.classes.api import published_session
from outreach.classes.models import Session
from outreach.classes.rules import JST
from outreach.contact.numbers import NumberRefused, read_number
from outreach.people.access import client_address, open_to_all
from outreach.people.tries import TooManyTries
from outreach.registration import flood, services
from outreach.registration.forms import ApplicationForm
from outreach.registration.models import Booking, Intake
from outreach.registration.queries import find_booking

router = Router(tags=["bookings"])
Way = Literal["sms", "call", "voice", "post", "family"]


class ProxyIn(Schema):
    """Who applies for the resident."""

    name: str = Field(max_length=80)
    relation: str = Field(max_length=40)
    phone: str = Field(max_length=40)
    tell: Literal["resident", "proxy", "both"] = "proxy"


class BookingIn(Schema):
    session_code: str = Field(max_length=20)
    name: str = Field(max_length=80)
    kana: str = Field("", max_length=80)
    phone: str = Field(max_length=40)
    contact: Way = "sms"
    proxy: ProxyIn | None = None
    needs: str | None = Field(None, max_length=300)
    postal_code: str = Field("", max_length=8)
    address: str = Field("", max_length=200)


class LookupIn(Schema):
    reference: str = Field(max_length=20)
    phone: str = Field(max_length=40)


class BookingOut(Schema):
    """`reference` is null, and `status` "received", where that person's application stands already."""

    reference: str | None
    status: str
    session_code: str
    course_name: str
    starts_at: datetime
    venue: str
    offer_expires_at: datetime | None
    notice: str = ""


def booking_out(booking: Booking) -> dict[str, Any]:
    return {
        **_class_out(booking.session),
        "reference": booking.reference,
        "status": booking.status,
        "offer_expires_at": booking.offer_expires_at,
    }


def _class_out(session: Session) -> dict[str, Any]:
    return {
        "session_code": session.code,
        "course_name": session.course.name,
        "starts_at": session.starts_at.astimezone(JST),
        "venue": session.venue.name,
    }


def _received(session: Session) -> dict[str, Any]:
    """As the page answers: what stands is for the number on file, not for whoever writes."""
    said = _("この講習会のお申し込みは、受け付けています。申込番号は、登録の電話番号にお知らせします。")
    return {**_class_out(session), "reference": None, "status": "received", "offer_expires_at": None, "notice": said}


@router.post("/bookings", response={201: BookingOut}, summary="申し込む")
@open_to_all
def create_booking(
    request: HttpRequest,
    payload: BookingIn,
    idempotency_key: Annotated[str, Header(alias="Idempotency-Key", max_length=100)] = "",
) -> Status[dict[str, Any]]:
    """満席のときは、キャンセル待ち（waitlisted）になります。同じ Idempotency-Key の2回目は、1回目の申込を返します。

    その方のお申し込みがもうあるときも、受け付けた（received）とだけ答え、申込番号は登録の番号にお知らせします。
    """
    session = published_session(payload.session_code)
    application = _clean(payload)
    if why := flood.stopped(request, session, application):
        raise HttpError(429, why)
    try:
        booking, _made = services.book_once(
            key=f"api:{idempotency_key or secrets.token_urlsafe(24)}",
            fingerprint=_fingerprint(payload),
            session=session,
            application=application,
            channel=Intake.API,
        )
    except services.IdempotencyConflict as error:
        raise HttpError(422, str(error)) from error
    except services.AlreadyBooked:
        services.tell_of_what_stands(session=session, application=application)
        return Status(201, _received(session))
    except services.BookingError as error:
        raise HttpError(409, str(error)) from error
    return Status(201, booking_out(booking))


@router.post("/bookings/lookup", response=BookingOut, summary="申込を確認する")
@open_to_all
def lookup_booking(request: HttpRequest, payload: LookupIn) -> dict[str, Any]:
    return booking_out(_find(request, payload))


@router.post("/bookings/cancel", response=BookingOut, summary="申込を取り消す")
@open_to_all
def cancel_booking(request: HttpRequest, payload: LookupIn) -> dict[str, Any]:
    booking = _find(request, payload)
    try:
        services.cancel(booking=booking, channel=Intake.API)
    except services.BookingError as error:
        raise HttpError(409, str(error)) from error
    return booking_out(booking)


def _clean(payload: BookingIn) -> services.Application:
    flat: dict[str, Any] = payload.dict(exclude={"proxy", "session_code"})
    if payload.proxy:
        flat |= {f"proxy_{name}": getattr(payload.proxy, name) for name in ("name", "relation", "phone")}
        flat["tell"] = payload.proxy.tell
    form = ApplicationForm(flat)
    if not form.is_valid():
        raise ValidationError([_error(name, str(message)) for name, found in form.errors.items() for message in found])
    return form.application()


def _error(name: str, message: str) -> dict[str, Any]:
    """One of the form's errors, in the shape and under the name that the caller sent."""
    steps = ("proxy", name.removeprefix("proxy_")) if name.startswith("proxy_") else (name,)
    return {"type": "value_error", "loc": ("body", "payload", *steps), "ctx": {"error": message}}


def _fingerprint(payload: BookingIn) -> str:
    return hashlib.sha256(json.dumps(payload.dict(), sort_keys=True).encode()).hexdigest()


def _find(request: HttpRequest, payload: LookupIn) -> Booking:
    try:
        phone = read_number(payload.phone, samples=settings.SAMPLE_MODE).e164
    except NumberRefused:
        phone = ""
    try:
        booking = find_booking(reference=payload.reference, phone=phone, address=client_address(request))
    except TooManyTries as error:
        raise HttpError(429, str(error)) from error
    if booking is None:
        raise HttpError(404, _("申込番号と電話番号の組み合わせが見つかりません。"))
    return booking
