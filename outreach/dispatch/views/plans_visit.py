"""One visit of a plan: where it could go and what that costs, what breaks there, moving it, locking it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outreach.dispatch import services
from outreach.dispatch.choosing import choices_of
from outreach.dispatch.misfits import misfits_of
from outreach.dispatch.models import DispatchRequest, Plan, Visit
from outreach.dispatch.placing import Place, Placing, placing
from outreach.dispatch.queries import plans_in
from outreach.dispatch.services import PlanRefused
from outreach.dispatch.views.plans import attempt
from outreach.dispatch.views.plans_table import back_to_week, day_or
from outreach.dispatch.wishes import is_closed_day
from outreach.dispatch.wording import in_names
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.rules import Action


def _placing(request: ScopedRequest, pk: int, asked: int) -> Placing:
    """Raises: PlanRefused."""
    plan = get_object_or_404(plans_in(request.scope).select_related("prefecture", "version__problem"), pk=pk)
    rows = DispatchRequest.objects.filter(municipality__prefecture=plan.prefecture_id)
    wanted = get_object_or_404(rows.select_related("municipality", "venue", "course"), pk=asked)
    return placing(plan, wanted)


@allowed(Action.PLAN_DISPATCH)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_visit(request: ScopedRequest, pk: int, asked: int) -> HttpResponse:
    """Where the visit could go. `person`, `day` and `leaving` ask about one cell of the table.

    POST tries a start and a crew: with `action=save` it is kept if it keeps the rules, else only told about.
    """
    try:
        one = _placing(request, pk, asked)
    except PlanRefused as refused:
        messages.error(request, "\n".join(in_names(refused.reasons)))
        return redirect("dispatch:plan", pk)
    context: dict[str, Any] = {
        "plan": one.plan,
        "placing": one,
        "now_names": one.named(one.visit.crew if one.visit else ()),
        "misfits": misfits_of(one.visit) if one.visit else [],
        "shut_day": one.visit is not None and is_closed_day(one.request, one.visit),
    }
    log_access(request.user, "see_plan", f"plan:{pk}")
    if request.method == "POST":
        start, crew = _asked_place(request, one)
        if request.POST.get("action") == "save" and _save(request, one, start, crew):
            return back_to_week(one.plan, _day_of(one, start), crew[0])
        context |= _tried(one, start, crew)
    elif "day" in request.GET:
        context |= _cell(one, request)
    else:
        context["choices"] = choices_of(one.places())
    context |= _chosen(one, context)
    page = "plan_visit_choice" if request.GET.get("part") else "plan_visit"
    return render(request, f"dispatch/{page}.html", context)


def _chosen(one: Placing, context: dict[str, Any]) -> dict[str, Any]:
    """What the form shows: what was tried, else what stands."""
    now = one.now or (next((start for start, _at, _where in one.starts()), one.wanted.starts[0]), ())
    start, crew = context.get("start", now[0]), tuple(context.get("crew", now[1]))
    lead, second = (*crew, None, None)[:2]
    return {"chosen_start": start, "chosen_lead": lead, "chosen_second": second}


def _number(raw: str | None) -> int:
    return int(raw) if raw and raw.isascii() and raw.isdigit() and len(raw) < 10 else 0


def _asked_place(request: ScopedRequest, one: Placing) -> tuple[int, tuple[int, ...]]:
    if "place" in request.POST:  # a button of the list: start, lead and second
        start, *people = (_number(part) for part in request.POST["place"].split("-"))
        return start, tuple([*people, 0, 0][: one.wanted.crew])
    crew = [_number(request.POST.get(name)) for name in ("lead", "second")[: one.wanted.crew]]
    return _number(request.POST.get("start")), tuple(crew)


def _day_of(one: Placing, start: int) -> str:
    return next((timezone.localdate(at).isoformat() for minute, at, _where in one.starts() if minute == start), "")


def _save(request: ScopedRequest, one: Placing, start: int, crew: tuple[int, ...]) -> bool:
    """Keep the move, unless it breaks a rule or the plan is another than the coordinator saw."""
    seen = _number(request.POST.get("version"))
    if seen and seen != one.plan.version_id:
        messages.error(request, _("ほかの人が先に変更しました。もう一度確かめてください。"))
        return False
    try:
        services.move_visit(plan=one.plan, request=one.request.pk, start=start, crew=crew, by=request.user)
    except PlanRefused as refused:
        if one.tried(start, crew)[1]:  # no rule: someone else was quicker
            messages.error(request, str(refused))
        return False
    messages.success(request, _("訪問を動かしました。"))
    return True


def _tried(one: Placing, start: int, crew: tuple[int, ...]) -> dict[str, Any]:
    broken, place = one.tried(start, crew)
    return {"tried": True, "broken": in_names(broken), "place": place, "start": start, "crew": crew}


def _cell(one: Placing, request: ScopedRequest) -> dict[str, Any]:
    """What is possible in one person's day; where nothing is, what breaks at the day's first start."""
    day = day_or(request.GET.get("day"), one.plan.first)
    person, leaving = _number(request.GET.get("person")), _number(request.GET.get("leaving"))
    starts = one.starts_on(day)
    found: list[Place] = [place for place in one.places(starts) if person in place.crew] if starts else []
    context: dict[str, Any] = {
        "cell": True,
        "day": day,
        "person": one.names.get(person, ""),
        "choices": choices_of(found),
    }
    if not found and not one.held:
        start = starts[0] if starts else 0
        context |= _tried(one, start, one.crew_with(person, leaving)) if starts else {"shut": True}
    return context


@allowed(Action.PLAN_DISPATCH)
@require_safe
def plan_options(request: ScopedRequest, pk: int, asked: int) -> HttpResponse:
    """For dragging: by person and day, what the cheapest place there would change, in km. Nothing else is possible."""
    try:
        one = _placing(request, pk, asked)
    except PlanRefused as refused:
        return JsonResponse({"cells": {}, "held": "\n".join(in_names(refused.reasons))})
    cells: dict[str, float] = {}
    for place in one.places():
        for person in place.crew:
            cells.setdefault(f"{person}:{timezone.localdate(place.at).isoformat()}", round(place.cost_km, 1))
    return JsonResponse({"cells": cells, "held": one.held})


@allowed(Action.PLAN_DISPATCH)
@require_POST
def visit_lock(request: ScopedRequest, pk: int, asked: int) -> HttpResponse:
    """Lock or unlock (`locked=0`) a visit."""
    plan: Plan = get_object_or_404(plans_in(request.scope).defer("version"), pk=pk)
    visit = get_object_or_404(Visit.objects.select_related("plan"), plan=plan, request=asked)
    locked = request.POST.get("locked") != "0"
    attempt(request, lambda: services.lock_visit(visit=visit, locked=locked))
    return back_to_week(plan, timezone.localdate(visit.starts_at).isoformat(), visit.lead_id)


@allowed(Action.PLAN_DISPATCH)
@require_POST
def venue_closed(request: ScopedRequest, pk: int, asked: int) -> HttpResponse:
    """The venue can't be used on the visit's day, or (`closed=0`) can after all."""
    plan: Plan = get_object_or_404(plans_in(request.scope).defer("version"), pk=pk)
    visit = get_object_or_404(Visit.objects.select_related("request", "venue"), plan=plan, request=asked)
    closed, day = request.POST.get("closed") != "0", timezone.localdate(visit.starts_at)
    try:
        services.close_venue(request=visit.request, venue=visit.venue, day=day, by=request.user, closed=closed)
    except services.RequestError as error:
        messages.error(request, str(error))
    else:
        done = (
            _("会場が使えない日として記録しました。動かす先を選んでください。")
            if closed
            else _("会場が使えると記録しました。")
        )
        messages.success(request, done)
    return redirect("dispatch:plan-visit", pk, asked)
