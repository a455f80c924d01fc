"""How far the making of a plan is, in words."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from outreach.dispatch.figures import UNITS_A_KM
from outreach.dispatch.models import Plan, PlanStatus, SearchStatus
from outreach.dispatch.services.silence import is_lost
from outreach.dispatch.wording import in_names

STAGES = {
    "": _("依頼と講師の予定を読んでいます"),
    "greedy": _("はじめの案を組んでいます"),
    "columns": _("むだの少ない行程の候補を集めています"),
    "dive": _("候補から計画を組み立てています"),
    "proof": _("これより良い計画がないか確かめています"),
    "repair": _("計画を少しずつ良くしています"),
}
SEARCHING = {
    SearchStatus.QUEUED: _("順番を待っています"),
    SearchStatus.RUNNING: _("ひとつずつ変えて、計算し直しています"),
}


@dataclass(frozen=True)
class Progress:
    """`lost`: it should be made, and nobody works on it.

    `best_km` and `bound_km` are costs in kilometres of road: of the best plan so far, and what none can beat.
    """

    running: bool
    lost: bool
    stopping: bool
    stage: str
    done: int
    total: int
    best_km: int | None
    bound_km: int | None
    failure: str  # why nothing came of it, in names


def progress_of(plan: Plan) -> Progress:
    queued, lost = plan.status == PlanStatus.QUEUED, being_made(plan) and is_lost(plan)
    stage = _("順番を待っています") if queued else STAGES.get(plan.stage, _("計算しています"))
    return Progress(
        running=being_made(plan) and not lost,
        lost=lost,
        stopping=plan.stop_asked,
        stage=str(stage),
        done=plan.done,
        total=plan.total,
        best_km=_km(plan.best_cost),
        bound_km=_km(plan.bound),
        failure="\n".join(in_names([plan.failure])) if plan.failure else "",
    )


def being_made(plan: Plan) -> bool:
    return plan.replanning or plan.status in {PlanStatus.QUEUED, PlanStatus.RUNNING}


def _km(cost: int | None) -> int | None:
    return None if cost is None else round(cost / UNITS_A_KM)
