"""Plans: the list, a new one, how far one is, stopping it, and throwing a draft away."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outreach.dispatch import services
from outreach.dispatch.forms.plans import PlanForm, next_month, prefectures_in
from outreach.dispatch.models import Plan
from outreach.dispatch.progress import progress_of
from outreach.dispatch.queries import plans_in
from outreach.dispatch.services import PlanRefused, PlanUnderWay
from outreach.dispatch.wording import in_names
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.rules import Action, Scope

A_PAGE = 30
HEAVY = ("version__document", "version__problem__text")  # megabytes that only moving and planning need


def light_plans(scope: Scope) -> QuerySet[Plan]:
    """The plans within reach, without their documents."""
    around = ("prefecture", "version__problem", "version__by", "made_by")
    return plans_in(scope).select_related(*around).defer(*HEAVY)


def plan_or_404(scope: Scope, pk: int) -> Plan:
    """The plan, if the scope reaches it (law 7)."""
    return get_object_or_404(light_plans(scope), pk=pk)


def attempt(request: HttpRequest, act: Callable[[], Any], done: str = "") -> bool:
    """Act, and keep a message of what came of it for the next page."""
    try:
        act()
    except PlanRefused as refused:
        for line in in_names(refused.reasons):
            messages.error(request, line)
        return False
    if done:
        messages.success(request, done)
    return True


@allowed(Action.PLAN_DISPATCH)
@require_safe
def plans(request: ScopedRequest) -> HttpResponse:
    page = Paginator(light_plans(request.scope), A_PAGE).get_page(request.GET.get("page"))
    lost = {plan.pk for plan in page.object_list if services.is_lost(plan)}
    context = {"page": page, "lost": lost, "may_start": prefectures_in(request.scope).exists()}
    return render(request, "dispatch/plans.html", context)


@allowed(Action.PLAN_DISPATCH)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_new(request: ScopedRequest) -> HttpResponse:
    if not prefectures_in(request.scope).exists():
        raise PermissionDenied(_("派遣計画は、都道府県か実施機関の担当者が作ります。"))
    first, last = next_month(timezone.localdate())
    initial = {"first": first, "last": last, **request.GET.dict()}
    form = PlanForm(request.POST or None, initial=initial, scope=request.scope)
    if form.is_valid():
        return redirect("dispatch:plan", _started(request, form.cleaned_data).pk)
    return render(request, "dispatch/plan_new.html", {"form": form})


def _started(request: ScopedRequest, asked: dict[str, Any]) -> Plan:
    """The plan that was asked for, or the one under way in its place."""
    try:
        return services.start_plan(**{**asked, "prefecture": asked["prefecture"].pk}, by=request.user)
    except PlanUnderWay as refused:
        messages.warning(request, str(refused))
        return refused.plan


def waiting_page(request: ScopedRequest, plan: Plan) -> HttpResponse:
    """A plan that has no answer yet: how far its making is, or why nothing came of it."""
    progress = progress_of(plan)
    draft = progress.lost and services.drafts_of(plan).exists()
    context = {"plan": plan, "progress": progress, "draft": draft, "may_discard": services.may_discard(plan)}
    return render(request, "dispatch/plan_waiting.html", context)


@allowed(Action.PLAN_DISPATCH)
@require_POST
def plan_stop(request: ScopedRequest, pk: int) -> HttpResponse:
    plan = plan_or_404(request.scope, pk)
    if services.stop_plan(plan=plan):
        messages.success(request, _("止めるように伝えました。それまでの最良の案を残します。"))
    return redirect("dispatch:plan", pk)


@allowed(Action.PLAN_DISPATCH)
@require_POST
def plan_again(request: ScopedRequest, pk: int) -> HttpResponse:
    """Nobody works on it: begin again, or keep the best that there was."""
    plan = plan_or_404(request.scope, pk)
    if request.POST.get("act") == "keep" and services.is_lost(plan):
        attempt(request, lambda: _use_draft(request, plan), _("それまでの最良の案を残しました。"))
    elif plan.version is None or plan.replanning:
        attempt(request, lambda: services.restart_plan(plan=plan), _("計算をやり直します。"))
    return redirect("dispatch:plan", pk)


def _use_draft(request: ScopedRequest, plan: Plan) -> None:
    if services.use_draft(plan=plan, by=request.user) is None:
        words = _("途中の案は、いまの条件に合わないか、前の案より良くありません。計算をやり直してください。")
        raise PlanRefused([words])


@allowed(Action.PLAN_DISPATCH)
@require_POST
def plan_discard(request: ScopedRequest, pk: int) -> HttpResponse:
    """Of the version that the page showed."""
    plan = plan_or_404(request.scope, pk)
    if request.POST.get("version", "") != str(plan.version_id or ""):
        messages.error(request, _("そのあいだに案が変わりました。いまの案を見てから、もう一度押してください。"))
        return redirect("dispatch:plan", pk)
    done = _("案を捨てました。入っていた依頼は、もう一度計画に入れられます。")
    if not attempt(request, lambda: services.discard_plan(plan=plan, by=request.user), done):
        return redirect("dispatch:plan", pk)
    log_access(request.user, "discard_plan", f"plan:{pk}")
    return redirect("dispatch:plans")
