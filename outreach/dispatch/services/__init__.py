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
from outreach.dispatch.services.runs import begin_run, end_run, keep_run, note_run, sweep_runs

__all__ = [
    "OfferError",
    "PlanRefused",
    "RequestError",
    "accept_offer",
    "amend_request",
    "begin_run",
    "change_status",
    "create_request",
    "decline_offer",
    "end_run",
    "keep_run",
    "lapse_offers",
    "lock_day",
    "lock_visit",
    "move_visit",
    "note_run",
    "offer_to",
    "publish_plan",
    "replan",
    "save_version",
    "start_plan",
    "start_replan",
    "stop_plan",
    "sweep_runs",
    "undo_version",
    "withdraw_request",
]
