"""The provider's webhook, what was shown instead of sent, and who we are on a handset."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from outreach.contact import queries, services
from outreach.contact.gateways.twilio import is_signed_by_twilio, receipt_of
from outreach.contact.models import HandsetDisplay
from outreach.people.access import ScopedRequest, allowed, open_to_all
from outreach.people.rules import Action


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
    return render(request, "contact/console.html", {"page": page, "gateway": settings.SMS_GATEWAY})


@open_to_all
def senders(request: HttpRequest) -> HttpResponse:
    """Every number we use, what a handset shows, and what we never ask."""
    tested = queries.handset_displays(settings.SMS_GATEWAY)
    displays = [{"carrier": carrier.label, "seen": tested.get(carrier)} for carrier in HandsetDisplay.Carrier]
    return render(
        request,
        "contact/senders.html",
        {"displays": displays, "numbers": queries.sender_numbers(), "sends_sms": settings.SMS_GATEWAY != "console"},
    )
