"""What a plan is worth: in figures, against a careful person's and against what no plan can beat."""

from typing import Any

from django.db.models import Count, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from outreach.dispatch.figures import Travelled, figures_of
from outreach.dispatch.models import Plan
from outreach.dispatch.views.plans import plan_or_404
from outreach.dispatch.wording import names_of
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.rules import Action


def travelled(plan: Plan) -> Travelled | None:
    """Against the plan, what instructors wrote down after their days; None as long as nobody has. One statement."""
    written = plan.trips.filter(travelled_km__isnull=False, travelled_minutes__isnull=False)
    sums = written.aggregate(
        days=Count("pk"),
        hm=Sum("hm"),
        road=Sum("road_minutes"),
        km=Sum("travelled_km"),
        minutes=Sum("travelled_minutes"),
    )
    if not sums["days"]:
        return None
    return Travelled(sums["days"], sums["hm"] / 10, float(sums["km"]), sums["road"], sums["minutes"])


@allowed(Action.PLAN_DISPATCH)
@require_safe
def plan_figures(request: ScopedRequest, pk: int) -> HttpResponse:
    plan: Plan = plan_or_404(request.scope, pk)
    if plan.version is None:
        return redirect("dispatch:plan", pk)
    log_access(request.user, "see_plan", f"plan:{pk}")
    figures = figures_of(plan.version)
    names = names_of({f"p{load.person}" for load in figures.loads})
    context: dict[str, Any] = {
        "plan": plan,
        "figures": figures,
        "travelled": travelled(plan),
        "loads": [(names.get(f"p{load.person}", "?"), load) for load in figures.loads],
    }
    return render(request, "dispatch/plan_figures.html", context)
