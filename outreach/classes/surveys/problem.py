"""Dates for every district with the same few teachers: the problem and its answer, as plain data. No database."""

from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum


class Half(IntEnum):
    """Half a day: at most one class a teacher and a hall."""

    MORNING = 0
    AFTERNOON = 1


@dataclass(frozen=True, order=True)
class Slot:
    day: date
    half: Half

    @property
    def week(self) -> tuple[int, int]:
        return self.day.isocalendar()[:2]


@dataclass(frozen=True)
class Want:
    """What one district asks for: its courses in order (one may stand twice), and when its people and hall can."""

    district: int
    name: str
    skills: tuple[str, ...]  # what each of its classes asks of the teacher, in order
    halves: frozenset[tuple[int, Half]]  # weekday (0 Monday) and half
    hall: int
    off: frozenset[date] = frozenset()  # a festival, a harvest


@dataclass(frozen=True)
class Problem:
    """`free`: when each teacher can; `taken`: when a hall cannot; `far`: two districts too far apart for one day."""

    days: tuple[date, ...]  # on which classes may be at all, in order
    wants: tuple[Want, ...]
    teachers: tuple[int, ...]
    skills: frozenset[tuple[int, str]]  # what a teacher may teach
    free: frozenset[tuple[int, Slot]]
    taken: frozenset[tuple[int, Slot]] = frozenset()
    unreachable: frozenset[tuple[int, int, Slot]] = frozenset()  # teacher, district: from what is engaged that day
    far: frozenset[tuple[int, int]] = frozenset()
    gap_days: int = 7  # at least, between two classes of one district
    per_week: int = 6  # at most, of one teacher


@dataclass(frozen=True, order=True)
class Place:
    """One class of the proposal. `number` 1 is the district's first."""

    slot: Slot
    district: int
    number: int
    teacher: int


class Why(StrEnum):
    """Why a district blocks. The first that applies, from what it can mend itself to what only others can."""

    NO_DAYS = "no_days"  # none of the days it gave lies in the period
    HALL = "hall"  # its hall is taken on all of them
    SKILL = "skill"  # no teacher may teach what it asks for
    TEACHERS = "teachers"  # no teacher is free on any of them
    GAP = "gap"  # there is room for fewer classes than it wants, far enough apart
    RIVALS = "rivals"  # alone it would fit, but not with these others
    UNSETTLED = "unsettled"  # none was found, and that there is none was not proved either


@dataclass(frozen=True)
class Blocked:
    """A district that cannot be served, and why; `rivals` are as few as can be: without any one of them it fits.

    Where that was too hard to settle for some of them, they stay among the rivals: together they do leave no room.
    """

    district: int
    why: Why
    rivals: tuple[int, ...] = ()


@dataclass(frozen=True)
class Proposal:
    places: tuple[Place, ...]
    blocked: tuple[Blocked, ...] = field(default=())


def slots_of(problem: Problem, want: Want) -> list[Slot]:
    """When a district's people can, in the period, whatever hall and teachers say."""
    return [
        Slot(day, half)
        for day in problem.days
        if day not in want.off
        for half in Half
        if (day.weekday(), half) in want.halves
    ]


def fits(problem: Problem, want: Want, number: int, slot: Slot, teacher: int) -> bool:
    """May this teacher hold this class of the district then, whatever else is held? Days and hall are asked before."""
    return (
        (teacher, want.skills[number - 1]) in problem.skills
        and (teacher, slot) in problem.free
        and (teacher, want.district, slot) not in problem.unreachable
    )


def why_alone(problem: Problem, want: Want) -> Why | None:
    """Why a district could not even be served if it were the only one; None where it could."""
    days = slots_of(problem, want)
    if not days:
        return Why.NO_DAYS
    open_hall = [slot for slot in days if (want.hall, slot) not in problem.taken]
    if not open_hall:
        return Why.HALL
    if any(all((t, skill) not in problem.skills for t in problem.teachers) for skill in want.skills):
        return Why.SKILL
    held = [_days_held(problem, want, number, open_hall) for number in range(1, len(want.skills) + 1)]
    if not all(held):
        return Why.TEACHERS
    return None if _far_enough(held, problem.gap_days) else Why.GAP


def _days_held(problem: Problem, want: Want, number: int, slots: list[Slot]) -> list[date]:
    """On which days that class of the district could be held."""
    return [s.day for s in slots if any(fits(problem, want, number, s, t) for t in problem.teachers)]


def _far_enough(held: list[list[date]], gap_days: int) -> bool:
    """The earliest day for each class in turn, `gap_days` after the one before: the best there is."""
    after: date | None = None
    for days in held:
        later = (day for day in sorted(days) if after is None or (day - after).days >= gap_days)
        after = next(later, None)
        if after is None:
            return False
    return True
