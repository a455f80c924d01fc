"""Which role may do what, and how far a role reaches. Pure: no database, no clock."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from math import ceil


class Action(StrEnum):
    """What staff can do. Each view and API operation names one."""

    SEE_FIGURES = "see_figures"  # counts, never a person
    SEE_SESSIONS = "see_sessions"
    EDIT_SESSIONS = "edit_sessions"
    SEE_RESIDENTS = "see_residents"
    EDIT_RESIDENTS = "edit_residents"
    MAKE_CALLS = "make_calls"
    SEE_PEOPLE = "see_people"
    EDIT_PEOPLE = "edit_people"
    PLAN_DISPATCH = "plan_dispatch"
    TAKE_ATTENDANCE = "take_attendance"
    OWN_WORK = "own_work"
    EDIT_OFFICE = "edit_office"  # what an organisation is called, and how it is reached
    ADMINISTER = "administer"


A = Action
COORDINATOR_ACTIONS = frozenset(A) - {A.ADMINISTER, A.OWN_WORK}
ALLOWED: dict[str, frozenset[Action]] = {
    "ministry": frozenset({A.SEE_FIGURES}),
    "prefecture": frozenset({A.SEE_FIGURES, A.SEE_SESSIONS, A.PLAN_DISPATCH, A.SEE_PEOPLE}),
    "coordinator": COORDINATOR_ACTIONS,
    "instructor": frozenset({A.OWN_WORK, A.TAKE_ATTENDANCE}),
    "supporter": frozenset({A.OWN_WORK}),
    "administrator": frozenset(A) - {A.OWN_WORK},
}


@dataclass(frozen=True)
class Scope:
    """How far a user's permission for one action reaches. Parts add up; `nation` covers everything."""

    nation: bool = False
    prefectures: frozenset[str] = field(default_factory=frozenset)
    municipalities: frozenset[str] = field(default_factory=frozenset)
    organisations: frozenset[int] = field(default_factory=frozenset)
    person: int | None = None  # sees what this person is assigned to

    @property
    def empty(self) -> bool:
        return self == Scope()


def overlaps(start: datetime, end: datetime, other_start: datetime, other_end: datetime) -> bool:
    """Half-open: back-to-back is fine."""
    return start < other_end and other_start < end


ROAD_FACTOR = 1.35  # road over great-circle distance: an assumption, see outreach/dispatch/travel.py
ROAD_KM_PER_HOUR = 40


def travel_minutes(km: float) -> int:
    """Minutes on ordinary roads for a great-circle distance, rounded up, never down."""
    return ceil(km * ROAD_FACTOR / ROAD_KM_PER_HOUR * 60)
