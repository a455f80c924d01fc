"""Trying a visit in a plan: first each person alone, which is quick, then the whole plan under `check`."""

from dataclasses import dataclass, replace
from itertools import product

from outreach.dispatch.arrangements import Trips, arrangements
from outreach.dispatch.check import check
from outreach.dispatch.editing import bare
from outreach.dispatch.explain.ground import Ground
from outreach.dispatch.problem import Instructor, Lock, Plan, Problem, ServedVisit, Visit, day_of
from outreach.dispatch.score import Score
from outreach.dispatch.violations import Violation

FEW = 8  # ways that are tried under the whole check before a start is given up


@dataclass(frozen=True, slots=True)
class Option:
    """One person in one role at one start: their trips then, what that adds to their own cost, or what it breaks."""

    person: str
    start: int
    trips: Trips
    added: int
    broken: tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """A whole plan that `check` accepts, with the visit in it. The lead stands first."""

    start: int
    crew: tuple[str, ...]
    plan: Plan
    score: Score
    place: str | None  # of a visit that could be at several


class Bench:
    """One visit that is tried in one plan of one problem. The plan must keep the problem's rules, or nearly."""

    def __init__(self, problem: Problem, plan: Plan, visit: str, *, like: "Bench | None" = None, but: str = "") -> None:
        """`like`: a bench of the same plan and visit, whose problem differs from this one's in person `but` alone."""
        self.problem, self.plan = problem, bare(plan)
        self.visit = next(v for v in problem.visits if v.id == visit)
        self.people = {person.id: person for person in problem.instructors}
        self._visits = {v.id: v for v in problem.visits}
        self._own: dict[str, Trips] = dict.fromkeys(self.people, ())
        for trip in plan.trips:
            self._own[trip.instructor] = (*self._own[trip.instructor], trip)
        self._frozen = {(f.instructor, f.day) for f in problem.frozen_days}
        self._barred = {f.instructor for f in problem.forbidden if f.visit == visit}
        self._options: dict[tuple[str, int, bool], Option] = {}
        self._bases: dict[str, int] = {}
        self._ground: Ground = like._ground if like else Ground(problem)
        if like:
            self._options |= {k: option for k, option in like._options.items() if k[0] != but}
            self._bases |= {name: cost for name, cost in like._bases.items() if name != but}

    def trips_of(self, name: str) -> Trips:
        return self._own[name]

    def barred(self, name: str) -> bool:
        return name in self._barred

    def frozen(self, name: str, day: int) -> bool:
        return (name, day) in self._frozen

    def skills(self, *, lead: bool) -> tuple[str, ...]:
        return self.visit.lead_skills if lead else self.visit.second_skills

    def skilled(self, name: str, day: int, *, lead: bool) -> bool:
        return all(self.people[name].holds(skill, day) for skill in self.skills(lead=lead))

    def works(self, name: str, day: int) -> bool:
        return any(window.day == day for window in self.people[name].windows)

    def reaches(self, name: str, day: int, more: int = 0) -> bool:
        """Whether there and back with the visit between fits into the person's longest stretch of that day and `more`
        minutes. Who may spend the night, or crosses water, isn't held to it. A quick look, before a way is tried."""
        person = self.people[name]
        longest = max((window.end - window.start for window in person.windows if window.day == day), default=0)
        if not longest:
            return False
        least = self._ground.there_and_back(person, self.visit, day)
        return bool(person.max_nights) or least is None or least <= min(longest, person.max_day_minutes) + more

    def option(self, name: str, start: int, *, lead: bool) -> Option:
        """The best shape in which a person can take the visit in beside what they do already."""
        known = self._options.get((name, start, lead))
        if known is None:
            known = self._options[name, start, lead] = self._best(name, start, self._own[name], lead)
        return known

    def alone(self, name: str, start: int, *, lead: bool) -> Option:
        """The same, had they nothing else to do."""
        return self._best(name, start, (), lead)

    def _best(self, name: str, start: int, own: Trips, lead: bool) -> Option:
        person = self.people[name]
        tried = [self._try(person, trips, start, lead) for trips in arrangements(person, own, self.visit.id, start)]
        return min(tried, key=lambda option: (len(option.broken), option.added))

    def _try(self, person: Instructor, trips: Trips, start: int, lead: bool) -> Option:
        found = self._judge(person, trips, lead)
        if isinstance(found, Score):
            return Option(person.id, start, trips, found.cost - self._base(person), ())
        return Option(person.id, start, trips, 0, tuple(found))

    def _base(self, person: Instructor) -> int:
        if person.id not in self._bases:
            found = self._judge(person, self._own[person.id], True)
            self._bases[person.id] = found.cost if isinstance(found, Score) else 0
        return self._bases[person.id]

    def _judge(self, person: Instructor, trips: Trips, lead: bool) -> Score | list[Violation]:
        """One person's trips by themselves, as if each visit on them were theirs alone; its skills are asked only of
        the visit that is tried. What links people is for the whole check."""
        stops = [stop for trip in trips for duty in trip.days for stop in duty.stops]
        kept = {stop.visit for stop in stops}
        named = [o for o in self.problem.locks if o.visit in kept and person.id in {o.lead, o.second}]
        places = {*person.homes, *(self._visits[stop.visit].place_at(stop.start) for stop in stops)}
        small = replace(
            self._ground.around(self.problem, places, person.mode),
            instructors=(person,),
            visits=tuple(self._single(self._visits[stop.visit], lead) for stop in stops),
            locks=tuple(Lock(lock.visit, None, person.id) for lock in named),
            forbidden=tuple(f for f in self.problem.forbidden if f.instructor == person.id),
            frozen_days=tuple(f for f in self.problem.frozen_days if f.instructor == person.id),
            prior=(),
        )
        served = tuple(ServedVisit(stop.visit, stop.start, (person.id,), person.id) for stop in stops)
        return check(small, Plan(self.problem.version, trips, served))

    def _single(self, visit: Visit, lead: bool) -> Visit:
        skills = self.skills(lead=lead) if visit.id == self.visit.id else ()
        return replace(visit, crew=1, lead_skills=skills, second_skills=(), penalty=0)

    # --- crews ------------------------------------------------------------------------------------------------------
    def feasible(self, start: int, *, lead: bool, among: frozenset[str] | None = None) -> list[Option]:
        """Who could take the role at a start, cheapest first."""
        day = day_of(start)
        names = [name for name in self.people if among is None or name in among]
        able = [n for n in names if not self.barred(n) and self.reaches(n, day) and self.skilled(n, day, lead=lead)]
        found = [option for name in able if not (option := self.option(name, start, lead=lead)).broken]
        return sorted(found, key=lambda option: (option.added, option.person))

    def crews(self, start: int, *, needing: str | None = None) -> list[tuple[int, tuple[Option, ...]]]:
        """Crews for a start by what they add, the lead first; with `needing`, only those of which that one is."""
        found: list[tuple[int, tuple[Option, ...]]]
        only = frozenset({needing}) if needing and self.visit.crew == 1 else None
        leads = self.feasible(start, lead=True, among=only)
        if self.visit.crew == 1:
            found = [(option.added, (option,)) for option in leads]
        else:
            pairs = product(leads, self.feasible(start, lead=False))
            found = [(a.added + b.added, (a, b)) for a, b in pairs if a.person != b.person]
        kept = [one for one in found if needing is None or needing in {option.person for option in one[1]}]
        return sorted(kept, key=lambda one: (one[0], tuple(option.person for option in one[1])))

    def ways(self, starts: tuple[int, ...] | None = None, *, needing: str | None = None, most: int = 1) -> list[Way]:
        """Up to `most` of the cheapest whole plans with the visit in them, each accepted by `check`."""
        asked = self.visit.starts if starts is None else starts
        crews = [(added, start, crew) for start in asked for added, crew in self.crews(start, needing=needing)]
        crews.sort(key=lambda one: (one[0], one[1], tuple(option.person for option in one[2])))
        found: list[Way] = []
        for _added, start, crew in crews[: FEW * most]:
            way = self._whole(start, crew)
            if way:
                found.append(way)
            if len(found) == most:
                break
        return sorted(found, key=lambda way: (way.score.cost, way.start, way.crew))

    def plan_with(self, start: int, crew: tuple[str, ...]) -> Plan | None:
        """The whole plan with these people there, the lead first; None: `check` refuses it.

        Each goes within the day where that can be, as a move by hand always did, else in the best shape.
        """
        options = tuple(self._by_hand(name, start, lead=number == 0) for number, name in enumerate(crew))
        way = self._whole(start, options)
        return way.plan if way else None

    def _by_hand(self, name: str, start: int, *, lead: bool) -> Option:
        person = self.people[name]
        within = self._try(person, next(arrangements(person, self._own[name], self.visit.id, start)), start, lead)
        return self.option(name, start, lead=lead) if within.broken else within

    def _whole(self, start: int, crew: tuple[Option, ...]) -> Way | None:
        names = tuple(option.person for option in crew)
        trips = [trip for trip in self.plan.trips if trip.instructor not in names]
        trips += [trip for option in crew for trip in option.trips]
        served = ServedVisit(self.visit.id, start, tuple(sorted(names)), names[0], self.visit.said_place(start))
        others = tuple(entry for entry in self.plan.visits if entry.id != self.visit.id)
        made = replace(self.plan, trips=tuple(trips), visits=(*others, served))
        score = check(self.problem, made)
        return Way(start, names, made, score, served.place) if isinstance(score, Score) else None
