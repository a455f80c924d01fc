"""Writes of the room, by what they change."""

from outreach.registration.services.answers import ask_answers, note_answer
from outreach.registration.services.changing import NoSeat, application_of, change_class, change_contact
from outreach.registration.services.checkins import Scan, check_in_by_poster, check_in_by_slip, confirm_arrivals
from outreach.registration.services.enquiries import (
    EnquiryError,
    answer_enquiry,
    ask,
    drop_enquiry,
    end_of,
    once_a_day,
    reopen_enquiry,
    word_enquiry,
)
from outreach.registration.services.groups import SeatsChanged, book_group, book_group_once
from outreach.registration.services.points import (
    PointsError,
    export_points,
    give_points,
    reverse_points,
    set_award,
)
from outreach.registration.services.seats import (
    Application,
    accept_offer,
    book,
    book_once,
    cancel,
    cancel_all,
    change_capacity,
    choose_messages,
    lapse_offers,
    mark_attendance,
)
from outreach.registration.services.series import (
    enrol,
    first_of,
    issue_certificate,
    note_subsidy,
    restore_certificate,
    revoke_certificate,
)
from outreach.registration.services.steps import AlreadyBooked, BookingError, IdempotencyConflict, NotOpen
from outreach.registration.services.waitlist import Turn, give_seat, put_in_queue, queue_of, turn_of

__all__ = [
    "AlreadyBooked",
    "Application",
    "BookingError",
    "EnquiryError",
    "IdempotencyConflict",
    "NoSeat",
    "NotOpen",
    "PointsError",
    "Scan",
    "SeatsChanged",
    "Turn",
    "accept_offer",
    "answer_enquiry",
    "application_of",
    "ask",
    "ask_answers",
    "book",
    "book_group",
    "book_group_once",
    "book_once",
    "cancel",
    "cancel_all",
    "change_capacity",
    "change_class",
    "change_contact",
    "check_in_by_poster",
    "check_in_by_slip",
    "choose_messages",
    "confirm_arrivals",
    "drop_enquiry",
    "end_of",
    "enrol",
    "export_points",
    "first_of",
    "give_points",
    "give_seat",
    "issue_certificate",
    "lapse_offers",
    "mark_attendance",
    "note_answer",
    "note_subsidy",
    "once_a_day",
    "put_in_queue",
    "queue_of",
    "reopen_enquiry",
    "restore_certificate",
    "reverse_points",
    "revoke_certificate",
    "set_award",
    "turn_of",
    "word_enquiry",
]
