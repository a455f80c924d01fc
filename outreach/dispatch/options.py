"""Where a visit could go, and what each place costs: judged person by person. Pure.

A plan's rules, apart from who makes up a crew, bind one person at a time, and so does what travelling and load cost.
So each person's own days are checked with the visit in them, by the same `check` as everything else, and crews are put
together from those who can: hundreds of ways in the time of a few whole checks. What is chosen is checked whole again.

At a start to which nobody can come and go within the day, they are tried with a night away and from their other homes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import product

from outreach.dispatch.arrangements import arrangements
from outreach.dispatch.check import check
from outreach.dispatch.editing import put_in, take_out
from outreach.dispatch.problem import Instructor, Lock, Plan, Prior, Problem, ServedVisit, Visit, day_of
from outreach.dispatch.score import Score
from outreach.dispatch.violations import Rule, Violation

LEAD, SECOND = "lead", "second"
WITHIN_A_DAY = frozenset({Rule.WINDOW, Rule.DAY_HOURS, Rule.NO_ROUTE, Rule.TRAVEL_TIME, Rule.REST})
PAIRED = 6  # for each start, a pair is sought among this many of the cheapest for each role


@dataclass(frozen=True, slots=True)
class Option:
    """A start and a crew, the lead first, that keep every rule; what it adds to the plan's cost, road and nights."""

    start: int
    crew: tuple[str, ...]
    cost: int
    hm: int
    nights: int


@dataclass(frozen=True, slots=True)
class _Own:
    """What one person's days cost."""

    cost: int
    hm: int
    nights: int


def _own(found: Score | list[Violation]) -> _Own | None:
    if not isinstance(found, Score):
        return None
    return _Own(found.travel + found.overload + found.wish, found.hm, found.night_count)


@dataclass
class Options:
    """Every place for one visit of a plan. `problem` may hold a lock on the visit: a person decides anew here."""

    problem: Problem
    plan: Plan
    visit: str
    _wanted: Visit = field(init=False)
    _entry: ServedVisit | None = field(init=False)
    _rest: Plan = field(init=False)
    _people: dict[str, Instructor] = field(init=False)
    _now: dict[str, _Own | None] = field(init=False, default_factory=dict)
    _without: dict[str, _Own | None] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._wanted = next(v for v in self.problem.visits if v.id == self.visit)
        self._entry = next((entry for entry in self.plan.visits if entry.id == self.visit), None)
        self._rest = take_out(self.plan, self.visit)
        self._people = {person.id: person for person in self.problem.instructors}
        for name in self._entry.instructors if self._entry else ():
            self._now[name] = self._judge(name, self.plan)
            self._without[name] = self._judge(name, self._rest)

    def all(self, starts: Iterable[int] | None = None) -> list[Option]:
        """The cheapest first. For two people, the best few pairs of each start."""
        found = [option for start in (starts or self._wanted.starts) for option in self._at(start)]
        return sorted(found, key=lambda option: (option.cost, option.start, option.crew))

    def _at(self, start: int) -> list[Option]:
        return list(self._crews(start)) or list(self._crews(start, far=True))

    def _crews(self, start: int, *, far: bool = False) -> Iterator[Option]:
        leads = self._cheapest(LEAD, start, far=far)
        if self._wanted.crew == 1:
            crews: Iterable[tuple[str, ...]] = [(name,) for name in leads]
            able = leads
        else:
            seconds = self._cheapest(SECOND, start, far=far)
            crews = [pair for pair in product([*leads][:PAIRED], [*seconds][:PAIRED]) if pair[0] != pair[1]]
            able = {**leads, **seconds}
        for crew in crews:
            option = self._option(start, crew, able)
            if option:
                yield option

    def _cheapest(self, role: str, start: int, *, far: bool) -> dict[str, _Own]:
        """Who can come at that time in that role, with what their days then cost; who adds least first."""
        able = {}
        for person in self.problem.instructors:
            if any(window.day == day_of(start) for window in person.windows):
                own = self._judge(person.id, self._rest, start, role, far=far)
                if own:
                    able[person.id] = own
        return dict(sorted(able.items(), key=lambda item: (item[1].cost - self._base(item[0]).cost, item[0])))

    def _base(self, name: str) -> _Own:
        """What a person's days cost now. Whoever cannot stand even now counts as nothing."""
        if name not in self._now:
            self._now[name] = self._judge(name, self.plan)
        return self._now[name] or _Own(0, 0, 0)

    def _option(self, start: int, crew: tuple[str, ...], able: dict[str, _Own]) -> Option | None:
        leaving = [name for name in (self._entry.instructors if self._entry else ()) if name not in crew]
        after = [able[name] for name in crew] + [self._without[name] for name in leaving]
        if any(own is None for own in after):
            return None
        before = [self._base(name) for name in (*crew, *leaving)]
        cost = sum(own.cost for own in after if own) - sum(own.cost for own in before)
        cost += self._told(start, crew) - self._told_now() - (0 if self._entry else self._wanted.penalty)
        hm = sum(own.hm for own in after if own) - sum(own.hm for own in before)
        nights = sum(own.nights for own in after if own) - sum(own.nights for own in before)
        return Option(start, crew, cost, hm, nights)

    def _told(self, start: int | None, crew: tuple[str, ...]) -> int:
        """What it costs to change what people were told."""
        prior: Prior | None = next((p for p in self.problem.prior if p.visit == self.visit), None)
        if prior is None:
            return 0
        moved = 0 if prior.start == start else prior.start_cost
        return moved + prior.person_cost * len(set(prior.instructors) - set(crew))

    def _told_now(self) -> int:
        entry = self._entry
        return self._told(entry.start, entry.instructors) if entry else self._told(None, ())

    def _judge(
        self, name: str, plan: Plan, start: int | None = None, role: str = "", *, far: bool = False
    ) -> _Own | None:
        """What one person's days of `plan` cost, with the visit at `start` where that is given; None: a rule breaks.

        `far`: where it can't be done within the day, with a night away or from another home, whichever is cheapest.
        """
        person = self._people[name]
        trips = tuple(trip for trip in plan.trips if trip.instructor == name)
        stops = [stop for trip in trips for duty in trip.days for stop in duty.stops]
        entries = tuple(ServedVisit(stop.visit, stop.start, (name,), name) for stop in stops)
        alone = Plan(plan.version, trips, entries)
        visits = {stop.visit for stop in stops}
        # As the plan stands, the visit's own lock may be what lets it be there on a day that stays as it is.
        locked = visits if plan is self.plan else visits - {self.visit}
        problem = self._alone(person, visits, locked, role)
        if start is None:
            return _own(check(problem, alone))
        found = check(problem, put_in(problem, alone, self.visit, start, (name,)))
        if isinstance(found, Score) or not far or any(broken.rule not in WITHIN_A_DAY for broken in found):
            return _own(found)
        there = ServedVisit(self.visit, start, (name,), name, self._wanted.said_place(start))
        shapes = arrangements(person, trips, self.visit, start)
        tried = (_own(check(problem, Plan(plan.version, shape, (*entries, there)))) for shape in shapes)
        return min((own for own in tried if own), key=lambda own: own.cost, default=None)

    def _alone(self, person: Instructor, visits: set[str], locked: set[str], role: str) -> Problem:
        """The problem as if there were only this person and their visits, each for one; locks on `locked` hold."""
        skills = {LEAD: self._wanted.lead_skills, SECOND: self._wanted.second_skills}.get(role, ())
        return replace(
            self.problem,
            instructors=(person,),
            visits=tuple(
                replace(v, crew=1, lead_skills=skills if v.id == self.visit else (), second_skills=(), penalty=0)
                for v in self.problem.visits
                if v.id in visits or v.id == self.visit
            ),
            locks=tuple(
                Lock(lock.visit, lock.start, person.id)
                for lock in self.problem.locks
                if lock.visit in locked and person.id in (lock.lead, lock.second)
            ),
            forbidden=tuple(f for f in self.problem.forbidden if f.instructor == person.id and f.visit == self.visit),
            frozen_days=tuple(f for f in self.problem.frozen_days if f.instructor == person.id),
            prior=(),
        )
