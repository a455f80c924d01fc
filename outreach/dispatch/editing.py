"""Changing a plan by hand: take a visit out, put one in. Pure; `check` judges all."""

from dataclasses import replace

from outreach.dispatch.check import check
from outreach.dispatch.problem import Duty, Lock, Plan, Problem, ServedVisit, Stop, Trip, day_of
from outreach.dispatch.score import Score
from outreach.dispatch.violations import Violation


def bare(plan: Plan) -> Plan:
    """Without the figures that its maker claimed: they hold no longer once something moves."""
    return replace(plan, cost=None, bound=None, served=None, unserved=None, km=None, problem=None)


def take_out(plan: Plan, visit: str) -> Plan:
    """The plan without a visit; days and trips that it leaves empty go with it."""
    trips = tuple(trip for trip in (_without(trip, visit) for trip in plan.trips) if trip)
    return bare(replace(plan, trips=trips, visits=tuple(entry for entry in plan.visits if entry.id != visit)))


def _without(trip: Trip, visit: str) -> Trip | None:
    days = [Duty(duty.day, tuple(stop for stop in duty.stops if stop.visit != visit)) for duty in trip.days]
    if days == list(trip.days):
        return trip
    worked = [n for n, duty in enumerate(days) if duty.stops]
    return replace(trip, days=tuple(days)) if worked else None


def put_in(problem: Problem, plan: Plan, visit: str, start: int, crew: tuple[str, ...]) -> Plan:
    """The plan with a visit at `start` by `crew`, the lead first: into each one's trip of that day, or a new one."""
    trips, wanted = list(plan.trips), next(v for v in problem.visits if v.id == visit)
    for name in crew:
        mine = [n for n, t in enumerate(trips) if t.instructor == name and any(d.day == day_of(start) for d in t.days)]
        if mine:
            trips[mine[0]] = _with(trips[mine[0]], visit, start)
        else:
            home = next(person.homes[0] for person in problem.instructors if person.id == name)
            trips.append(Trip(name, home, (Duty(day_of(start), (Stop(visit, start),)),)))
    entry = ServedVisit(visit, start, tuple(sorted(crew)), crew[0], wanted.said_place(start))
    return bare(replace(plan, trips=tuple(trips), visits=(*plan.visits, entry)))


def _with(trip: Trip, visit: str, start: int) -> Trip:
    def fill(duty: Duty) -> Duty:
        return Duty(duty.day, tuple(sorted((*duty.stops, Stop(visit, start)), key=lambda stop: stop.start)))

    return replace(trip, days=tuple(fill(duty) if duty.day == day_of(start) else duty for duty in trip.days))


def move(problem: Problem, plan: Plan, visit: str, start: int, crew: tuple[str, ...]) -> Plan:
    return put_in(problem, take_out(plan, visit), visit, start, crew)


def without_lock(problem: Problem, visit: str) -> Problem:
    """The problem where a person may decide anew about one visit."""
    return replace(problem, locks=tuple(lock for lock in problem.locks if lock.visit != visit))


def with_lock(problem: Problem, lock: Lock) -> Problem:
    return replace(problem, locks=(*without_lock(problem, lock.visit).locks, lock))


def judge(problem: Problem, plan: Plan) -> Score | list[Violation]:
    return check(problem, bare(plan))
