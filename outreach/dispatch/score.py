"""The objective of a plan that keeps the rules, part by part."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from outreach.dispatch.problem import Plan, Problem, ServedVisit
from outreach.dispatch.timing import Book, DutyTimes


@dataclass(frozen=True, slots=True)
class Score:
    """Cost parts in cost units; `hm` by road, `road_minutes` on the way, ferries included. `loads`: minutes on duty."""

    distance: int
    time: int
    fares: int
    nights: int
    unserved_penalty: int
    overload: int
    stability: int
    wish: int
    hm: int
    road_minutes: int
    night_count: int
    served: int
    unserved: int
    loads: tuple[tuple[str, int], ...]

    @property
    def travel(self) -> int:
        """What moving people costs: the plan's cost without penalties, fairness, stability and wishes."""
        return self.distance + self.time + self.fares + self.nights

    @property
    def cost(self) -> int:
        return self.travel + self.unserved_penalty + self.overload + self.stability + self.wish

    @property
    def km(self) -> float:
        return self.hm / 10


def score_plan(book: Book, plan: Plan, duties: Iterable[DutyTimes]) -> Score:
    """Score `duties`, the timed trips of `plan`, which must keep the rules."""
    duties = list(duties)
    weights = book.problem.weights
    journeys = [journey for duty in duties for journey in duty.journeys]
    hm, minutes = sum(j.hm for j in journeys), sum(j.minutes for j in journeys)
    nights = sum(trip.nights for trip in plan.trips)
    loads: Counter[str] = Counter({person.id: 0 for person in book.problem.instructors})
    for duty in duties:
        loads[duty.instructor] += duty.minutes
    served = {entry.id: entry for entry in plan.visits}
    return Score(
        distance=weights.per_hm * hm,
        time=weights.per_minute * minutes,
        fares=sum(j.fare for j in journeys),
        nights=weights.night * nights,
        unserved_penalty=sum(visit.penalty for visit in book.problem.visits if visit.id not in served),
        overload=_overload(book.problem, loads),
        stability=_stability(book.problem, served),
        wish=sum(book.visits[entry.id].cost_at(entry.start) * len(entry.instructors) for entry in plan.visits),
        hm=hm,
        road_minutes=minutes,
        night_count=nights,
        served=len(served),
        unserved=len(book.problem.visits) - len(served),
        loads=tuple(sorted(loads.items())),
    )


def _overload(problem: Problem, loads: Counter[str]) -> int:
    return sum(
        band.rate * max(0, loads[person.id] - person.target_minutes - band.above)
        for person in problem.instructors
        for band in problem.weights.overload
    )


def _stability(problem: Problem, served: dict[str, ServedVisit]) -> int:
    cost = 0
    for prior in problem.prior:
        entry = served.get(prior.visit)
        if entry is None or entry.start != prior.start:
            cost += prior.start_cost
        staying = set(entry.instructors) if entry else set()
        cost += prior.person_cost * len(set(prior.instructors) - staying)
    return cost
