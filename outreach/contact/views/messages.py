"""What was told, in all statuses; what was shown instead of sent."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from outreach.contact import queries
from outreach.contact.models import MessageStatus
from outreach.people.access import ScopedRequest, allowed
from outreach.people.rules import Action

ROWS = 30


@allowed(Action.SEE_RESIDENTS)
def messages(request: ScopedRequest) -> HttpResponse:
    """Every message of the scope, newest first; `status` narrows."""
    status = request.GET.get("status", "")
    chosen = status if status in MessageStatus else ""
    rows = queries.messages(request.scope, chosen)
    context = {
        "page": Paginator(rows, ROWS).get_page(request.GET.get("page")),
        "statuses": MessageStatus.choices,
        "chosen": chosen,
    }
    return render(request, "contact/messages.html", context)


@allowed(Action.SEE_RESIDENTS)
def console_messages(request: ScopedRequest) -> HttpResponse:
    """Every message that the console gateway showed instead of sending."""
    page = Paginator(queries.shown_messages(request.scope), ROWS).get_page(request.GET.get("page"))
    return render(request, "contact/console.html", {"page": page, "console": settings.SMS_GATEWAY == "console"})
