"""計画: started, followed, stopped and read."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status
from ninja.errors import HttpError

from geo.paging import Limit, Offset, Page, paginate
from outreach.dispatch import services
from outreach.dispatch.documents import with_figures
from outreach.dispatch.figures import Figures, figures_of
from outreach.dispatch.forms.plans import prefectures_in
from outreach.dispatch.models import Plan
from outreach.dispatch.problem_json import dump_plan
from outreach.dispatch.progress import progress_of
from outreach.dispatch.queries import plans_in
from outreach.dispatch.services import PlanRefused, PlanUnderWay
from outreach.people.access import ScopedRequest, log_access
from outreach.people.rules import Action, Scope
from outreach.people.staff_api import permitted, signed_in

router = Router(tags=["dispatch"])


class PlanIn(Schema):
    prefecture: str = Field(pattern=r"^\d{2}$", description="都道府県コード（2桁）")
    first: date
    last: date = Field(description="初日から2か月以内")
    solver: Literal["best", "greedy"] = "best"
    seconds: int = Field(60, ge=1, le=300, description="計算にかける秒数")


class FiguresOut(Schema):
    """費用は、100 m の道のりを1とする値です。"""

    cost: int
    km: float
    road_minutes: int
    served: int
    unserved: int
    bound: int | None = None


class PlanOut(Schema):
    id: int
    prefecture: str
    first: date
    last: date
    status: str  # queued, running, ready, failed, published
    solver: str
    made_at: datetime
    sample: bool
    running: bool
    lost: bool = Field(
        description="計算するはずなのに、返事がない（running は false になる）。POST plans/{id}/again でやり直せる"
    )
    stopping: bool
    stage: str = Field(description="計算のどこにいるか。計算していなければ空")
    done: int
    total: int
    best_km: int | None = Field(description="いまの最良の案の費用（km相当）")
    bound_km: int | None = Field(description="これより下げられない費用（km相当）")
    failure: str
    version: int | None
    figures: FiguresOut | None
    baseline: FiguresOut | None = Field(description="人が順に組んだ場合")


def _plans(scope: Scope) -> QuerySet[Plan]:
    found = plans_in(scope).select_related("version__problem")
    return found.defer("version__document", "version__problem__text")


def _plan(request: ScopedRequest, plan_id: int) -> Plan:
    return get_object_or_404(_plans(request.scope), pk=plan_id)


def plan_out(plan: Plan) -> dict[str, Any]:
    progress, figures = progress_of(plan), figures_of(plan.version) if plan.version else None
    return {
        "id": plan.pk,
        "prefecture": plan.prefecture_id,
        "first": plan.first,
        "last": plan.last,
        "status": plan.status,
        "solver": plan.solver,
        "made_at": timezone.localtime(plan.made_at),
        "sample": plan.sample,
        "running": progress.running,
        "lost": progress.lost,
        "stopping": progress.stopping,
        "stage": progress.stage if progress.running else "",
        "done": progress.done,
        "total": progress.total,
        "best_km": progress.best_km,
        "bound_km": progress.bound_km,
        "failure": progress.failure,
        "version": plan.version_id,
        "figures": _figures_out(figures),
        "baseline": _figures_out(figures.baseline if figures else None),
    }


def _figures_out(figures: Figures | None) -> dict[str, Any] | None:
    names = ("cost", "km", "road_minutes", "served", "unserved", "bound")
    return {name: getattr(figures, name) for name in names} if figures else None


@router.get("/plans", response=Page[PlanOut], auth=signed_in, summary="派遣計画の一覧")
@permitted(Action.PLAN_DISPATCH)
def list_plans(
    request: ScopedRequest,
    prefecture: Annotated[str, Query(description="都道府県コード（2桁）")] = "",
    limit: Limit = 100,
    offset: Offset = 0,
) -> dict[str, Any]:
    found = _plans(request.scope)
    page = paginate(found.filter(prefecture=prefecture) if prefecture else found, limit, offset)
    return {**page, "items": [plan_out(plan) for plan in page["items"]]}


@router.post("/plans", response={202: PlanOut}, auth=signed_in, summary="派遣計画を作り始める")
@permitted(Action.PLAN_DISPATCH)
def start_plan(request: ScopedRequest, payload: PlanIn) -> Status[dict[str, Any]]:
    """計算は待ち行列に入ります。進みは GET plans/{id} で見られます。同じ期間の計画を計算している間は 409 です。"""
    if not prefectures_in(request.scope).filter(pk=payload.prefecture).exists():
        raise HttpError(403, _("この都道府県の計画は作れません。"))
    try:
        made = services.start_plan(**payload.dict(), by=request.user)
    except PlanUnderWay as refused:
        raise HttpError(409, f"{refused} plans/{refused.plan.pk}") from refused
    except PlanRefused as refused:
        raise HttpError(422, str(refused)) from refused
    return Status(202, plan_out(_plan(request, made.pk)))


@router.get("/plans/{plan_id}", response=PlanOut, auth=signed_in, summary="派遣計画の進みと数字")
@permitted(Action.PLAN_DISPATCH)
def get_plan(request: ScopedRequest, plan_id: int) -> dict[str, Any]:
    return plan_out(_plan(request, plan_id))


@router.get("/plans/{plan_id}/result", auth=signed_in, summary="派遣計画そのもの（JSON）")
@permitted(Action.PLAN_DISPATCH)
def get_plan_result(request: ScopedRequest, plan_id: int) -> HttpResponse:
    """docs/dispatch-problem.md の形です。講師は p、依頼は r に番号をつけた id で指します。"""
    plan = get_object_or_404(plans_in(request.scope).select_related("version__problem"), pk=plan_id)
    if plan.version is None:
        raise HttpError(409, _("まだ案がありません。"))
    log_access(request.user, "see_plan", f"plan:{plan_id}")
    return HttpResponse(dump_plan(with_figures(plan.version)), content_type="application/json")


@router.post("/plans/{plan_id}/stop", response=PlanOut, auth=signed_in, summary="計算を止め、最良の案を残す")
@permitted(Action.PLAN_DISPATCH)
def stop_plan(request: ScopedRequest, plan_id: int) -> dict[str, Any]:
    plan = _plan(request, plan_id)
    if not services.stop_plan(plan=plan):
        raise HttpError(409, _("いまは計算していません。"))
    return plan_out(_plan(request, plan_id))


@router.post("/plans/{plan_id}/again", response={202: PlanOut}, auth=signed_in, summary="返事のない計算をやり直す")
@permitted(Action.PLAN_DISPATCH)
def restart_plan(request: ScopedRequest, plan_id: int) -> Status[dict[str, Any]]:
    """止まっていた計算が戻ってきても、二重にはなりません。計算していないとき、もう終わったときは 409 です。"""
    try:
        services.restart_plan(plan=_plan(request, plan_id))
    except PlanRefused as refused:
        raise HttpError(409, str(refused)) from refused
    return Status(202, plan_out(_plan(request, plan_id)))
