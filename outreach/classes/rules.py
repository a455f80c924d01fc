"""What must hold for sessions. Pure: no database, no clock."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from outreach.classes.models import HELD, NATIONAL_SCHEMES, PLANNED, SessionStatus

JST = ZoneInfo("Asia/Tokyo")
S = SessionStatus
DOORS_OPEN = timedelta(hours=2)  # before the class: from then on helpers are noted as there
NEXT: dict[str, frozenset[SessionStatus]] = {
    S.DRAFT: frozenset({S.PUBLISHED, S.CANCELLED}),
    S.PUBLISHED: frozenset({S.CONFIRMED, S.CANCELLED}),
    S.CONFIRMED: frozenset({S.HELD, S.PUBLISHED, S.CANCELLED}),
    S.HELD: frozenset({S.REPORTED, S.CONFIRMED}),  # back to confirmed: attendance taken by mistake
    S.REPORTED: frozenset(),
    S.CANCELLED: frozenset(),
}


def may_follow(old: str, new: str) -> bool:
    return new in NEXT[old]


def fiscal_year_of(day: date) -> int:
    """The Japanese fiscal year: April to March."""
    return day.year if day.month >= 4 else day.year - 1


def counts_towards_target(scheme: str) -> bool:
    """独自開催 (own funds) does not count; the three national schemes do."""
    return scheme in NATIONAL_SCHEMES


def site_change(old: str, new: str) -> tuple[int, int]:
    """By how much a change of status moves a site's (planned, held) sessions."""
    return (new in PLANNED) - (old in PLANNED), (new in HELD) - (old in HELD)


@dataclass(frozen=True)
class Gauge:
    """How a session is staffed against the programme's ratio (law 3)."""

    instructors: int
    instructors_needed: int
    helpers: int
    helpers_needed: int
    helpers_needed_when_full: int

    @property
    def met(self) -> bool:
        return self.instructors_missing == 0 and self.helpers_missing == 0

    @property
    def instructors_missing(self) -> int:
        return max(0, self.instructors_needed - self.instructors)

    @property
    def helpers_missing(self) -> int:
        return max(0, self.helpers_needed - self.helpers)


def staffing_gauge(
    *, instructors: int, helpers: int, learners: int, capacity: int, instructors_needed: int, learners_per_helper: int
) -> Gauge:
    """One certified instructor, and one helper for every `learners_per_helper` learners begun; 0 asks for no helper."""

    def needed(count: int) -> int:
        return ceil(count / learners_per_helper) if learners_per_helper else 0

    return Gauge(instructors, instructors_needed, helpers, needed(learners), needed(capacity))


def staffing_due(starts_at: datetime, deadline_days: int) -> date:
    """The day by which the staff must stand, in Japan's calendar."""
    return starts_at.astimezone(JST).date() - timedelta(days=deadline_days)


def slots_of(starts_at: datetime, ends_at: datetime, slot_minutes: int) -> int:
    """コマ: units of teaching time begun between the two, at least one; the year says how long one is."""
    return max(1, ceil((ends_at - starts_at) / timedelta(minutes=slot_minutes)))


def unit_cost(yen: int, slots: int) -> int | None:
    """Yen per コマ, rounded half up; None where none was held."""
    return (yen * 2 + slots) // (slots * 2) if slots else None
