"""One's own booking: found by reference and number, shown, cancelled, told another way."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outreach.contact.models import Channel
from outreach.people.access import client_address, open_to_all
from outreach.people.tries import TooManyTries
from outreach.registration import services, visits
from outreach.registration.forms import ContactForm, LookupForm, QuietForm
from outreach.registration.models import LIVE, Booking, BookingStatus, Intake
from outreach.registration.queries import find_booking, open_answer, senders, told, ways_of, wish_of
from outreach.registration.series.queries import progress_in


@open_to_all
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def lookup(request: HttpRequest) -> HttpResponse:
    form = LookupForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(
            request, "registration/lookup.html", {"form": form, "open": bool(request.session.get(visits.KEY))}
        )
    try:
        booking = find_booking(**form.cleaned_data, address=client_address(request))
    except TooManyTries as error:
        return render(request, "registration/too_many.html", {"why": str(error)}, status=429)
    if booking is None:
        form.add_error(None, _("この申込番号と電話番号の組み合わせは、見つかりません。両方の番号をお確かめください。"))
        return render(request, "registration/lookup.html", {"form": form})
    visits.remember(request, booking)
    return redirect("registration:mine")


@visits.for_own_booking
@require_safe
def done(request: HttpRequest, booking: Booking) -> HttpResponse:
    """What was just booked. Later changes belong to `mine`."""
    if booking.status not in LIVE:
        return redirect("registration:mine")
    return render(request, "registration/done.html", _about(booking))


@visits.for_own_booking
@require_safe
def mine(request: HttpRequest, booking: Booking) -> HttpResponse:
    return render(request, "registration/mine.html", {**_about(booking), "asked": open_answer(booking)})


@visits.for_own_booking
@require_safe
def slip(request: HttpRequest, booking: Booking) -> HttpResponse:
    return render(request, "registration/slip.html", _about(booking))


@visits.for_own_booking
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Ask once more, then give the seat up."""
    if not _may_change(booking):
        return redirect("registration:mine")
    if request.method != "POST":
        return render(request, "registration/cancel.html", _about(booking))
    return _try(request, lambda: services.cancel(booking=booking, channel=Intake.WEB), _("申し込みを取り消しました。"))


@visits.for_own_booking
@require_POST
def accept(request: HttpRequest, booking: Booking) -> HttpResponse:
    done = _("お席が決まりました。お待ちしています。")
    return _try(request, lambda: services.accept_offer(booking=booking, channel=Intake.WEB), done)


@visits.for_own_booking
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Choose how to be told from now on."""
    if not _may_change(booking):
        return redirect("registration:mine")
    form = _contact_form(request, booking)
    if not form.is_valid():
        form.fields["address"].required = True  # shown only where post is chosen
        return render(request, "registration/contact.html", {"form": form, "booking": booking})
    wanted = form.cleaned_data
    to_family = wanted["contact"] == Channel.FAMILY
    both = booking.tell == Booking.Tell.BOTH and not to_family
    usual = Booking.Tell.BOTH if both else Booking.Tell.RESIDENT
    tell = Booking.Tell.PROXY if to_family else usual
    change = {**wanted, "tell": tell, "booking": booking, "channel": Intake.WEB}
    return _try(request, lambda: services.change_contact(**change), _("連絡の方法を変えました。"))


def _contact_form(request: HttpRequest, booking: Booking) -> ContactForm:
    known = {
        "contact": booking.contact,
        "postal_code": booking.resident.postal_code,
        "address": booking.resident.address,
    }
    data = request.POST if request.method == "POST" else None
    return ContactForm(data, initial=known, proxy=booking.proxy_name)


@visits.for_own_booking
@require_http_methods(["GET", "HEAD", "POST"])
def quiet(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Stop messages, or take them again."""
    form = QuietForm(request.POST if request.method == "POST" else None, initial={"wish": wish_of(booking)})
    if not form.is_valid():
        return render(request, "registration/quiet.html", {"form": form, "booking": booking})
    services.choose_messages(booking=booking, wish=form.cleaned_data["wish"])
    messages.success(request, _("連絡についてのご希望を受け付けました。"))
    return redirect("registration:mine")


@open_to_all
@never_cache
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Close the booking on a PC that others use too."""
    visits.forget(request)
    messages.success(request, _("申し込みの画面を閉じました。"))
    return redirect("classes:home")


def _try(request: HttpRequest, act: Any, done: str) -> HttpResponse:
    """Act, and say on the booking's page what came of it."""
    try:
        act()
    except services.BookingError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("registration:mine")


def _may_change(booking: Booking) -> bool:
    return booking.status in LIVE and booking.session.starts_at > timezone.now()


def _about(booking: Booking) -> dict[str, Any]:
    now = timezone.now()
    return {
        "booking": booking,
        "session": booking.session,
        "told": told(booking),
        "ways": ways_of(booking),
        "senders": senders(booking.session),
        "callback": booking.session.organisation.phone or settings.CALLBACK_NUMBER,
        "address": settings.PUBLIC_URL.split("://", 1)[-1] + "/bookings/",
        "may_change": _may_change(booking),
        "progress": progress_in(booking),
        "offer_open": booking.status == BookingStatus.OFFERED
        and booking.offer_expires_at is not None
        and booking.offer_expires_at > now,
    }
