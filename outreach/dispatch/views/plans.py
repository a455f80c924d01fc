"""Plans: the list, and a new one."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from outreach.dispatch.queries import plans_in
from outreach.people.access import ScopedRequest, allowed
from outreach.people.rules import Action

A_PAGE = 30


@allowed(Action.PLAN_DISPATCH)
@require_safe
def plans(request: ScopedRequest) -> HttpResponse:
    found = plans_in(request.scope).select_related("prefecture", "version", "made_by")
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "dispatch/plans.html", {"page": page})
