"""Who teaches and helps at a session, against the gauge; and going ahead with fewer (law 3)."""

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from outreach.classes import services as classes
from outreach.classes.models import Handover, Session, Shift
from outreach.classes.queries import gauge_of
from outreach.desk import services
from outreach.desk.forms.sessions import ReasonForm
from outreach.desk.queries.staffing import candidates, lacking, within_reach
from outreach.desk.queries.waivers import passed_at
from outreach.desk.views.common import act_and_return, asking, attempt, session_or_404
from outreach.people.access import ScopedRequest, allowed
from outreach.people.rules import Action
from outreach.people.writing import whole_number

ABLE_SHOWN, UNABLE_SHOWN = 20, 10
LOOKING = Handover.objects.filter(shift=OuterRef("pk"), status=Handover.Status.OPEN)


@allowed(Action.EDIT_SESSIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def staffing(request: ScopedRequest, code: str) -> HttpResponse:
    """The gauge, who is on duty, and who could be asked: the fittest first, with the reason beside each.

    A name is looked for by POST: it must not stand in an address.
    """
    one = session_or_404(request.scope, code)
    gauge = gauge_of(one)
    first = Shift.Duty.INSTRUCTOR if gauge.instructors_missing or not gauge.helpers_missing else Shift.Duty.HELPER
    duty = request.POST.get("duty") or request.GET.get("duty")
    duty = duty if duty in Shift.Duty.values else first
    q = request.POST.get("q", "").replace("\0", "").strip()[:40]
    ranked = candidates(one, duty, request.scope, q=q)
    can = [candidate for candidate in ranked if not candidate.fitness.hindrance]
    context = {
        "session": one,
        "gauge": gauge,
        "duty": duty,
        "duties": Shift.Duty.choices,
        "q": q,
        "shifts": _on_duty(one),
        "able": [candidate for candidate in can if not candidate.over][:ABLE_SHOWN],
        "over": [candidate for candidate in can if candidate.over][:UNABLE_SHOWN],
        "planned": one.visits.exists(),
        "unable": [candidate for candidate in ranked if candidate.fitness.hindrance][:UNABLE_SHOWN],
        "form": ReasonForm(),
    }
    return render(request, "desk/staffing.html", context)


def _on_duty(one: Session) -> list[Any]:
    """Who is assigned, whether they look for someone else, and what a supporter among them lacks for that day."""
    around = ("person__municipality", "person__supporter", "person__instructor")
    shifts: list[Any] = list(one.shifts.select_related(*around).annotate(looking=Exists(LOOKING)))
    lacks = lacking(one, [shift.person for shift in shifts])
    passed = {row.person.pk for row in passed_at(one)}
    for shift in shifts:
        shift.lacks, shift.over = lacks.get(shift.person_id, ()), shift.person_id in passed
    return shifts


def _acted(request: ScopedRequest, code: str, act: Callable[[], Any], done: str) -> HttpResponse:
    return act_and_return(request, act, done, "desk:staffing", code)


@allowed(Action.EDIT_SESSIONS)
@require_POST
def assign(request: ScopedRequest, code: str) -> HttpResponse:
    """Beyond a limit only once the office has seen which, and says why."""
    one = session_or_404(request.scope, code)
    person = get_object_or_404(within_reach(one, request.scope), pk=whole_number(request.POST.get("person")))
    duty = request.POST.get("duty", "")
    if duty not in Shift.Duty.values:
        duty = Shift.Duty.HELPER
    done = _("%(person)sさんを担当にしました。") % {"person": person}
    why = asking(request)
    try:
        attempt(request, lambda: services.assign(session=one, person=person, duty=duty, consent=why.consent), done)
    except services.NeedsReason as passed:
        context = {"session": one, "person": person, "duty": duty, "passed": passed, "limits": why.form}
        return render(request, "desk/over_limits.html", context)
    return redirect("desk:staffing", code)


@allowed(Action.EDIT_SESSIONS)
@require_POST
def unassign(request: ScopedRequest, code: str, shift: int) -> HttpResponse:
    one = session_or_404(request.scope, code)
    found = get_object_or_404(one.shifts.select_related("person", "session"), pk=shift)
    done = _("%(person)sさんを担当から外しました。") % {"person": found.person}
    return _acted(request, code, lambda: classes.unassign(shift=found), done)


@allowed(Action.EDIT_SESSIONS)
@require_POST
def ask_exception(request: ScopedRequest, code: str) -> HttpResponse:
    one = session_or_404(request.scope, code)
    reason = request.POST.get("reason", "").replace("\0", "")[:200]
    done = _("申請しました。別の担当者の承認を待っています。")
    return act_and_return(
        request, lambda: classes.ask_exception(session=one, by=request.user, reason=reason), done, "desk:staffing", code
    )


@allowed(Action.EDIT_SESSIONS)
@require_POST
def approve_exception(request: ScopedRequest, code: str) -> HttpResponse:
    one = session_or_404(request.scope, code)
    done = _("承認しました。この要員で開催を決定できます。")
    return act_and_return(
        request, lambda: classes.approve_exception(session=one, by=request.user), done, "desk:staffing", code
    )
