"""The cheapest changes that would serve a visit: each is applied, solved again, and kept only if `check` then accepts a
plan that serves this visit and every one that was served before."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from outreach.dispatch.editing import judge, take_out
from outreach.dispatch.explain.bench import Bench, Way
from outreach.dispatch.explain.changes import NEWCOMER, Change, Kind, applied, placed
from outreach.dispatch.problem import DAY_MINUTES, MAX_STARTS, Lock, Plan, Problem, day_of
from outreach.dispatch.rules import spread
from outreach.dispatch.score import Score
from outreach.dispatch.solvers import solver
from outreach.dispatch.solvers.base import NoPlanError
from outreach.dispatch.violations import Rule

NEVER: Mapping[str, frozenset[int]] = {}
MOST_STARTS_TRIED = 24  # of one sort, spread over the days
SHOWN = 3  # changes of different kinds
HOURS = (60, 120, 180)
NEAR_HM = 600  # 60 km of road
DAY_CLOCK, EVENING_CLOCK = (570, 600, 660, 780, 810, 870, 930), (1080, 1110)
SATURDAY, SUNDAY = 5, 6
UNTEACHABLE = frozenset({"woman"})
LONGER = {Rule.WINDOW, Rule.DAY_HOURS, Rule.WEEK_HOURS}
AWAY = LONGER | {Rule.REST, Rule.NO_ROUTE, Rule.MAX_NIGHTS, Rule.NIGHT_UNAVAILABLE, Rule.TRAVEL_TIME}


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change that works: the plan that shows it, and what it costs beyond the plan of now (less is better)."""

    change: Change
    way: Way
    problem: Problem
    extra: int

    @property
    def plan(self) -> Plan:
        return self.way.plan


def remedies(
    problem: Problem,
    plan: Plan,
    visit: str,
    *,
    base: int,
    closed: Mapping[str, frozenset[int]] = NEVER,
    engaged: frozenset[tuple[str, int]] = frozenset(),
    most: int = SHOWN,
    stop: Callable[[], bool] = lambda: False,
) -> list[Remedy]:
    """Up to `most` changes of different kinds, cheapest first.

    `base`: what the plan costs as it is. `closed`: by venue, days on which it said that it is shut.
    `engaged`: people and days on which they are promised elsewhere, and so cannot be asked for more.
    """
    search = _Search(problem, plan, visit, base, closed, engaged, stop)
    found: list[Remedy] = []
    for kind in search.kinds():
        if len(found) >= most or stop():
            break
        best = min(kind(), key=lambda one: (one.change.price, one.extra), default=None)
        if best:
            found.append(best)
    if not found and stop():  # the clock ran out on what is harder to try than this
        search.stop = lambda: False
        found = list(search.newcomer())
    return sorted(found, key=lambda one: (one.change.price, one.extra))


def solve_again(remedy: Remedy, visit: str, *, seconds: float, stop: Callable[[], bool] = lambda: False) -> Plan | None:
    """The changed problem answered anew by the solver, this visit being served for certain; None if it finds nothing
    in `seconds` that `check` accepts. What stands in `remedy.plan` was found by insertion, and needs no such luck."""
    locks = tuple(lock for lock in remedy.problem.locks if lock.visit != visit)
    asked = replace(remedy.problem, locks=(*locks, Lock(visit)))
    try:
        plan = solver("best").solve(asked, seconds=seconds, should_stop=stop)
    except NoPlanError:
        return None
    return plan if isinstance(judge(remedy.problem, plan), Score) else None


class _Search:
    def __init__(
        self,
        problem: Problem,
        plan: Plan,
        visit: str,
        base: int,
        closed: Mapping[str, frozenset[int]],
        engaged: frozenset[tuple[str, int]],
        stop: Callable[[], bool],
    ) -> None:
        self.engaged = engaged
        self.stop = stop
        self.problem, self.plan, self.visit, self.base, self.closed = problem, plan, visit, base, closed
        self.bench = Bench(problem, plan, visit)
        self.wanted = self.bench.visit
        self.land = {place.id: place.island for place in problem.places}
        self.row = {place.id: row for row, place in enumerate(problem.places)}

    def kinds(self) -> tuple[Callable[[], Iterator[Remedy]], ...]:
        """In order of what asking takes."""
        return (
            self.put_in, self.unlock, self.opening, self.sessions, self.hours,
            self.ferry, self.day, self.night, self.skill, self.newcomer,
        )  # fmt: skip

    def _remedy(self, change: Change, problem: Problem, way: Way) -> Remedy:
        return Remedy(change, way, problem, way.score.cost - self.base)

    def _by(self, change: Change, *, starts: tuple[int, ...] | None = None) -> Remedy | None:
        """Apply a change to one person, and have them in the crew. Nothing once the search is told to stop."""
        if self.stop():
            return None
        changed = applied(self.problem, change, self.visit)
        bench = Bench(changed, self.plan, self.visit, like=self.bench, but=change.person or "")
        ways = bench.ways(starts, needing=change.person)
        return self._remedy(change, changed, ways[0]) if ways else None

    # --- what the office decides ------------------------------------------------------------------------------------
    def put_in(self) -> Iterator[Remedy]:
        for way in self.bench.ways():
            yield self._remedy(Change(Kind.PUT_IN, person=way.crew[0], start=way.start), self.problem, way)

    def unlock(self) -> Iterator[Remedy]:
        for lock in self.problem.locks:
            if remedy := self._around(lock.visit):
                yield remedy
        for frozen in self.problem.frozen_days:
            on_day = tuple(start for start in self.wanted.starts if day_of(start) == frozen.day)
            if on_day:
                change = Change(Kind.UNLOCK, person=frozen.instructor, start=on_day[0])
                if remedy := self._by(change, starts=on_day):
                    yield remedy

    def _around(self, other: str) -> Remedy | None:
        """Take a locked visit out, put this one in, and find the other a new place."""
        if other not in {entry.id for entry in self.plan.visits}:
            return None
        change = Change(Kind.UNLOCK, other=other)
        changed = applied(self.problem, change, self.visit)
        bench = Bench(changed, take_out(self.plan, other), self.visit)
        for way in bench.ways(most=3):
            again = Bench(changed, way.plan, other).ways()
            if again:
                return self._remedy(change, changed, replace(way, plan=again[0].plan, score=again[0].score))
        return None

    # --- what the venue is asked ------------------------------------------------------------------------------------
    def opening(self) -> Iterator[Remedy]:
        """One more start at any venue of the visit's: on a day that is open there, then another weekday, an evening, a
        Saturday. The venue that makes the cheapest plan is named."""
        venues = list(dict.fromkeys((self.wanted.place, *(other.place for other in self.wanted.elsewhere))))
        for more, asked in enumerate(zip(*(self._new_starts(venue) for venue in venues), strict=True)):
            tried = [
                self._at_one_of(venue, starts[n : n + MAX_STARTS], more)
                for venue, starts in zip(venues, asked, strict=True)
                for n in range(0, len(starts), MAX_STARTS)
            ]
            if found := [remedy for remedy in tried if remedy]:
                yield min(found, key=lambda one: one.extra)
                return

    def _at_one_of(self, venue: str, starts: list[int], more: int) -> Remedy | None:
        if self.stop():
            return None
        there = placed(self.wanted, venue, starts)
        changed = replace(self.wanted, starts=tuple(sorted(starts)), elsewhere=there)
        others = tuple(changed if v.id == self.visit else v for v in self.problem.visits)
        ways = Bench(replace(self.problem, visits=others), self.plan, self.visit).ways()
        if not ways:
            return None
        change = Change(Kind.OPENING, start=ways[0].start, place=venue if self.wanted.elsewhere else None, more=more)
        asked = applied(self.problem, change, self.visit)
        proof = Bench(asked, self.plan, self.visit).ways((ways[0].start,))
        return self._remedy(change, asked, proof[0]) if proof else None

    def _new_starts(self, venue: str) -> Iterator[list[int]]:
        """What the venue is asked for, each sort harder to have than the one before."""
        open_days = {day_of(start) for start in self.wanted.starts if self.wanted.place_at(start) == venue}
        closed = self.closed.get(venue, frozenset())
        days = [d for d in range(self.problem.horizon.days) if d not in closed and self._weekday(d) != SUNDAY]
        known = set(self.wanted.starts)

        def at(chosen: list[int], clock: tuple[int, ...]) -> list[int]:
            found = [day * DAY_MINUTES + minute for day in chosen for minute in clock]
            return spread([start for start in found if start not in known], MOST_STARTS_TRIED)

        week = [day for day in days if self._weekday(day) < SATURDAY]
        yield at([day for day in days if day in open_days], DAY_CLOCK)
        yield at([day for day in week if day not in open_days], DAY_CLOCK)
        yield at(week, EVENING_CLOCK)
        yield at([day for day in days if self._weekday(day) == SATURDAY and day not in open_days], DAY_CLOCK)

    def _weekday(self, day: int) -> int:
        return (date.fromisoformat(self.problem.horizon.start).weekday() + day) % 7

    # --- what a person is asked -------------------------------------------------------------------------------------
    def _able(self, start: int) -> list[str]:
        """Who has the skills of any role on that day and may come."""
        day = day_of(start)
        roles = (True,) if self.wanted.crew == 1 else (True, False)
        return [
            name
            for name in self.bench.people
            if not self.bench.barred(name) and any(self.bench.skilled(name, day, lead=lead) for lead in roles)
        ]

    def _free(self, start: int) -> list[str]:
        """Of these, who is promised nowhere else on that day: only they can be asked for more of it."""
        return [name for name in self._able(start) if (name, day_of(start)) not in self.engaged]

    def _breaks(self, name: str, starts: tuple[int, ...], rules: set[Rule]) -> bool:
        """Whether one of these rules stands in this person's way at one of the starts: else lifting it is no help."""
        roles = (True,) if self.wanted.crew == 1 else (True, False)
        tried = (self.bench.option(name, start, lead=lead) for start in starts for lead in roles)
        return any(violation.rule in rules for option in tried for violation in option.broken)

    def _days(self) -> Iterator[tuple[int, tuple[int, ...]]]:
        for day in sorted({day_of(start) for start in self.wanted.starts}):
            yield day, tuple(start for start in self.wanted.starts if day_of(start) == day)

    def sessions(self) -> Iterator[Remedy]:
        for _day, starts in self._days():
            for name in self._able(starts[0]):
                if self._breaks(name, starts, {Rule.DAY_SESSIONS}):
                    more = Change(Kind.SESSIONS, person=name, start=starts[0], minutes=self.wanted.sessions)
                    if remedy := self._by(more, starts=starts):
                        yield remedy

    def hours(self) -> Iterator[Remedy]:
        for rank, minutes in enumerate(HOURS):
            found = [
                remedy
                for day, starts in self._days()
                for name in self._free(starts[0])
                if self.bench.reaches(name, day, minutes) and self._breaks(name, starts, LONGER)
                if (remedy := self._by(Change(Kind.HOURS, name, starts[0], minutes, more=rank), starts=starts))
            ]
            if found:
                yield from found
                return

    def ferry(self) -> Iterator[Remedy]:
        for name, person in self.bench.people.items():
            if person.ferries or not self._breaks(name, self.wanted.starts, {Rule.FERRY_REFUSED}):
                continue
            if remedy := self._by(Change(Kind.FERRY, name)):
                yield remedy

    def day(self) -> Iterator[Remedy]:
        for day, starts in self._days():
            for name in self._free(starts[0]):
                if self.bench.works(name, day):
                    continue
                if remedy := self._by(Change(Kind.DAY, name, starts[0]), starts=starts):
                    yield remedy

    def night(self) -> Iterator[Remedy]:
        for count in (1, 2):
            found = [
                remedy
                for _day, starts in self._days()
                for name in self._free(starts[0])
                if self._breaks(name, starts, AWAY)
                if (remedy := self._by(Change(Kind.NIGHT, name, starts[0], count=count, more=count - 1), starts=starts))
            ]
            if found:
                yield from found
                return

    def skill(self) -> Iterator[Remedy]:
        """One skill more for one person, who then goes."""
        wanted = dict.fromkeys((*self.wanted.lead_skills, *self.wanted.second_skills))
        last = self.problem.horizon.days - 1
        for name, person in self.bench.people.items():
            lacking = [skill for skill in wanted if not all(person.holds(skill, day) for day in (0, last))]
            if len(lacking) != 1 or lacking[0] in UNTEACHABLE or self.bench.barred(name):
                continue
            if remedy := self._by(Change(Kind.SKILL, name, skill=lacking[0])):
                yield remedy

    # --- what takes weeks -------------------------------------------------------------------------------------------
    def newcomer(self) -> Iterator[Remedy]:
        """As far off as it still works, within 60 km: so that the search for one is as wide as can be."""
        for count in range(1, self.wanted.crew + 1):
            for place, hm in self._homes():
                change = Change(Kind.NEWCOMER, f"{NEWCOMER}1", place=place, hm=hm, count=count, more=(count - 1) * 5)
                if remedy := self._by(change):
                    yield remedy
                    return

    def _homes(self) -> list[tuple[str, int]]:
        """Places on the same land within 60 km of road, one in each ten, farthest first; the venue itself last.

        Of several venues, the one wished for most that is open at all.
        """
        venue = self.wanted.place_at(min(self.wanted.starts, key=self.wanted.cost_at))
        travel = next((t for t in self.problem.travel if t.mode == "car"), self.problem.travel[0])
        here = self.row[venue]
        known = [
            (place.id, max(travel.hm[row][here], travel.hm[here][row]))
            for place, row in zip(self.problem.places, range(len(self.problem.places)), strict=True)
            if self.land[place.id] == self.land[venue]
        ]
        steps: dict[int, tuple[str, int]] = {}
        for name, hm in sorted(known, key=lambda one: (-one[1], one[0])):
            if 0 < hm <= NEAR_HM:
                steps.setdefault(hm // 100, (name, hm))
        return [*steps.values(), (venue, 0)]
