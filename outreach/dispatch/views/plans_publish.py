"""Publishing a plan: whom it would tell and what, then, once confirmed, the offers."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from outreach.dispatch import services
from outreach.dispatch.publishing import changed_since, to_offer
from outreach.dispatch.services import OfferError
from outreach.dispatch.views.plans import plan_or_404
from outreach.dispatch.wording import in_names
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.rules import Action


@allowed(Action.PLAN_DISPATCH)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_publish(request: ScopedRequest, pk: int) -> HttpResponse:
    plan = plan_or_404(request.scope, pk)
    if plan.version is None or plan.replanning:
        messages.error(request, _("計画ができてから、打診してください。"))
        return redirect("dispatch:plan", pk)
    if request.method == "POST":
        if request.POST.get("version") != str(plan.version_id):
            messages.error(request, _("ほかの人が先に変更しました。もう一度確かめてください。"))
            return redirect("dispatch:plan-publish", pk)
        try:
            made = services.publish_plan(plan=plan, by=request.user) or services.went_out_last(plan)
        except OfferError as error:
            messages.error(request, str(error))
            return redirect("dispatch:plan-publish", pk)
        messages.success(request, _("%(count)d件の打診を出しました。") % {"count": made})
        return redirect("dispatch:plan", pk)
    log_access(request.user, "see_plan", f"plan:{pk}")
    people = to_offer(plan)
    context: dict[str, Any] = {
        "plan": plan,
        "people": people,
        "count": sum(len(one.visits) for one in people),
        "visits": len({visit.pk for one in people for visit in one.visits}),
        "silent": [one for one in people if not one.way],
        "broken": in_names(changed_since(plan)),
    }
    return render(request, "dispatch/plan_publish.html", context)
