"""Why a visit is served by these people at this time, and what the next best would cost: real alternatives, each judged
by `check`."""

from dataclasses import dataclass, replace

from outreach.dispatch.arrangements import with_ends
from outreach.dispatch.check import check
from outreach.dispatch.editing import bare, take_out, without_lock
from outreach.dispatch.explain.bench import Bench, Way
from outreach.dispatch.explain.reasons import Hindrance, hindrances
from outreach.dispatch.problem import Plan, Problem, ServedVisit, Trip
from outreach.dispatch.score import Score

SHOWN = 6


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another way to serve the visit; the rest of the plan stays. Differences are to the plan as it is."""

    start: int
    crew: tuple[str, ...]
    extra: int
    extra_hm: int
    extra_minutes: int
    place: str | None


@dataclass(frozen=True, slots=True)
class Choice:
    """How a visit is served, in order of cost what else there is, and what stands in the way of everyone else.

    `people_now`: how many could come at this very start. `saved`: what leaving the visit out would save on the road,
    beside which stands `penalty`. `first_open`: whether the place wished for most was offered at all; `first_wish`: the
    best way to serve it there, where it is served elsewhere.
    """

    visit: ServedVisit
    alternatives: tuple[Alternative, ...]
    people_now: int
    others: tuple[Hindrance, ...]
    saved: int
    penalty: int
    first_open: bool
    first_wish: Alternative | None

    @property
    def same_time(self) -> Alternative | None:
        return next((one for one in self.alternatives if one.start == self.visit.start), None)

    @property
    def cheaper(self) -> bool:
        return bool(self.alternatives) and self.alternatives[0].extra < 0


def why_so(problem: Problem, plan: Plan, visit: str) -> Choice | None:
    """None where the plan doesn't keep the problem's rules any more: then nothing can be compared."""
    plan, free = bare(plan), without_lock(problem, visit)
    now = check(free, plan)
    if not isinstance(now, Score):
        return None
    served = next(entry for entry in plan.visits if entry.id == visit)
    bench = Bench(free, emptied(free, plan, visit), visit)
    ways = [way for start in bench.visit.starts for way in bench.ways((start,), most=SHOWN)]
    found = [
        _against(way, now) for way in ways if (way.start, set(way.crew)) != (served.start, set(served.instructors))
    ]
    found.sort(key=lambda one: (one.extra, one.start, one.crew))
    without = check(without_lock(free, visit), bench.plan)
    saved = now.travel - without.travel if isinstance(without, Score) else 0
    first, elsewhere = bench.visit.place, bench.visit.cost_at(served.start) > 0
    at_first = [one for one in found if one.place == first][:1] if elsewhere else []
    same = [one for one in found if one.start == served.start][:1]
    crew = [one for one in found if set(one.crew) == set(served.instructors)][:1]
    shown = sorted({*found[:SHOWN], *same, *crew, *at_first}, key=lambda one: (one.extra, one.start, one.crew))
    able = {option.person for lead in (True, False) for option in bench.feasible(served.start, lead=lead)}
    return Choice(
        visit=served,
        alternatives=tuple(shown),
        people_now=len(able) if bench.visit.crew == 2 else len(bench.feasible(served.start, lead=True)),
        others=hindrances(bench, (served.start,), leaving_out=set(served.instructors)),
        saved=saved,
        penalty=bench.visit.penalty,
        first_open=any(bench.visit.place_at(start) == first for start in bench.visit.starts),
        first_wish=at_first[0] if at_first else None,
    )


def _apart(found: list[Alternative], served: ServedVisit) -> list[Alternative]:
    """By cost; the way it is now left out, and of two that differ in who leads the better."""
    seen = {(served.start, frozenset(served.instructors))}
    kept = []
    for one in sorted(found, key=lambda one: (one.extra, one.start, one.crew)):
        if (one.start, frozenset(one.crew)) not in seen:
            seen.add((one.start, frozenset(one.crew)))
            kept.append(one)
    return kept


def _against(way: Way, now: Score) -> Alternative:
    return Alternative(
        start=way.start,
        crew=way.crew,
        extra=way.score.cost - now.cost,
        extra_hm=way.score.hm - now.hm,
        extra_minutes=way.score.road_minutes - now.road_minutes,
        place=way.place,
    )


def emptied(problem: Problem, plan: Plan, visit: str) -> Plan:
    """The plan without a visit; a trip with nights that loses its sense is given its cheapest sound shape."""
    rest = take_out(plan, visit)
    crew = next(entry.instructors for entry in plan.visits if entry.id == visit)
    for name in crew:
        for trip in [trip for trip in rest.trips if trip.instructor == name]:
            if len(trip.days) > 1:
                rest = _sound(problem, rest, trip)
    return rest


def _sound(problem: Problem, plan: Plan, trip: Trip) -> Plan:
    worked = [n for n, duty in enumerate(trip.days) if duty.stops]
    core = replace(trip, days=trip.days[worked[0] : worked[-1] + 1])
    others = tuple(one for one in plan.trips if one is not trip)
    taken = {duty.day for one in others if one.instructor == trip.instructor for duty in one.days}
    shapes = [core, *with_ends(core, taken, len(trip.days))]
    plans = [replace(plan, trips=(*others, shape)) for shape in shapes]
    judged = [(score.cost, n) for n, one in enumerate(plans) if isinstance(score := check(problem, one), Score)]
    return plans[min(judged)[1]] if judged else plan
