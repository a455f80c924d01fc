"""A day drawn as a bar on the coordinator's table: the road, the sea, the visits, the nights before and after."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from outreach.dispatch.building import minute_of
from outreach.dispatch.models import Trip, Visit
from outreach.dispatch.problem import DAY_MINUTES

AXIS = (5 * 60, 22 * 60)  # minutes of the day that a bar shows
# Marks over a day's bar, each hour; long at six, noon and six.
TICKS = [{"x": hour * 60 - AXIS[0], "long": hour % 6 == 0} for hour in range(AXIS[0] // 60 + 1, AXIS[1] // 60)]


@dataclass(frozen=True)
class Piece:
    """Part of a day's bar: where it begins and how long it is, in minutes of the axis."""

    kind: str  # road, ferry, wait, visit, night
    x: int
    width: int


def pieces_of(trip: Trip, visits: Iterable[Visit], first: date, *, from_inn: bool = False) -> list[Piece]:
    """The bar of a day: the whole duty, each way, each visit, and the nights spent away before and after it.

    `from_inn`: the night before was spent on the way, so that the bars of a trip of several days join.
    """
    midnight = (trip.day - first).days * DAY_MINUTES
    spans = [("wait", minute_of(trip.leaves_at, first), minute_of(trip.back_at, first))]
    spans += [("ferry" if leg[3] else "road", leg[0], leg[1]) for leg in trip.legs]
    spans += [("visit", minute_of(visit.starts_at, first), minute_of(visit.ends_at, first)) for visit in visits]
    if from_inn:
        spans.append(("night", midnight + AXIS[0], minute_of(trip.leaves_at, first)))
    if trip.overnight:
        spans.append(("night", minute_of(trip.back_at, first), midnight + AXIS[1]))
    return [piece for kind, start, end in spans if (piece := _piece(kind, start - midnight, end - midnight))]


def _piece(kind: str, start: int, end: int) -> Piece | None:
    left, right = max(start, AXIS[0]), min(end, AXIS[1])
    return Piece(kind, left - AXIS[0], right - left) if left < right else None


def hand_at(now: datetime) -> int | None:
    """Where the line of this moment stands on today's bars; None outside the hours that they show."""
    local = timezone.localtime(now)
    minute = local.hour * 60 + local.minute
    return minute - AXIS[0] if AXIS[0] <= minute < AXIS[1] else None
