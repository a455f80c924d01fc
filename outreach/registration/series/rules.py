"""Progress through a series, and the sessions that make one up. Pure: no database, no clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from outreach.classes.models import Session
from outreach.classes.rules import JST
from outreach.registration.models import LIVE, BookingStatus

PATIENCE = timedelta(days=21)  # how much longer someone waits for a lesson at the usual place and hour


class Standing(StrEnum):
    """How one lesson stands for one person."""

    DONE = "done"
    BOOKED = "booked"  # also on the waitlist
    MISSED = "missed"
    OPEN = "open"


@dataclass(frozen=True)
class Attempt:
    """One booking that counts: of the series, or of the same course by the same organisation (補講)."""

    course: str
    status: str
    starts_at: datetime
    booking: int = 0


@dataclass(frozen=True)
class Step:
    """One lesson of the series, in order, and what the person did about it."""

    position: int  # 1 is the first
    course: str
    standing: Standing
    attempt: Attempt | None = None


def steps_of(lessons: Sequence[str], attempts: Iterable[Attempt]) -> list[Step]:
    """Each lesson with what came of it. A course that stands twice needs two attendances.

    Lessons may be made up later, so attendance counts in whatever order it came.
    """
    left = sorted(attempts, key=lambda attempt: attempt.starts_at)
    done = _take(lessons, left, frozenset({BookingStatus.ATTENDED}))
    booked = _take(lessons, left, LIVE, but=done)
    missed = _take(lessons, left, frozenset({BookingStatus.ABSENT}), but={**done, **booked})
    found = [(Standing.DONE, done), (Standing.BOOKED, booked), (Standing.MISSED, missed)]
    return [_step(index, course, found) for index, course in enumerate(lessons)]


def _take(
    lessons: Sequence[str], left: list[Attempt], statuses: frozenset[BookingStatus], but: Iterable[int] = ()
) -> dict[int, Attempt]:
    """Give each lesson that is not yet settled the earliest attempt of its course in one of these states."""
    settled, taken = set(but), {}
    for index, course in enumerate(lessons):
        fits = (a for a in left if a.course == course and a.status in statuses)
        if index not in settled and (attempt := next(fits, None)):
            left.remove(attempt)
            taken[index] = attempt
    return taken


def _step(index: int, course: str, found: list[tuple[Standing, dict[int, Attempt]]]) -> Step:
    for standing, taken in found:
        if index in taken:
            return Step(index + 1, course, standing, taken[index])
    return Step(index + 1, course, Standing.OPEN)


def finished(steps: Sequence[Step]) -> bool:
    return bool(steps) and all(step.standing == Standing.DONE for step in steps)


def plan_lessons(lessons: Sequence[str], start: Session, sessions: Iterable[Session]) -> list[Session | None]:
    """From `start` on, the session to take for each lesson, in order; None where none is announced yet.

    Lessons before the one that `start` teaches stay None. Of several, the same room and hour as `start` is
    preferred, as long as that does not cost three weeks.
    """
    if start.course_id not in lessons:
        return [None] * len(lessons)
    first = list(lessons).index(start.course_id)
    offered = sorted(sessions, key=lambda session: (session.starts_at, session.pk))
    plan: list[Session | None] = [None] * first + [start]
    after = start.ends_at
    for course in lessons[first + 1 :]:
        chosen = _next(course, after, start, offered)
        plan.append(chosen)
        after = chosen.ends_at if chosen else after
    return plan


def _next(course: str, after: datetime, start: Session, offered: list[Session]) -> Session | None:
    fits = [s for s in offered if s.course_id == course and s.starts_at >= after]
    soon = [s for s in fits if s.starts_at <= fits[0].starts_at + PATIENCE]
    return min(soon, key=lambda s: (s.venue_id != start.venue_id, _hour(s) != _hour(start), s.starts_at), default=None)


def _hour(session: Session) -> tuple[int, int, int]:
    local = session.starts_at.astimezone(JST)
    return local.weekday(), local.hour, local.minute


def initials(kana: str) -> str:
    """ヤマダ ハナコ → ヤ．ハ．: enough to know one's own by, too little to know another's."""
    return "".join(f"{word[0]}．" for word in kana.replace("・", " ").split()[:4])
