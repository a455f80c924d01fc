"""What dispatch keeps: requests, plans with every version of theirs, trips, visits, offers."""

from outreach.dispatch.models.bases import OtherBase
from outreach.dispatch.models.drafts import PlanDraft
from outreach.dispatch.models.dropped import DroppedEvent, DroppedVisit
from outreach.dispatch.models.letters import Channel, LetterEvent, LetterStatus, RequestLetter
from outreach.dispatch.models.offers import SAID_NO, STANDING, Offer, OfferEvent, OfferLetter, OfferStatus
from outreach.dispatch.models.plans import (
    DayLock,
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
    OtherVenue,
    RequestBlackout,
    RequestEvent,
    RequestStatus,
    RequestWindow,
)
from outreach.dispatch.models.searches import Search, SearchStatus
from outreach.dispatch.models.uploads import RequestUpload

__all__ = [
    "AMENDABLE",
    "ENDED",
    "SAID_NO",
    "STANDING",
    "Channel",
    "DayLock",
    "DispatchRequest",
    "DroppedEvent",
    "DroppedVisit",
    "LetterEvent",
    "LetterStatus",
    "Need",
    "Offer",
    "OfferEvent",
    "OfferLetter",
    "OfferStatus",
    "OtherBase",
    "OtherVenue",
    "Plan",
    "PlanDraft",
    "PlanProblem",
    "PlanSolver",
    "PlanStatus",
    "PlanVersion",
    "RequestBlackout",
    "RequestEvent",
    "RequestLetter",
    "RequestStatus",
    "RequestUpload",
    "RequestWindow",
    "Search",
    "SearchStatus",
    "Trip",
    "Visit",
]
