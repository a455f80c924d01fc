"""Writes of the room, by what they change."""

from outreach.people.services.calendars import forget_busy, import_busy, make_feed, revoke_feed
from outreach.people.services.hours import add_exception, set_week
from outreach.people.services.joining import (
    JoiningError,
    accept,
    apply_to_help,
    confirm_guardian,
    decline,
    insure,
    open_account,
    plan_interview,
)
from outreach.people.services.leaving import FORGOTTEN, OTHER_ROLES, forget_people, leave
from outreach.people.services.ledger import PersonBusy, engage, release
from outreach.people.services.qualifications import QualificationError, record_qualification, warning_stage
from outreach.people.services.training import TrainingError, enrol, give_up, mark_training

__all__ = [
    "FORGOTTEN",
    "OTHER_ROLES",
    "JoiningError",
    "PersonBusy",
    "QualificationError",
    "TrainingError",
    "accept",
    "add_exception",
    "apply_to_help",
    "confirm_guardian",
    "decline",
    "engage",
    "enrol",
    "forget_busy",
    "forget_people",
    "give_up",
    "import_busy",
    "insure",
    "leave",
    "make_feed",
    "mark_training",
    "open_account",
    "plan_interview",
    "record_qualification",
    "release",
    "revoke_feed",
    "set_week",
    "warning_stage",
]
