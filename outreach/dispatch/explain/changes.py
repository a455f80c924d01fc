"""What could be changed so that a visit is served, each as a change of the problem. Nothing here says that it works."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from outreach.dispatch.problem import (
    DAY_MINUTES,
    MAX_STARTS,
    Elsewhere,
    Instructor,
    Problem,
    Qualification,
    Visit,
    Window,
    day_of,
)

NEWCOMER = "new-"  # how the ids of instructors begin who don't exist yet
LONG_DAY = (7 * 60, 21 * 60 + 30)
LATEST, EARLIEST = 23 * 60, 5 * 60


class Kind(StrEnum):
    PUT_IN = "put-in"  # nothing stands in the way: put it in, at what it costs
    OPENING = "opening"  # one more start at a venue of the visit's
    SESSIONS = "sessions"  # one session a day more for someone
    HOURS = "hours"  # more hours on one day for someone
    UNLOCK = "unlock"  # a visit or a day that was locked
    FERRY = "ferry"
    DAY = "day"  # a day off worked
    NIGHT = "night"
    SKILL = "skill"  # someone gets certified
    NEWCOMER = "newcomer"


# What asking for it takes, least first: what the office decides by itself, what the venue is asked, what a person is
# asked beyond their limits, what takes weeks. Between two of a kind the cheaper plan wins.
PRICE: dict[Kind, int] = {
    Kind.PUT_IN: 0,
    Kind.UNLOCK: 1,
    Kind.OPENING: 3,
    Kind.SESSIONS: 5,
    Kind.HOURS: 5,
    Kind.FERRY: 7,
    Kind.DAY: 8,
    Kind.NIGHT: 9,
    Kind.SKILL: 12,
    Kind.NEWCOMER: 15,
}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to change. Which fields count depends on `kind`; `more` is added to the kind's price."""

    kind: Kind
    person: str | None = None
    start: int | None = None  # a new start, or one on the day that is meant
    minutes: int = 0
    skill: str | None = None
    place: str | None = None  # a newcomer's home, or the venue to ask, of several
    hm: int = 0  # a newcomer's road to the venue
    other: str | None = None  # the visit to unlock
    count: int = 1  # newcomers
    more: int = 0

    @property
    def price(self) -> int:
        return PRICE[self.kind] + self.more

    @property
    def day(self) -> int | None:
        return None if self.start is None else day_of(self.start)


def applied(problem: Problem, change: Change, visit: str) -> Problem:
    """The problem as it would be."""
    return APPLY[change.kind](problem, change, visit)


def _same(problem: Problem, change: Change, visit: str) -> Problem:
    return problem


def _visit(problem: Problem, visit: str, new: Callable[[Visit], Visit]) -> Problem:
    return replace(problem, visits=tuple(new(v) if v.id == visit else v for v in problem.visits))


def _person(problem: Problem, name: str | None, new: Callable[[Instructor], Instructor]) -> Problem:
    return replace(problem, instructors=tuple(new(p) if p.id == name else p for p in problem.instructors))


def _opening(problem: Problem, change: Change, visit: str) -> Problem:
    start = change.start or 0

    def more(v: Visit) -> Visit:
        kept = v.starts if len(v.starts) < MAX_STARTS else v.starts[: MAX_STARTS - 1]
        elsewhere = tuple(other for other in v.elsewhere if other.start in kept and other.start != start)
        elsewhere += placed(v, change.place or v.place, (start,))
        return replace(v, starts=tuple(sorted({*kept, start})), elsewhere=elsewhere)

    return _visit(problem, visit, more)


def placed(visit: Visit, place: str, starts: Iterable[int]) -> tuple[Elsewhere, ...]:
    """What says that these starts are at that venue of the visit's, at the price of its wish."""
    prices = {other.place: other.cost for other in visit.elsewhere}
    return () if place == visit.place else tuple(Elsewhere(start, place, prices[place]) for start in starts)


def _sessions(problem: Problem, change: Change, visit: str) -> Problem:
    return _person(problem, change.person, lambda p: replace(p, max_day_sessions=p.max_day_sessions + change.minutes))


def _hours(problem: Problem, change: Change, visit: str) -> Problem:
    """Longer on that day, at either end; the day's and the week's limits rise by as much."""
    day, by = change.day or 0, change.minutes

    def longer(p: Instructor) -> Instructor:
        windows = tuple(_longer(w, by) if w.day == day else w for w in p.windows)
        week = problem.horizon.week_of(day)
        caps = tuple(cap + by if n == week else cap for n, cap in enumerate(p.week_minutes))
        day_cap = min(DAY_MINUTES, p.max_day_minutes + by)
        return replace(p, windows=_apart(windows), week_minutes=caps, max_day_minutes=day_cap)

    return _person(problem, change.person, longer)


def _longer(window: Window, by: int) -> Window:
    base = window.day * DAY_MINUTES
    start = min(window.start, max(base + EARLIEST, window.start - by))
    return Window(start, max(window.end, min(base + LATEST, window.end + by)))


def _apart(windows: tuple[Window, ...]) -> tuple[Window, ...]:
    """Two windows of a day that now touch become one."""
    joined: list[Window] = []
    for window in sorted(windows, key=lambda w: w.start):
        if joined and joined[-1].day == window.day and window.start <= joined[-1].end:
            joined[-1] = Window(joined[-1].start, max(joined[-1].end, window.end))
        else:
            joined.append(window)
    return tuple(joined)


def _unlock(problem: Problem, change: Change, visit: str) -> Problem:
    if change.other:
        return replace(problem, locks=tuple(lock for lock in problem.locks if lock.visit != change.other))
    kept = tuple(f for f in problem.frozen_days if (f.instructor, f.day) != (change.person, change.day))
    return replace(problem, frozen_days=kept)


def _ferry(problem: Problem, change: Change, visit: str) -> Problem:
    return _person(problem, change.person, lambda p: replace(p, ferries=True))


def _day(problem: Problem, change: Change, visit: str) -> Problem:
    """A usual working day, long enough for an evening where the visit is one."""
    v = next(one for one in problem.visits if one.id == visit)
    start = change.start or 0
    base = day_of(start) * DAY_MINUTES
    window = Window(base + 8 * 60, max(base + 18 * 60, min(base + LATEST, v.ends(start) + 2 * 60)))

    def works(p: Instructor) -> Instructor:
        return replace(p, windows=tuple(sorted((*p.windows, window), key=lambda w: w.start)))

    return _person(problem, change.person, works)


def _night(problem: Problem, change: Change, visit: str) -> Problem:
    """Nights before and after that day, each where the person works on both its days."""
    day = change.day or 0

    def away(p: Instructor) -> Instructor:
        worked = {window.day for window in p.windows}
        nights = {night for night in (day - 1, day) if night >= 0 and {night, night + 1} <= worked}
        return replace(p, nights=tuple(sorted({*p.nights, *nights})), max_nights=max(p.max_nights, change.count))

    return _person(problem, change.person, away)


def _skill(problem: Problem, change: Change, visit: str) -> Problem:
    held = Qualification(change.skill or "", 0, problem.horizon.days - 1)
    return _person(problem, change.person, lambda p: replace(p, skills=(*p.skills, held)))


def _newcomer(problem: Problem, change: Change, visit: str) -> Problem:
    """Certified for all that the visit asks, by car, from a home in the same land, free all day, no nights."""
    v = next(one for one in problem.visits if one.id == visit)
    last = problem.horizon.days - 1
    days = sorted({day_of(start) for start in v.starts})
    skills = dict.fromkeys((*v.lead_skills, *v.second_skills))
    made = tuple(
        Instructor(
            id=f"{NEWCOMER}{number}",
            mode="car",
            homes=(change.place or v.place,),
            skills=tuple(Qualification(skill, 0, last) for skill in skills),
            windows=tuple(Window(day * DAY_MINUTES + LONG_DAY[0], day * DAY_MINUTES + LONG_DAY[1]) for day in days),
            nights=(),
            max_nights=0,
            max_day_minutes=600,
            max_day_sessions=max(3, v.sessions),
            week_minutes=(2400,) * problem.horizon.weeks,
            rest_minutes=660,
            ferries=False,
            target_minutes=1680,
        )
        for number in range(1, change.count + 1)
    )
    return replace(problem, instructors=(*problem.instructors, *made))


APPLY: dict[Kind, Callable[[Problem, Change, str], Problem]] = {
    Kind.PUT_IN: _same,
    Kind.OPENING: _opening,
    Kind.SESSIONS: _sessions,
    Kind.HOURS: _hours,
    Kind.UNLOCK: _unlock,
    Kind.FERRY: _ferry,
    Kind.DAY: _day,
    Kind.NIGHT: _night,
    Kind.SKILL: _skill,
    Kind.NEWCOMER: _newcomer,
}
