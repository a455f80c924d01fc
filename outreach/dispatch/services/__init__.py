"""Writes of the room, by what they change."""

from outreach.dispatch.services.offers import (
    OfferError,
    accept_offer,
    decline_offer,
    lapse_offers,
    offer_to,
    publish_plan,
)
from outreach.dispatch.services.plans import (
    PlanRefused,
    lock_day,
    lock_visit,
    move_visit,
    replan,
    save_version,
    start_plan,
    start_replan,
    stop_plan,
    undo_version,
)
from outreach.dispatch.services.requests import (
    RequestError,
    amend_request,
    change_status,
    create_request,
    withdraw_request,
)

__all__ = [
    "OfferError",
    "PlanRefused",
    "RequestError",
    "accept_offer",
    "amend_request",
    "change_status",
    "create_request",
    "decline_offer",
    "lapse_offers",
    "lock_day",
    "lock_visit",
    "move_visit",
    "offer_to",
    "publish_plan",
    "replan",
    "save_version",
    "start_plan",
    "start_replan",
    "stop_plan",
    "undo_version",
    "withdraw_request",
]
