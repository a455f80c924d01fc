"""The desk at the door: slips scanned on a phone or by a scanner, also without a network, and the poster's arrivals.

The page holds no name and no roster, so a phone may keep it. What it queues are booking numbers and times only.
"""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from outreach.desk.views.attendance import takes_attendance
from outreach.desk.views.common import act_and_return, session_or_404
from outreach.desk.views.flyers import answer_paper
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.rules import Action
from outreach.registration import services
from outreach.registration.models import FINE, CheckIn
from outreach.registration.posters import poster_pdf, token_of
from outreach.registration.services import Scan

KEPT = (  # what the page needs besides itself, when the network is gone
    "backend/tokens.css", "backend/site.css", "backend/staff.css", "backend/print.css", "backend/print.js",
    "backend/img/mark.svg", "backend/img/bays.svg", "desk/desk.css", "desk/check_in.js",
)  # fmt: skip
A_BATCH = 100  # scans in one upload
OLDEST = timedelta(days=14)


@allowed(Action.TAKE_ATTENDANCE)
@ensure_csrf_cookie
@require_safe
def check_in(request: ScopedRequest) -> HttpResponse:
    return render(request, "desk/check_in.html")


@allowed(Action.TAKE_ATTENDANCE)
@require_safe
def worker(request: ScopedRequest) -> HttpResponse:
    """The service worker: it keeps this one page and its files, and nothing else. It stands where its scope begins."""
    kept = {"page": reverse("desk:check-in"), "files": [static(name) for name in KEPT]}
    return render(request, "desk/check_in_worker.js", {"kept": json.dumps(kept)}, content_type="text/javascript")


@allowed(Action.TAKE_ATTENDANCE)
@require_POST
def scans(request: ScopedRequest) -> HttpResponse:
    """Take what a device has queued: `{"now", "scans": [{"key", "reference", "at"}]}`; say of each what came of it."""
    try:
        wanted = _read(request.body)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return HttpResponseBadRequest()
    taken = [services.check_in_by_slip(scan=scan, scope=request.scope, by=request.user) for scan in wanted]
    for one in taken:
        if one.booking:
            log_access(request.user, "scan_slip", one.booking.subject)
    return JsonResponse({"scans": [_told(one) for one in taken]})


def _read(body: bytes) -> list[Scan]:
    """The scans, their times put right by how far the device's clock is off. Raises: ValueError, TypeError, KeyError.

    A time that cannot be is moved to the nearest that can: one odd scan must not keep the others on the device.
    """
    sent, now = json.loads(body), timezone.now()
    off, rows = now - _moment(sent["now"]), sent["scans"]
    if not isinstance(rows, list) or len(rows) > A_BATCH:
        raise ValueError
    return [
        Scan(UUID(row["key"]), str(row["reference"])[:20].replace("\0", ""), _possible(_moment(row["at"]) + off, now))
        for row in rows
    ]


def _possible(at: datetime, now: datetime) -> datetime:
    return min(now, max(now - OLDEST, at))


def _moment(text: str) -> datetime:
    moment = parse_datetime(text)
    if moment is None or moment.tzinfo is None:
        raise ValueError
    return moment


def _told(one: CheckIn) -> dict[str, Any]:
    """No name: it would stay on the phone."""
    return {"key": str(one.key), "fine": one.outcome in FINE, "words": one.get_outcome_display()}


@allowed(Action.TAKE_ATTENDANCE)
@require_POST
def arrivals(request: ScopedRequest, code: str) -> HttpResponse:
    """Confirm everyone who came by the poster's code."""
    one = session_or_404(request.scope, code)
    log_access(request.user, "mark_attendance", one.subject)
    if not takes_attendance(one):
        messages.error(request, _("この回の出席は、いま付けられません。"))
        return redirect("desk:attendance", code)
    return act_and_return(
        request,
        lambda: services.confirm_arrivals(session=one, by=request.user),
        lambda n: _("%(n)s人を出席にしました。") % {"n": n},
        "desk:attendance",
        code,
    )


@allowed(Action.TAKE_ATTENDANCE)
@require_safe
def poster(request: ScopedRequest, code: str) -> HttpResponse:
    """The poster for the door, A4."""
    one = session_or_404(request.scope, code)
    path = reverse("registration:arrive", args=[one.code, token_of(one)])
    made = answer_paper(request, f"poster-{code}", lambda: poster_pdf(one, path))
    return made or redirect("desk:attendance", code)
