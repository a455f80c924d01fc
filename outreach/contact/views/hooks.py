"""Twilio's webhook."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from outreach.contact import services
from outreach.contact.gateways.twilio import is_signed_by_twilio, receipt_of
from outreach.people.access import open_to_all


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
