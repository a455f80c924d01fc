"""Why a request isn't served and what would serve it; why a visit is as it is."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from outreach.dispatch import services
from outreach.dispatch.explaining import SECONDS, explain_request, explain_visit
from outreach.dispatch.models import DispatchRequest, OtherVenue, Plan, Visit
from outreach.dispatch.queries import plans_in, requests_in
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.rules import Action

PATIENCE = 20.0  # seconds for who asked for the whole search: web servers give up after 30


def _plan_and_request(request: ScopedRequest, pk: int, asked: int) -> tuple[Plan, DispatchRequest]:
    plan = get_object_or_404(plans_in(request.scope).select_related("prefecture", "version__problem"), pk=pk)
    rows = DispatchRequest.objects.filter(municipality__prefecture=plan.prefecture_id)
    rows = rows.select_related("municipality", "venue", "course", "letter")
    return plan, get_object_or_404(rows.prefetch_related("windows", "blackouts"), pk=asked)


@allowed(Action.PLAN_DISPATCH)
@require_safe
def explain_unserved(request: ScopedRequest, pk: int, asked: int) -> HttpResponse:
    """`?whole=1` searches on where the first look was cut off by the clock."""
    plan, row = _plan_and_request(request, pk, asked)
    if plan.version is None:
        return redirect("dispatch:plan", pk)
    if Visit.objects.filter(plan=plan, request=row).exists():
        return redirect("dispatch:explain-visit", pk, asked)
    log_access(request.user, "see_plan", f"plan:{pk}")
    told = explain_request(plan, row, seconds=PATIENCE if request.GET.get("whole") else SECONDS)
    context = {"plan": plan, "row": row, "told": told}
    return render(request, "dispatch/explain_request.html", context)


@allowed(Action.PLAN_DISPATCH)
@require_safe
def explain_served(request: ScopedRequest, pk: int, asked: int) -> HttpResponse:
    plan, row = _plan_and_request(request, pk, asked)
    visit = Visit.objects.filter(plan=plan, request=row).select_related("lead", "second").first()
    if plan.version is None or visit is None:
        return redirect("dispatch:explain-request", pk, asked)
    log_access(request.user, "see_plan", f"plan:{pk}")
    context = {"plan": plan, "row": row, "visit": visit, "told": explain_visit(plan, row)}
    return render(request, "dispatch/explain_visit.html", context)


@allowed(Action.PLAN_DISPATCH)
@require_POST
def take_venue(request: ScopedRequest, pk: int, other: int) -> HttpResponse:
    """Take another of the venues that the letter offers; the next plan is made with it."""
    row = get_object_or_404(requests_in(request.scope).prefetch_related("windows", "blackouts"), pk=pk)
    candidate = get_object_or_404(OtherVenue.objects.select_related("venue"), request=row, venue=other)
    try:
        services.choose_venue(request=row, other=candidate, by=request.user)
    except services.RequestError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("会場を変えました。計画し直すと、新しい会場で計算します。"))
    return redirect("dispatch:request", pk)
