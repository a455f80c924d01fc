"""What dispatch keeps: requests, plans with every version of theirs, trips, visits, offers."""

from outreach.dispatch.models.plans import (
    DayLock,
    Offer,
    OfferStatus,
    Plan,
    PlanProblem,
    PlanSolver,
    PlanStatus,
    PlanVersion,
    Trip,
    Visit,
)
from outreach.dispatch.models.requests import (
    AMENDABLE,
    ENDED,
    DispatchRequest,
    Need,
    RequestBlackout,
    RequestEvent,
    RequestStatus,
    RequestWindow,
)

__all__ = [
    "AMENDABLE",
    "ENDED",
    "DayLock",
    "DispatchRequest",
    "Need",
    "Offer",
    "OfferStatus",
    "Plan",
    "PlanProblem",
    "PlanSolver",
    "PlanStatus",
    "PlanVersion",
    "RequestBlackout",
    "RequestEvent",
    "RequestStatus",
    "RequestWindow",
    "Trip",
    "Visit",
]
