"""Post: the slips whose day has come, one a page for a window envelope, and what was printed."""

import re

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from outreach.contact.queries import sender_numbers, slips_to_print
from outreach.contact.services import print_slips
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.rules import Action

A_BATCH = 100  # sheets that a tray holds
ROW = re.compile("[0-9]{1,18}")  # a longer number is no row's, and more than the database can read


@allowed(Action.EDIT_RESIDENTS)
@never_cache
@require_safe
def slips(request: ScopedRequest) -> HttpResponse:
    now = timezone.now()
    log_access(request.user, "see_slips", "slips")
    found = slips_to_print(request.scope, now)
    context = {
        "slips": list(found[:A_BATCH]),
        "count": found.count(),
        "numbers": sender_numbers(),
        "callback": settings.CALLBACK_NUMBER,
        "now": now,
    }
    return render(request, "desk/slips.html", context)


@allowed(Action.EDIT_RESIDENTS)
@require_POST
def printed(request: ScopedRequest) -> HttpResponse:
    """Note as printed the slips that were on the page, and no other that came meanwhile."""
    shown = [int(pk) for pk in request.POST.getlist("slip") if ROW.fullmatch(pk)]
    done = print_slips(messages=slips_to_print(request.scope, timezone.now()).filter(pk__in=shown))
    for slip in done:
        log_access(request.user, "print_slip", slip.subject)
    messages.success(request, _("%(n)s通を印刷済みにしました。") % {"n": len(done)})
    return redirect("desk:slips")
