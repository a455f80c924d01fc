"""The provider's webhook, what was shown instead of sent, and who we are on a handset."""

from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from outreach.contact import queries, services
from outreach.contact.forms import DidYouSendForm
from outreach.contact.gateways.twilio import is_signed_by_twilio, receipt_of
from outreach.contact.models import HandsetDisplay
from outreach.people.access import ScopedRequest, allowed, client_address, open_to_all
from outreach.people.rules import Action

MISSES_AN_HOUR = 30


@open_to_all
@csrf_exempt
@require_POST
def twilio_status(request: HttpRequest, message_id: int, attempt: int) -> HttpResponse:
    """Take a status callback. Forged: 403. Late, repeated or not understood: 200, and nothing changes (law 5)."""
    if not is_signed_by_twilio(request):
        return HttpResponse(status=403)
    if handed := receipt_of(request.POST):
        services.take_receipt(message_id=message_id, attempt=attempt, handed=handed, at=timezone.now())
    return HttpResponse(status=200)


@allowed(Action.SEE_RESIDENTS)
def console_messages(request: ScopedRequest) -> HttpResponse:
    """Every message that the console gateway showed instead of sending."""
    page = Paginator(queries.shown_messages(request.scope), 30).get_page(request.GET.get("page"))
    return render(request, "contact/console.html", {"page": page, "console": settings.SMS_GATEWAY == "console"})


@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
def senders(request: HttpRequest) -> HttpResponse:
    """Every number we use, what a handset shows, what we never ask; and a check of a message that someone got."""
    form = DidYouSendForm(request.POST or None)
    tested = queries.handset_displays(settings.SMS_GATEWAY)
    context = {
        "form": form,
        "answer": _did_we_send(request, form) if form.is_valid() else None,
        "displays": [{"carrier": carrier.label, "seen": tested.get(carrier)} for carrier in HandsetDisplay.Carrier],
        "numbers": queries.sender_numbers(),
        "sends_sms": settings.SMS_GATEWAY != "console",
    }
    return render(request, "contact/senders.html", context, status=429 if form.non_field_errors() else 200)


def _did_we_send(request: HttpRequest, form: DidYouSendForm) -> dict[str, object] | None:
    """The message asked about, or that there is none; None after too many misses from one address."""
    key = f"contact-check:{client_address(request)}"
    if cache.get(key, 0) >= MISSES_AN_HOUR:
        form.add_error(None, _("確かめる回数が多すぎます。1時間ほどあけるか、窓口へお電話ください。"))
        return None
    since = timezone.now() - timedelta(days=settings.MESSAGE_TEXT_DAYS)
    message = queries.find_told(ref=form.cleaned_data["ref"], number=form.cleaned_data["number"], since=since)
    if message is None:
        cache.add(key, 0, timeout=3600)
        cache.incr(key)
    return {"message": message}
