"""What a plan is worth: in figures, against a careful person's and against what no plan can beat."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from outreach.dispatch.figures import figures_of
from outreach.dispatch.models import Plan
from outreach.dispatch.views.plans import plan_or_404
from outreach.people.access import ScopedRequest, allowed
from outreach.people.models import Person
from outreach.people.rules import Action


@allowed(Action.PLAN_DISPATCH)
@require_safe
def plan_figures(request: ScopedRequest, pk: int) -> HttpResponse:
    plan: Plan = plan_or_404(request.scope, pk)
    if plan.version is None:
        return redirect("dispatch:plan", pk)
    figures = figures_of(plan.version)
    names = dict(Person.objects.filter(pk__in=[load.person for load in figures.loads]).values_list("pk", "name"))
    context: dict[str, Any] = {
        "plan": plan,
        "figures": figures,
        "loads": [(names.get(load.person, "?"), load) for load in figures.loads],
    }
    return render(request, "dispatch/plan_figures.html", context)
