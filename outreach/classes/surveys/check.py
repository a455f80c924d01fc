"""Looks over a proposal without the solver that made it (law 8): by plain loops over what stands."""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from itertools import combinations

from outreach.classes.surveys.problem import Place, Problem


class Fault(StrEnum):
    """What is wrong with a class. Those in `HARD` can't be carried out; the others someone may have agreed to."""

    TWICE_TEACHER = "twice_teacher"
    TWICE_HALL = "twice_hall"
    ROAD = "road"
    NOT_FREE = "not_free"
    HALL_TAKEN = "hall_taken"
    NOT_CERTIFIED = "not_certified"
    MISSING = "missing"
    CLOSED_DAY = "closed_day"
    NOT_SUITING = "not_suiting"
    TOO_CLOSE = "too_close"
    BUSY_WEEK = "busy_week"


HARD = frozenset(
    {Fault.TWICE_TEACHER, Fault.TWICE_HALL, Fault.ROAD, Fault.NOT_FREE, Fault.HALL_TAKEN, Fault.NOT_CERTIFIED}
)
Found = tuple[int, int, Fault]  # district, number


def check(problem: Problem, places: Iterable[Place]) -> list[Found]:
    """Every fault, by district and number, in order; [] where all is well."""
    rows = sorted(places)
    found = {*_alone(problem, rows), *_together(problem, rows), *_of_districts(problem, rows), *_weeks(problem, rows)}
    return sorted(found)


def _alone(problem: Problem, rows: list[Place]) -> Iterable[Found]:
    wants = {want.district: want for want in problem.wants}
    for row in rows:
        want, slot = wants[row.district], row.slot
        if slot.day not in problem.days:
            yield row.district, row.number, Fault.CLOSED_DAY
        if (slot.day.weekday(), slot.half) not in want.halves or slot.day in want.off:
            yield row.district, row.number, Fault.NOT_SUITING
        if (want.hall, slot) in problem.taken:
            yield row.district, row.number, Fault.HALL_TAKEN
        if (row.teacher, slot) not in problem.free:
            yield row.district, row.number, Fault.NOT_FREE
        if (row.teacher, row.district, slot) in problem.unreachable:
            yield row.district, row.number, Fault.ROAD
        if (row.teacher, want.skills[row.number - 1]) not in problem.skills:
            yield row.district, row.number, Fault.NOT_CERTIFIED


def _together(problem: Problem, rows: list[Place]) -> Iterable[Found]:
    halls = {want.district: want.hall for want in problem.wants}
    for one, other in combinations(rows, 2):
        if one.slot.day != other.slot.day:
            continue
        both = ((one.district, one.number), (other.district, other.number))
        far = {(one.district, other.district), (other.district, one.district)} & problem.far
        faults = []
        if one.teacher == other.teacher and one.slot == other.slot:
            faults.append(Fault.TWICE_TEACHER)
        elif one.teacher == other.teacher and far:
            faults.append(Fault.ROAD)
        if one.slot == other.slot and halls[one.district] == halls[other.district]:
            faults.append(Fault.TWICE_HALL)
        yield from ((*who, fault) for who in both for fault in faults)


def _of_districts(problem: Problem, rows: list[Place]) -> Iterable[Found]:
    days = {(row.district, row.number): row.slot.day for row in rows}
    for want in problem.wants:
        for number in range(1, len(want.skills) + 1):
            here, before = days.get((want.district, number)), days.get((want.district, number - 1))
            if here is None:
                yield want.district, number, Fault.MISSING
            elif before and (here - before).days < problem.gap_days:
                yield want.district, number, Fault.TOO_CLOSE


def _weeks(problem: Problem, rows: list[Place]) -> Iterable[Found]:
    held = Counter((row.teacher, row.slot.week) for row in rows)
    for row in rows:
        if held[row.teacher, row.slot.week] > problem.per_week:
            yield row.district, row.number, Fault.BUSY_WEEK
