"""Writes of the room, by what they change."""

from outreach.dispatch.services.answers import withdraw_offers
from outreach.dispatch.services.baseline import keep_baseline
from outreach.dispatch.services.discarding import discard_plan, may_discard
from outreach.dispatch.services.drafts import drafts_of, keeping_drafts, use_draft
from outreach.dispatch.services.letters import (
    accept_letter,
    amend_letter,
    choose_venue,
    decline_letter,
    receive_letter,
    reopen_letter,
    withdraw_letter,
)
from outreach.dispatch.services.offers import (
    accept_offer,
    decline_offer,
    lapse_offers,
    offer_to,
    publish_plan,
    return_offer,
    try_classes_again,
    went_out_last,
)
from outreach.dispatch.services.overdue import release_overdue
from outreach.dispatch.services.plans import (
    lock_day,
    lock_visit,
    move_visit,
    planned_anew,
    replan,
    restart_plan,
    start_plan,
    start_replan,
    stop_plan,
    undo_version,
)
from outreach.dispatch.services.refused import OfferError, PlanRefused, PlanUnderWay
from outreach.dispatch.services.requests import (
    RequestError,
    amend_request,
    change_status,
    close_venue,
    create_request,
    withdraw_request,
)
from outreach.dispatch.services.runs import begin_run, end_run, keep_run, note_run, sweep_runs
from outreach.dispatch.services.searches import (
    begin_search,
    end_search,
    finding_of,
    is_search_lost,
    search_of,
    start_search,
    still_wanted,
    sweep_searches,
)
from outreach.dispatch.services.silence import is_lost
from outreach.dispatch.services.telling import ring_unreached, tell_again
from outreach.dispatch.services.travelled import note_travelled
from outreach.dispatch.services.versions import checked, save_version, write_version

__all__ = [
    "OfferError",
    "PlanRefused",
    "PlanUnderWay",
    "RequestError",
    "accept_letter",
    "accept_offer",
    "amend_letter",
    "amend_request",
    "begin_run",
    "begin_search",
    "change_status",
    "checked",
    "choose_venue",
    "close_venue",
    "create_request",
    "decline_letter",
    "decline_offer",
    "discard_plan",
    "drafts_of",
    "end_run",
    "end_search",
    "finding_of",
    "is_lost",
    "is_search_lost",
    "keep_baseline",
    "keep_run",
    "keeping_drafts",
    "lapse_offers",
    "lock_day",
    "lock_visit",
    "may_discard",
    "move_visit",
    "note_run",
    "note_travelled",
    "offer_to",
    "planned_anew",
    "publish_plan",
    "receive_letter",
    "release_overdue",
    "reopen_letter",
    "replan",
    "restart_plan",
    "return_offer",
    "ring_unreached",
    "save_version",
    "search_of",
    "start_plan",
    "start_replan",
    "start_search",
    "still_wanted",
    "stop_plan",
    "sweep_runs",
    "sweep_searches",
    "tell_again",
    "try_classes_again",
    "undo_version",
    "use_draft",
    "went_out_last",
    "withdraw_letter",
    "withdraw_offers",
    "withdraw_request",
    "write_version",
]
