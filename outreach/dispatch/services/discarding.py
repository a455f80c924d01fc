"""A draft that nobody was asked about, thrown away: what only it held waits again."""

from django.db import transaction
from django.utils.translation import gettext as _

from outreach.dispatch.models import (
    DispatchRequest,
    Offer,
    OfferLetter,
    Plan,
    PlanStatus,
    RequestStatus,
    Visit,
)
from outreach.dispatch.services.answers import lock_plan
from outreach.dispatch.services.refused import PlanRefused
from outreach.dispatch.services.requests import change_status
from outreach.people.models import User


def may_discard(plan: Plan) -> bool:
    """Whether it is a draft at rest. What people were told is history, and stays. 1 statement."""
    at_rest = plan.status in {PlanStatus.READY, PlanStatus.FAILED} and not plan.replanning
    return at_rest and not OfferLetter.objects.filter(plan=plan).exists()


@transaction.atomic
def discard_plan(*, plan: Plan, by: User | None) -> None:
    """Raises: PlanRefused where somebody was asked, where it is being computed, or changed since `plan` was read."""
    standing = lock_plan(plan.pk)
    if standing.version_id != plan.version_id:
        raise PlanRefused([_("ほかの人が先に変更しました。画面を開き直してください。")])
    if not may_discard(standing) or Offer.objects.filter(visit__plan=plan).exists():
        raise PlanRefused([_("講師に打診した計画や、計算している計画は、捨てられません。")])
    elsewhere = Visit.objects.exclude(plan=plan).values("request")
    only_here = DispatchRequest.objects.filter(visits__plan=plan, status=RequestStatus.PLANNED)
    for request in only_here.exclude(pk__in=elsewhere).order_by("pk"):
        change_status(request=request, to=RequestStatus.RECEIVED, by=by, reason=_("計画の案を捨てた"))
    Plan.objects.get(pk=plan.pk).delete()
