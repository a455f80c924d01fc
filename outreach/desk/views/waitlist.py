"""The queue of one class: its order, who would be passed over and why, and staff's word over it, with a reason."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from outreach.classes.models import OPEN
from outreach.desk.views.common import act_and_return, booking_or_404, session_or_404
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.rules import Action
from outreach.registration import services as registration
from outreach.registration.models import BookingStatus, Intake
from outreach.registration.queries import waitlist as offered_and_waiting


@allowed(Action.EDIT_RESIDENTS)
@never_cache
@require_safe
def waitlist(request: ScopedRequest, code: str) -> HttpResponse:
    one = session_or_404(request.scope, code)
    log_access(request.user, "see_waitlist", one.subject)
    now = timezone.now()
    rows = list(offered_and_waiting(one))
    queue = [row for row in rows if row.status == BookingStatus.WAITLISTED]
    context = {
        "session": one,
        "offered": [row for row in rows if row.status == BookingStatus.OFFERED],
        "turns": [registration.turn_of(row, one, now) for row in queue],
        "places": range(1, len(queue) + 1),
        "open": one.status in OPEN and one.starts_at > now,
    }
    return render(request, "desk/waitlist.html", context)


@allowed(Action.EDIT_RESIDENTS)
@require_POST
def override(request: ScopedRequest, pk: int) -> HttpResponse:
    """Another place in the queue, or (`seat`) a free seat at once; both want a reason."""
    booking = booking_or_404(request.scope, pk)
    log_access(request.user, "override_waitlist", booking.subject)
    reason = request.POST.get("reason", "").replace("\0", "").strip()[:150]
    if "seat" in request.POST:
        return act_and_return(
            request,
            lambda: registration.give_seat(booking=booking, channel=Intake.STAFF_PHONE, by=request.user, reason=reason),
            _("お席を確定しました。"),
            "desk:waitlist",
            booking.session.code,
        )
    typed = request.POST.get("place", "")
    place = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else 0
    return act_and_return(
        request,
        lambda: registration.put_in_queue(booking=booking, place=place, by=request.user, reason=reason),
        _("順番を変えました。"),
        "desk:waitlist",
        booking.session.code,
    )
