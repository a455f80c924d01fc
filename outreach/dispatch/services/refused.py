"""Why a change cannot be: what every write of the room raises. `str()` is for whoever reads the page."""

from django.utils.translation import gettext as _

from outreach.dispatch.models import Plan


class PlanRefused(Exception):
    """The plan breaks rules; nothing was saved. `reasons` says which, a sentence each."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = reasons


class PlanUnderWay(PlanRefused):
    """A plan of the same prefecture and days is being made already: `plan`."""

    def __init__(self, plan: Plan) -> None:
        super().__init__([_("この期間の計画は、もう計算しています。終わるまで、もう1つは作れません。")])
        self.plan = plan


class OfferError(Exception):
    """An offer cannot be made or answered so."""
