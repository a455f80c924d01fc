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

__all__ = [
    "SessionError",
    "approve_exception",
    "ask_exception",
    "assign",
    "cancel_session",
    "change_status",
    "confirm_session",
    "create_session",
    "find_rule",
    "hold_venue",
    "move_session",
    "publish_session",
    "recount_sites",
    "release_codes",
    "unassign",
]
