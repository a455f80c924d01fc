"""Writes of the room, by what they change."""

from outreach.registration.services.seats import (
    AlreadyBooked,
    Application,
    BookingError,
    IdempotencyConflict,
    NotOpen,
    accept_offer,
    book,
    book_once,
    cancel,
    cancel_all,
    change_capacity,
    change_contact,
    choose_messages,
    lapse_offers,
    mark_attendance,
)

__all__ = [
    "AlreadyBooked",
    "Application",
    "BookingError",
    "IdempotencyConflict",
    "NotOpen",
    "accept_offer",
    "book",
    "book_once",
    "cancel",
    "cancel_all",
    "change_capacity",
    "change_contact",
    "choose_messages",
    "lapse_offers",
    "mark_attendance",
]
