"""Writes of the room, by what they change."""

from outreach.people.services.hours import add_exception, set_week
from outreach.people.services.ledger import PersonBusy, engage, release

__all__ = [
    "PersonBusy",
    "add_exception",
    "engage",
    "release",
    "set_week",
]
