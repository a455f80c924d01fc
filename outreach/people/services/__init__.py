"""Writes of the room, by what they change."""

from outreach.people.services.ledger import PersonBusy, engage, release

__all__ = [
    "PersonBusy",
    "engage",
    "release",
]
