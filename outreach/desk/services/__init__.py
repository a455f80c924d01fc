"""Acts that cross rooms, each in one transaction."""

from outreach.desk.services.bookings import (
    application_of,
    book_again,
    correct_name,
    move_booking,
    note_wish,
    tell_again,
)
from outreach.desk.services.calls import ring_instead, undo_call
from outreach.desk.services.sessions import (
    assign,
    cancel_session,
    close_session,
    edit_session,
    merge_session,
    move_session,
    reopen_session,
    report_session,
    take_back_confirmation,
    what_changes,
)

__all__ = [
    "application_of",
    "assign",
    "book_again",
    "cancel_session",
    "close_session",
    "correct_name",
    "edit_session",
    "merge_session",
    "move_booking",
    "move_session",
    "note_wish",
    "reopen_session",
    "report_session",
    "ring_instead",
    "take_back_confirmation",
    "tell_again",
    "undo_call",
    "what_changes",
]
