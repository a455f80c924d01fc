"""Writes of the room, by what they change."""

from outreach.classes.services.releasing import release_codes
from outreach.classes.services.sessions import (
    SessionError,
    approve_exception,
    ask_exception,
    assign,
    cancel_session,
    change_status,
    confirm_session,
    create_session,
    find_rule,
    hold_venue,
    move_session,
    publish_session,
    recount_sites,
    unassign,
)
from outreach.classes.services.tally import count_one, uncount_one

__all__ = [
    "SessionError",
    "approve_exception",
    "ask_exception",
    "assign",
    "cancel_session",
    "change_status",
    "confirm_session",
    "count_one",
    "create_session",
    "find_rule",
    "hold_venue",
    "move_session",
    "publish_session",
    "recount_sites",
    "release_codes",
    "unassign",
    "uncount_one",
]
