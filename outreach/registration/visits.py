"""The booking that a visitor has made or proved theirs, kept in the browser's session for a quarter of an hour."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from outreach.people.access import open_to_all
from outreach.people.keeping import Kept
from outreach.registration.models import Booking

KEY = "booking"
KEPT = Kept(KEY)
AROUND = (
    "session__course",
    "session__series",
    "session__venue",
    "session__municipality__prefecture",
    "session__organisation",
    "resident",
)

OwnView = Callable[[HttpRequest, Booking], HttpResponse]


def remember(request: HttpRequest, booking: Booking) -> None:
    KEPT.remember(request, booking.pk)


def recall(request: HttpRequest) -> Booking | None:
    """The visitor's booking with all that pages show of it, while the time lasts; it starts anew. 1 statement."""
    kept = KEPT.recall(request)
    return Booking.objects.select_related(*AROUND).filter(pk=kept).first() if kept else None


def forget(request: HttpRequest) -> None:
    """Whatever the visitor made or found here: the next one at this PC must not."""
    for key in (KEY, "group", "group-all", "lecture", "support", "asked"):
        request.session.pop(key, None)


def for_own_booking(view: OwnView) -> Callable[[HttpRequest], HttpResponse]:
    """Open the view with the visitor's own booking; without one, ask for reference and number. Nothing is cached."""

    @open_to_all
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        booking = recall(request)
        if booking is None:
            messages.info(request, _("申し込みの内容は、申込番号と電話番号を入力すると見られます。"))
            return redirect("registration:lookup")
        return view(request, booking)

    return guarded
