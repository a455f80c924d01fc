"""Bookings: the list, one with all that happened and was told, and what staff change for its resident."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outreach.contact.models import Message
from outreach.contact.queries import history, within, words_of
from outreach.desk import services
from outreach.desk.exports.lists import people_file
from outreach.desk.forms.bookings import BookingFilter, WishForm
from outreach.desk.queries.calls import booking_of
from outreach.desk.views.common import act_and_return, booking_or_404
from outreach.downloads import FORMATS
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.rules import Action
from outreach.registration import services as registration
from outreach.registration.forms import ContactForm
from outreach.registration.models import LIVE, Booking, Intake
from outreach.registration.notices import party_subject
from outreach.registration.queries import bookings_in

A_PAGE = 40


@allowed(Action.SEE_RESIDENTS)
@never_cache
@require_safe
def bookings(request: ScopedRequest) -> HttpResponse:
    """The newest first. People are looked for on the phone desk, by POST."""
    log_access(request.user, "see_bookings", "bookings")
    form = BookingFilter(request.GET)
    wanted = {n: v for n, v in form.cleaned_data.items() if v} if form.is_valid() else {}
    found = bookings_in(request.scope).filter(**wanted).select_related("session__municipality")
    found = found.order_by("-applied_at", "-pk")
    kind = request.GET.get("format", "")
    if kind in FORMATS:
        return people_file(kind, "bookings", found.select_related("session__venue"), form)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    rest = urlencode(wanted)
    context = {"form": form, "page": page, "csv": f"?{rest}&format=csv", "excel": f"?{rest}&format=xlsx"}
    return render(request, "desk/bookings.html", context)


@allowed(Action.SEE_RESIDENTS)
@never_cache
@require_safe
def booking(request: ScopedRequest, pk: int) -> HttpResponse:
    one = booking_or_404(request.scope, pk)
    log_access(request.user, "see_booking", one.subject)
    to_come = one.session.starts_at > timezone.now()
    context = {
        "booking": one,
        "events": one.events.select_related("by"),
        "history": history([one.subject, *([party_subject(one)] if one.party_id and one.party_id != one.pk else [])]),
        "together": one.party.members.exclude(pk=one.pk).select_related("resident") if one.party else (),
        "words": words_of([n for n in (one.resident.phone, one.proxy_phone) if n]),
        "live": one.status in LIVE and to_come,
        "to_come": to_come,
        "way": _way_form(one),
        "wish": WishForm(prefix="wish"),
    }
    return render(request, "desk/booking.html", context)


def _way_form(one: Booking, data: Any = None) -> ContactForm:
    known = {
        "contact": one.contact,
        "postal_code": one.resident.postal_code,
        "address": one.resident.address,
    }
    return ContactForm(data, initial=known, proxy=one.proxy_name if one.proxy_phone else "", prefix="way")


def _change(pk: int, request: ScopedRequest, act: Callable[[Booking], Any], done: str) -> HttpResponse:
    one = booking_or_404(request.scope, pk)
    log_access(request.user, "change_booking", one.subject)
    return act_and_return(request, lambda: act(one), done, "desk:booking", pk)


@allowed(Action.EDIT_RESIDENTS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: ScopedRequest, pk: int) -> HttpResponse:
    """Ask once, then free the seat for the queue."""
    one = booking_or_404(request.scope, pk)
    if request.method != "POST":
        log_access(request.user, "see_booking", one.subject)
        return render(request, "desk/booking_cancel.html", {"booking": one})
    reason = request.POST.get("reason", "").replace("\0", "")[:200]
    return _change(
        pk,
        request,
        lambda b: registration.cancel(booking=b, channel=Intake.STAFF_PHONE, by=request.user, reason=reason),
        _("取り消しました。間違えたときは、この画面から元に戻せます。"),
    )


@allowed(Action.EDIT_RESIDENTS)
@require_POST
def accept(request: ScopedRequest, pk: int) -> HttpResponse:
    return _change(
        pk,
        request,
        lambda b: registration.accept_offer(booking=b, channel=Intake.STAFF_PHONE, by=request.user),
        _("お席を確定しました。"),
    )


@allowed(Action.EDIT_RESIDENTS)
@require_POST
def tell_again(request: ScopedRequest, pk: int) -> HttpResponse:
    return _change(pk, request, lambda b: services.tell_again(booking=b), _("もう一度、連絡します。"))


@allowed(Action.EDIT_RESIDENTS)
@require_POST
def restore(request: ScopedRequest, pk: int) -> HttpResponse:
    """Undo a cancellation; the new booking has a number of its own."""
    one = booking_or_404(request.scope, pk)
    log_access(request.user, "change_booking", one.subject)
    made: list[Booking] = []
    to = act_and_return(
        request,
        lambda: made.append(services.book_again(booking=one, channel=Intake.STAFF_PHONE, by=request.user)),
        _("申し込みを元に戻しました。申込番号は新しくなりました。"),
        "desk:booking",
        pk,
    )
    return redirect("desk:booking", made[0].pk) if made else to


@allowed(Action.EDIT_RESIDENTS)
@require_POST
def change_way(request: ScopedRequest, pk: int) -> HttpResponse:
    one = booking_or_404(request.scope, pk)
    form = _way_form(one, request.POST)
    if not form.is_valid():
        return _wrong(request, form, one)
    wanted = form.cleaned_data
    tell = Booking.Tell.PROXY if wanted["contact"] == "family" else Booking.Tell.RESIDENT
    change = {**wanted, "tell": tell, "channel": Intake.STAFF_PHONE, "by": request.user}
    return _change(
        pk, request, lambda b: registration.change_contact(booking=b, **change), _("連絡の方法を変えました。")
    )


@allowed(Action.EDIT_RESIDENTS)
@require_POST
def note_wish(request: ScopedRequest, pk: int) -> HttpResponse:
    form = WishForm(request.POST, prefix="wish")
    if not form.is_valid():
        return _wrong(request, form, booking_or_404(request.scope, pk))
    said = {**form.cleaned_data, "given": form.cleaned_data["given"] == "1"}
    return _change(
        pk, request, lambda b: services.note_wish(booking=b, by=request.user, **said), _("ご希望を記録しました。")
    )


def _wrong(request: ScopedRequest, form: Form, one: Booking) -> HttpResponse:
    messages.error(request, " ".join(str(words) for errors in form.errors.values() for words in errors))
    return redirect("desk:booking", one.pk)


@allowed(Action.MAKE_CALLS)
@require_POST
def ring_instead(request: ScopedRequest, message: int) -> HttpResponse:
    """Put a message that failed, or is in doubt, on the call list."""
    found = get_object_or_404(within(Message.objects.all(), request.scope), pk=message)
    log_access(request.user, "ring_instead", found.subject)
    done = _("電話の一覧に入れました。")
    about = booking_of(found.subject, bookings_in(request.scope))
    back = ("desk:booking", about.pk) if about else ("desk:today",)
    return act_and_return(request, lambda: services.ring_instead(message=found, now=timezone.now()), done, *back)
