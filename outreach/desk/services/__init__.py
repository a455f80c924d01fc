"""Acts that cross rooms, each in one transaction."""

from outreach.desk.services.answers import Said, finish_call_with_answers, take_answer, take_back_answer
from outreach.desk.services.bookings import (
    book_again,
    correct_name,
    note_wish,
    tell_again,
)
from outreach.desk.services.calls import finish_call, ring_instead, undo_call
from outreach.desk.services.instructors import add_instructor, coming, retire, take_up_again
from outreach.desk.services.limits import Consent, NeedsReason
from outreach.desk.services.office import OfficeError, add_sender, change_office, drop_sender
from outreach.desk.services.programmes import start_programme, tick
from outreach.desk.services.reports import Words, write_report
from outreach.desk.services.series import date_series, make_series
from outreach.desk.services.sessions import (
    assign,
    cancel_session,
    cancel_sessions,
    close_session,
    edit_session,
    merge_session,
    move_session,
    move_sessions,
    reopen_session,
    take_back_confirmation,
    tell_staff,
    told_in_time,
    what_changes,
)
from outreach.desk.services.surveys import carry_out_survey

__all__ = [
    "Consent",
    "NeedsReason",
    "OfficeError",
    "Said",
    "Words",
    "add_instructor",
    "add_sender",
    "assign",
    "book_again",
    "cancel_session",
    "cancel_sessions",
    "carry_out_survey",
    "change_office",
    "close_session",
    "coming",
    "correct_name",
    "date_series",
    "drop_sender",
    "edit_session",
    "finish_call",
    "finish_call_with_answers",
    "make_series",
    "merge_session",
    "move_session",
    "move_sessions",
    "note_wish",
    "reopen_session",
    "retire",
    "ring_instead",
    "start_programme",
    "take_answer",
    "take_back_answer",
    "take_back_confirmation",
    "take_up_again",
    "tell_again",
    "tell_staff",
    "tick",
    "told_in_time",
    "undo_call",
    "what_changes",
    "write_report",
]
