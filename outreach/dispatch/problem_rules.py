"""What a well-formed problem keeps, beyond its schema: ids resolve, times lie on the grid, land and water agree."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from itertools import chain, pairwise

from outreach.dispatch.problem import (
    DAY_MINUTES,
    GRID_MINUTES,
    MAX_DAYS,
    MAX_STARTS,
    NO_ROAD,
    VERSION,
    Instructor,
    Matrix,
    Problem,
    Visit,
    day_of,
)

MOST = 1_000_000_000  # any figure
MOST_RATE = 1_000_000  # of the weights, and minutes or hectometres of one way: products and sums stay within 64 bits


def faults(problem: Problem) -> list[str]:
    """Each contradiction in English, for whoever wrote the file; empty when there is none."""
    if problem.version != VERSION:
        return [f"version {problem.version} is not {VERSION}"]
    if reasons := [*_horizon(problem), *_sizes(problem), *_ids(problem)]:
        return reasons
    checks = (_places, _travel, _ferries, _weights, _instructors, _visits, _orders)
    return [reason for check in checks for reason in check(problem)]


def _horizon(problem: Problem) -> Iterator[str]:
    horizon = problem.horizon
    try:
        first = date.fromisoformat(horizon.start)
    except ValueError:
        first = None
    if first is None or first.isoformat() != horizon.start:
        yield f"horizon.start {horizon.start!r} is not a date like 2022-06-06"
    if not 1 <= horizon.days <= MAX_DAYS:
        yield f"horizon.days must lie between 1 and {MAX_DAYS}"
    elif first and first.toordinal() + horizon.days > date.max.toordinal():
        yield "the horizon goes beyond the calendar"


def _sizes(problem: Problem) -> Iterator[str]:
    """Figures that can be reckoned with."""
    for field in fields(problem):
        if field.name != "travel" and any(abs(number) > MOST for number in _numbers(getattr(problem, field.name))):
            yield f"{field.name}: a number is above {MOST}"
    if any(number > MOST_RATE for number in _numbers(problem.weights)):
        yield f"weights: a number is above {MOST_RATE}"
    for travel in problem.travel:
        if any(number > MOST_RATE for number in chain.from_iterable((*travel.minutes, *travel.hm))):
            yield f"travel.{travel.mode}: a number is above {MOST_RATE}"


def _numbers(item: object) -> Iterator[int]:
    """Every number in it, however deep."""
    if isinstance(item, int):
        yield item
    elif isinstance(item, tuple):
        for part in item:
            yield from _numbers(part)
    elif not isinstance(item, str) and item is not None:
        for field in fields(item):  # type: ignore[arg-type]  # all else in a problem is a dataclass
            yield from _numbers(getattr(item, field.name))


def _ids(problem: Problem) -> Iterator[str]:
    """Ids are unique and every reference resolves: the other checks rely on it."""
    for kind in ("places", "ferries", "instructors", "visits"):
        counts = Counter(item.id for item in getattr(problem, kind))
        yield from (f"{kind}: {key} stands twice" for key, count in counts.items() if count > 1)
    for key, known in _references(problem):
        if key not in known:
            yield f"{key} is referred to but not defined"


def _references(problem: Problem) -> Iterator[tuple[str, set[str]]]:
    places = {p.id for p in problem.places}
    people = {i.id for i in problem.instructors}
    visits = {v.id for v in problem.visits}
    names = [p.inn for p in problem.places if p.inn is not None]
    names += [v.place for v in problem.visits] + [other.place for v in problem.visits for other in v.elsewhere]
    names += [h for i in problem.instructors for h in i.homes]
    names += [port for f in problem.ferries for port in (f.origin, f.destination)]
    yield from ((name, places) for name in names)
    names = [x.visit for x in problem.locks] + [x.visit for x in problem.forbidden] + [x.visit for x in problem.prior]
    yield from ((name, visits) for name in names)
    names = [name for lock in problem.locks for name in (lock.lead, lock.second) if name is not None]
    names += [x.instructor for x in problem.forbidden] + [x.instructor for x in problem.frozen_days]
    names += [name for prior in problem.prior for name in prior.instructors]
    yield from ((name, people) for name in names)


def _places(problem: Problem) -> Iterator[str]:
    island = {p.id: p.island for p in problem.places}
    for place in problem.places:
        if place.inn is not None and island[place.inn] != place.island:
            yield f"place {place.id}: its inn lies across water"


def _travel(problem: Problem) -> Iterator[str]:
    modes = Counter(travel.mode for travel in problem.travel)
    yield from (f"travel: {mode} stands twice" for mode, count in modes.items() if count > 1)
    for person in problem.instructors:
        if person.mode not in modes:
            yield f"instructor {person.id}: no travel by {person.mode}"
    for travel in problem.travel:
        yield from (f"travel.{travel.mode}.minutes: {reason}" for reason in _matrix(problem, travel.minutes))
        yield from (f"travel.{travel.mode}.hm: {reason}" for reason in _matrix(problem, travel.hm))


def _matrix(problem: Problem, matrix: Matrix) -> Iterator[str]:
    size = len(problem.places)
    if len(matrix) != size or any(len(row) != size for row in matrix):
        yield f"must be {size} × {size}"
        return
    islands = [p.island for p in problem.places]
    for a, row in enumerate(matrix):
        if row[a] != 0:
            yield f"row {a}: the way from a place to itself is 0"
        for b, value in enumerate(row):
            if (islands[a] != islands[b]) != (value == NO_ROAD) or value < NO_ROAD:
                yield f"row {a}, column {b}: {value} (a road within one land, {NO_ROAD} across water)"


def _ferries(problem: Problem) -> Iterator[str]:
    island = {p.id: p.island for p in problem.places}
    for ferry in problem.ferries:
        if island[ferry.origin] == island[ferry.destination]:
            yield f"ferry {ferry.id}: both ports are on one land"
        if ferry.boarding < 0 or ferry.fare < 0:
            yield f"ferry {ferry.id}: boarding and fare are not negative"
        if any(depart >= arrive for depart, arrive in ferry.sailings):
            yield f"ferry {ferry.id}: a sailing arrives after it departs"
        if any(a >= b for a, b in pairwise(ferry.sailings)):
            yield f"ferry {ferry.id}: sailings stand in order of departure, each once"


def _weights(problem: Problem) -> Iterator[str]:
    weights = problem.weights
    if min(weights.per_hm, weights.per_minute, weights.night) < 0:
        yield "weights are not negative"
    if any(band.above < 0 or band.rate < 0 for band in weights.overload):
        yield "weights.overload: neither above nor rate is negative"


def _instructors(problem: Problem) -> Iterator[str]:
    for person in problem.instructors:
        yield from (f"instructor {person.id}: {reason}" for reason in _instructor(problem, person))


def _instructor(problem: Problem, person: Instructor) -> Iterator[str]:
    days = problem.horizon.days
    if not person.homes:
        yield "needs a home"
    if len(person.week_minutes) != problem.horizon.weeks:
        yield f"week_minutes needs {problem.horizon.weeks} caps"
    limits = (person.max_nights, person.max_day_minutes, person.max_day_sessions, person.rest_minutes)
    if min(*limits, *person.week_minutes, person.target_minutes) < 0:
        yield "limits are not negative"
    if person.rest_minutes > DAY_MINUTES:
        yield "rest_minutes is at most a day"
    for window in person.windows:
        if not (0 <= window.day < days and window.start < window.end <= (window.day + 1) * DAY_MINUTES):
            yield f"window {window.start}–{window.end} does not lie within one day of the horizon"
    if any(a.end > b.start for a, b in pairwise(person.windows)):
        yield "windows stand in order and don't overlap"
    if any(not 0 <= night < days - 1 for night in person.nights):
        yield "nights lie between two days of the horizon"


def _visits(problem: Problem) -> Iterator[str]:
    for visit in problem.visits:
        yield from (f"visit {visit.id}: {reason}" for reason in _visit(problem, visit))


def _visit(problem: Problem, visit: Visit) -> Iterator[str]:
    if not 1 <= len(visit.starts) <= MAX_STARTS or len(set(visit.starts)) != len(visit.starts):
        yield f"needs 1 to {MAX_STARTS} different starts"
    for start in visit.starts:
        if start % GRID_MINUTES:
            yield f"start {start} is not on the grid of {GRID_MINUTES} minutes"
        if not (0 <= day_of(start) < problem.horizon.days) or day_of(visit.ends(start) - 1) != day_of(start):
            yield f"start {start}: the visit must begin and end on one day of the horizon"
    elsewhere = [other.start for other in visit.elsewhere]
    if len(set(elsewhere)) != len(elsewhere) or not set(elsewhere) <= set(visit.starts):
        yield "elsewhere names starts of the visit, each once"
    if any(other.cost < 0 for other in visit.elsewhere):
        yield "elsewhere: costs are not negative"
    if visit.crew not in (1, 2):
        yield "crew is 1 or 2"
    if visit.crew == 1 and visit.second_skills:
        yield "a crew of one has no second"
    if visit.duration <= 0 or visit.sessions <= 0 or min(visit.setup, visit.teardown, visit.penalty) < 0:
        yield "duration and sessions are positive; setup, teardown and penalty are not negative"


def _orders(problem: Problem) -> Iterator[str]:
    """Locks, forbidden pairs, frozen days and what was told before."""
    visits = {v.id: v for v in problem.visits}
    for lock in problem.locks:
        visit = visits[lock.visit]
        if lock.start is not None and lock.start not in visit.starts:
            yield f"lock {lock.visit}: its start is not one of the visit's"
        if lock.second is not None and (visit.crew == 1 or lock.second == lock.lead):
            yield f"lock {lock.visit}: its second has no place"
    orders = {"locks": [x.visit for x in problem.locks], "prior": [x.visit for x in problem.prior]}
    for kind, names in orders.items():
        counts = Counter(names)
        yield from (f"{kind}: {key} stands twice" for key, count in counts.items() if count > 1)
    for prior in problem.prior:
        if min(prior.start_cost, prior.person_cost) < 0 or len(set(prior.instructors)) != len(prior.instructors):
            yield f"prior {prior.visit}: costs are not negative and nobody stands twice"
    if any(not 0 <= frozen.day < problem.horizon.days for frozen in problem.frozen_days):
        yield "frozen_days lie in the horizon"
