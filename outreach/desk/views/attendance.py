"""The roster on screen and paper, attendance by tapping, and closing a class. Its report: `reports`."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outreach.classes.models import OPEN, Session
from outreach.desk import services
from outreach.desk.exports.lists import people_file
from outreach.desk.forms.attendance import CloseForm
from outreach.desk.rules import attendance_of
from outreach.desk.views.common import act_and_return, attempt, reaches, session_or_404
from outreach.downloads import FORMATS
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.rules import Action
from outreach.registration.models import Booking, BookingStatus
from outreach.registration.queries import contradicting_scans, with_arrivals
from outreach.registration.queries import roster as roster_of
from outreach.registration.services import mark_attendance


@allowed(Action.TAKE_ATTENDANCE)
@require_safe
def roster(request: ScopedRequest, code: str) -> HttpResponse:
    """Large, with a box to tick; telephone numbers only when asked for (`?phones=1`)."""
    one = session_or_404(request.scope, code)
    log_access(request.user, "see_roster", one.subject)
    kind = request.GET.get("format", "")
    if kind in FORMATS:
        return people_file(kind, f"roster-{code}", roster_of(one).select_related("session__course"))
    context = {
        "session": one,
        "rows": roster_of(one),
        "phones": request.GET.get("phones") == "1",
        "blank": range(3),  # lines for those who come without a booking
        "shifts": one.shifts.select_related("person"),
        "edits": reaches(request.user, Action.EDIT_SESSIONS, one),
    }
    return render(request, "desk/roster.html", context)


@allowed(Action.TAKE_ATTENDANCE)
@require_safe
def attendance(request: ScopedRequest, code: str) -> HttpResponse:
    """Tap a name: came, did not come, and back again."""
    one = session_or_404(request.scope, code)
    log_access(request.user, "see_roster", one.subject)
    rows: list[Any] = list(with_arrivals(roster_of(one)))
    context = {
        "session": one,
        "rows": rows,
        "arrived": sum(row.arrived_at is not None and row.status == BookingStatus.CONFIRMED for row in rows),
        "scans": contradicting_scans(one),
        "counts": attendance_of(row.status for row in rows),
        "open": takes_attendance(one),
        "form": CloseForm(initial={"walk_ins": one.walk_ins}),
        "edits": reaches(request.user, Action.EDIT_SESSIONS, one),
    }
    return render(request, "desk/attendance.html", context)


def takes_attendance(one: Session) -> bool:
    """From the class's day on, until it is closed; a class that was never confirmed must be so first."""
    return one.status in OPEN and timezone.localdate(one.starts_at) <= timezone.localdate()


@allowed(Action.TAKE_ATTENDANCE)
@require_POST
def mark(request: ScopedRequest, code: str, pk: int) -> HttpResponse:
    """Note one person. A script asks for the row alone and swaps it in; without one, the page comes back there."""
    one = session_or_404(request.scope, code)
    booking = get_object_or_404(roster_of(one), pk=pk)
    marked = _mark(request, one, booking, request.POST.get("status", ""))
    if request.headers.get("X-Requested-With") != "fetch":
        return redirect(f"{reverse('desk:attendance', args=[code])}#b{pk}")
    rows: list[Any] = list(with_arrivals(roster_of(one)))
    context = {
        "session": one,
        "row": next(row for row in rows if row.pk == pk),
        "counts": attendance_of(row.status for row in rows),
        "open": True,
    }
    return render(request, "desk/attendance_row.html", context, status=200 if marked else 409)


def _mark(request: ScopedRequest, one: Session, booking: Booking, status: str) -> bool:
    log_access(request.user, "mark_attendance", booking.subject)
    if not takes_attendance(one) or status not in BookingStatus.values:
        messages.error(request, _("この回の出席は、いま付けられません。"))
        return False
    return attempt(request, lambda: mark_attendance(booking=booking, status=BookingStatus(status), by=request.user))


@allowed(Action.TAKE_ATTENDANCE)
@require_http_methods(["POST"])
def close(request: ScopedRequest, code: str) -> HttpResponse:
    """The class is over: note the walk-ins and close the list."""
    one = session_or_404(request.scope, code)
    form = CloseForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("予約なしの参加者の人数を、数字で入れてください。"))
        return redirect("desk:attendance", code)
    done = _("講習会を終わりにしました。報告を書いてください。")
    wrote = form.cleaned_data["walk_ins"]
    walk_ins = one.walk_ins if wrote is None else wrote  # what was counted at the door stands
    return act_and_return(
        request,
        lambda: services.close_session(session=one, walk_ins=walk_ins, by=request.user),
        done,
        "desk:attendance",
        code,
    )


@allowed(Action.TAKE_ATTENDANCE)
@require_POST
def reopen(request: ScopedRequest, code: str) -> HttpResponse:
    one = session_or_404(request.scope, code)
    done = _("出席の入力に戻しました。")
    return act_and_return(
        request, lambda: services.reopen_session(session=one, by=request.user), done, "desk:attendance", code
    )
