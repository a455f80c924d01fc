"""What the last step changed: for whoever planned anew and wants to know what moved."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from outreach.dispatch.changes import changes_of
from outreach.dispatch.queries import plans_in
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.rules import Action


@allowed(Action.PLAN_DISPATCH)
@require_safe
def plan_changes(request: ScopedRequest, pk: int) -> HttpResponse:
    around = ("prefecture", "version__before", "version__by")
    plan = get_object_or_404(plans_in(request.scope).select_related(*around), pk=pk)
    log_access(request.user, "see_plan", f"plan:{pk}")
    changes = changes_of(plan, plan.version) if plan.version else []
    return render(request, "dispatch/plan_changes.html", {"plan": plan, "changes": changes})
