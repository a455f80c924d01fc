"""Why nobody serves a visit: what stands in each person's way, the least of it over all starts."""

from collections import Counter
from dataclasses import dataclass
from enum import IntEnum

from outreach.dispatch.explain.bench import Bench, Option
from outreach.dispatch.problem import Plan, Problem, day_of
from outreach.dispatch.violations import Rule


class Why(IntEnum):
    """What stands in a person's way, from least to most."""

    NOTHING = 0  # could go: the plan leaves it for its cost, or was stopped before it got there
    PARTNER = 1  # could go, but nobody can come along as the second
    BUSY = 2  # other visits take up the time
    WEEK = 3  # the week's hours are used up
    LOCKED = 4  # the day is locked, or what fills it is
    REACH = 5  # there and back does not fit into a day, even an empty one
    FERRY = 6  # takes no ferry, or none sails in time
    OFF = 7  # doesn't work on any of the days
    DECLINED = 8
    SKILL = 9


@dataclass(frozen=True, slots=True)
class Hindrance:
    """`broken`: the rules that the nearest way would break."""

    person: str
    why: Why
    start: int | None
    broken: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Everyone's hindrance, least first. `missing`: skills that nobody holds. `extra`: what the cheapest way costs
    beyond the penalty for leaving the visit out, where there is a way."""

    visit: str
    people: tuple[Hindrance, ...]
    missing: tuple[str, ...]
    extra: int | None = None

    @property
    def counts(self) -> dict[Why, int]:
        return dict(sorted(Counter(one.why for one in self.people).items()))


def diagnose(problem: Problem, plan: Plan, visit: str, *, base: int) -> Diagnosis:
    """Look at everyone at every start. `base`: what the plan costs as it is."""
    bench = Bench(problem, plan, visit)
    ways = bench.ways()
    served = bool(ways)
    people = [_nearest(bench, name, bench.visit.starts, served=served) for name in bench.people]
    wanted = {*bench.visit.lead_skills, *bench.visit.second_skills}
    days = {day_of(start) for start in bench.visit.starts}
    held = {skill for person in problem.instructors for skill in wanted for day in days if person.holds(skill, day)}
    return Diagnosis(
        visit=visit,
        people=tuple(sorted(people, key=lambda one: (one.why, one.person))),
        missing=tuple(sorted(wanted - held)),
        extra=ways[0].score.cost - base if ways else None,
    )


def hindrances(bench: Bench, starts: tuple[int, ...], *, leaving_out: set[str]) -> tuple[Hindrance, ...]:
    """What stands in the way of everyone else at some starts, least first."""
    people = [_nearest(bench, name, starts, served=True) for name in bench.people if name not in leaving_out]
    return tuple(sorted(people, key=lambda one: (one.why, one.person)))


def _nearest(bench: Bench, name: str, starts: tuple[int, ...], *, served: bool) -> Hindrance:
    roles = [True] if bench.visit.crew == 1 else [True, False]
    tried = [_at(bench, name, start, lead, served) for start in starts for lead in roles]
    return min(tried, key=lambda one: (one.why, len(one.broken)), default=Hindrance(name, Why.OFF, None))


def _at(bench: Bench, name: str, start: int, lead: bool, served: bool) -> Hindrance:
    day = day_of(start)
    if not bench.skilled(name, day, lead=lead):
        return Hindrance(name, Why.SKILL, start)
    if bench.barred(name):
        return Hindrance(name, Why.DECLINED, start)
    if not bench.works(name, day):
        return Hindrance(name, Why.OFF, start)
    if bench.frozen(name, day):
        return Hindrance(name, Why.LOCKED, start)
    option = bench.option(name, start, lead=lead)
    if not option.broken:
        return Hindrance(name, Why.NOTHING if served else Why.PARTNER, start)
    return Hindrance(name, _why(bench, name, start, lead, option), start, _rules(option))


def _why(bench: Bench, name: str, start: int, lead: bool, option: Option) -> Why:
    alone = bench.alone(name, start, lead=lead)
    if alone.broken:
        return Why.FERRY if {Rule.FERRY_REFUSED, Rule.NO_ROUTE} & set(_rules(alone)) else Why.REACH
    if set(_rules(option)) == {Rule.WEEK_HOURS}:
        return Why.WEEK
    locked = {lock.visit for lock in bench.problem.locks}
    duties = [duty for trip in bench.trips_of(name) for duty in trip.days if duty.day == day_of(start)]
    stops = [stop.visit for duty in duties for stop in duty.stops]
    return Why.LOCKED if stops and set(stops) <= locked else Why.BUSY


def _rules(option: Option) -> tuple[Rule, ...]:
    return tuple(sorted({violation.rule for violation in option.broken}))
