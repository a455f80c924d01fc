"""Who we are on a handset, and whether a message was ours."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from outreach.contact import queries
from outreach.contact.forms import DidYouSendForm
from outreach.contact.models import HandsetDisplay
from outreach.people.access import HOUR, client_address, open_to_all
from outreach.people.counting import count, counted

MISSES_AN_HOUR = 30


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
    if counted(key) >= MISSES_AN_HOUR:
        form.add_error(None, _("確かめる回数が多すぎます。1時間ほどあけるか、窓口へお電話ください。"))
        return None
    since = timezone.now() - timedelta(days=settings.MESSAGE_TEXT_DAYS)
    message = queries.find_told(ref=form.cleaned_data["ref"], number=form.cleaned_data["number"], since=since)
    if message is None:
        count(key, seconds=HOUR)
    return {"message": message}
