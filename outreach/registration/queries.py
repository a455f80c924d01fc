"""Reads of bookings shared by more than one caller; each list has a fixed number of statements."""

import hashlib
import hmac
from datetime import timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.classes import codes
from outreach.classes.models import Session
from outreach.classes.queries import sessions_in
from outreach.people.rules import Scope
from outreach.registration.models import ROSTER, Booking, BookingStatus, FailedLookup

WINDOW = timedelta(minutes=15)
TRIES_PER_ADDRESS = 30  # a hall or a relay service shares one
TRIES_PER_REFERENCE = 5


class TooManyTries(Exception):
    """Too many wrong references lately. `str()` is for the resident to read."""


def bookings_in(scope: Scope) -> QuerySet[Booking]:
    """The bookings of the sessions that a scope reaches (law 7): every staff screen starts here."""
    found = Booking.objects.select_related("session__course", "session__venue", "resident")
    return found if scope.nation else found.filter(session__in=sessions_in(scope).values("pk"))


def roster(session: Session) -> QuerySet[Booking]:
    """Those who have a seat, by kana. 1 statement."""
    found = Booking.objects.filter(session=session, status__in=ROSTER)
    return found.select_related("resident").order_by("resident__kana", "pk")


def waitlist(session: Session) -> QuerySet[Booking]:
    """Those who wait or have been offered a seat, in order. 1 statement."""
    waiting = {BookingStatus.WAITLISTED, BookingStatus.OFFERED}
    found = Booking.objects.filter(session=session, status__in=waiting)
    return found.select_related("resident").order_by("applied_at", "pk")


def find_booking(*, reference: str, phone: str, address: str) -> Booking | None:
    """The booking that a reference and the resident's or proxy's number (E.164) name together.

    Only failures count against `address` (the client's) and the reference, so a hall that books often is not barred.
    Raises: TooManyTries.
    """
    keys = [_key("address", address), _key("reference", reference)]
    _refuse_guessing(keys)
    code = codes.clean_code(reference, codes.REFERENCE_DIGITS)
    found = Booking.objects.select_related("session__course", "session__venue__municipality", "resident")
    booking = found.filter(Q(resident__phone=phone) | Q(proxy_phone=phone), reference=code).first() if code else None
    if booking is None:
        FailedLookup.objects.bulk_create([FailedLookup(key=key) for key in keys])
    return booking


def _refuse_guessing(keys: list[str]) -> None:
    since = timezone.now() - WINDOW
    for key, limit in zip(keys, (TRIES_PER_ADDRESS, TRIES_PER_REFERENCE), strict=True):
        if FailedLookup.objects.filter(key=key, at__gte=since).count() >= limit:
            raise TooManyTries(
                _("番号のまちがいが続いたため、15分ほど確認を止めています。お急ぎの方はお電話ください。")
            )


def _key(kind: str, value: str) -> str:
    """A keyed hash: neither addresses nor references are kept."""
    return hmac.new(settings.SECRET_KEY.encode(), f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()
