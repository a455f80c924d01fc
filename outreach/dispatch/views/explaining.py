"""Why a request isn't served and what would serve it; why a visit is as it is."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from outreach.dispatch import services
from outreach.dispatch.explained import explain_visit, explained
from outreach.dispatch.explaining import first_look
from outreach.dispatch.models import DispatchRequest, OtherVenue, Plan, Search, SearchStatus, Visit
from outreach.dispatch.progress import SEARCHING
from outreach.dispatch.queries import plans_in, requests_in
from outreach.dispatch.services.searches import UNDER_WAY
from outreach.dispatch.views.plans import attempt
from outreach.dispatch.wishes import AROUND
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.rules import Action


def _plan_and_request(request: ScopedRequest, pk: int, asked: int) -> tuple[Plan, DispatchRequest]:
    plan = get_object_or_404(plans_in(request.scope).select_related("prefecture", "version__problem"), pk=pk)
    rows = DispatchRequest.objects.filter(municipality__prefecture=plan.prefecture_id)
    rows = rows.select_related("municipality", "venue", "course", "letter")
    return plan, get_object_or_404(rows.prefetch_related(*AROUND), pk=asked)


@allowed(Action.PLAN_DISPATCH)
@require_safe
def explain_unserved(request: ScopedRequest, pk: int, asked: int) -> HttpResponse:
    """What the worker found, if it was asked and nothing changed since; else a first look, taken at once."""
    plan, row = _plan_and_request(request, pk, asked)
    if plan.version is None:
        return redirect("dispatch:plan", pk)
    if Visit.objects.filter(plan=plan, request=row).exists():
        return redirect("dispatch:explain-visit", pk, asked)
    log_access(request.user, "see_plan", f"plan:{pk}")
    search = services.search_of(plan, row)
    lost = search is not None and services.is_search_lost(search)
    context: dict[str, Any] = {"plan": plan, "row": row, "search": search, "lost": lost}
    if search and search.status in UNDER_WAY and not lost:
        stage = SEARCHING[SearchStatus(search.status)]
        return render(request, "dispatch/explain_searching.html", {**context, "stage": stage})
    done = search is not None and search.status == SearchStatus.DONE
    finding = services.finding_of(search) if search and done else first_look(plan, row)
    context |= {"told": explained(plan, finding), "done": done}
    return render(request, "dispatch/explain_request.html", context)


@allowed(Action.PLAN_DISPATCH)
@require_POST
def search(request: ScopedRequest, pk: int, asked: int) -> HttpResponse:
    """Have the worker search for as long as it takes."""
    plan, row = _plan_and_request(request, pk, asked)
    if plan.version is not None:
        attempt(request, lambda: services.start_search(plan=plan, request=row, by=request.user))
    return redirect("dispatch:explain-request", pk, asked)


@allowed(Action.PLAN_DISPATCH)
@require_safe
def search_progress(request: ScopedRequest, pk: int, asked: int) -> JsonResponse:
    """For the page that follows a search: one that was lost runs no more, and the page, come anew, says so."""
    known = Search.objects.filter(plan__in=plans_in(request.scope), plan=pk, request=asked, status__in=UNDER_WAY)
    found = known.first()
    if found is None or services.is_search_lost(found):
        return JsonResponse({"running": False, "stage": ""})
    return JsonResponse({"running": True, "stage": str(SEARCHING[SearchStatus(found.status)])})


@allowed(Action.PLAN_DISPATCH)
@require_safe
def explain_served(request: ScopedRequest, pk: int, asked: int) -> HttpResponse:
    plan, row = _plan_and_request(request, pk, asked)
    visit = Visit.objects.filter(plan=plan, request=row).select_related("venue", "lead", "second").first()
    if plan.version is None or visit is None:
        return redirect("dispatch:explain-request", pk, asked)
    log_access(request.user, "see_plan", f"plan:{pk}")
    context = {"plan": plan, "row": row, "visit": visit, "told": explain_visit(plan, row)}
    return render(request, "dispatch/explain_visit.html", context)


@allowed(Action.PLAN_DISPATCH)
@require_POST
def take_venue(request: ScopedRequest, pk: int, other: int) -> HttpResponse:
    """Wish most for another of the venues that the letter offers; the next plan is made so."""
    row = get_object_or_404(requests_in(request.scope).prefetch_related("windows", "blackouts"), pk=pk)
    try:
        if row.venue_id != other:  # pressed again, it stands so already
            candidate = get_object_or_404(OtherVenue.objects.select_related("venue"), request=row, venue=other)
            services.choose_venue(request=row, other=candidate, by=request.user)
    except services.RequestError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("第1希望の会場を入れ替えました。計画し直すと、その順で計算します。"))
    return redirect("dispatch:request", pk)
