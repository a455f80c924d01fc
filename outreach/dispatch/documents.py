"""Versions of plans as documents: written once, read often.

What people ordered since (locks, offers, refusals) is no part of the kept problem: `current` adds it as it is now.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256

from outreach.dispatch import problem_json
from outreach.dispatch.building import key, with_orders
from outreach.dispatch.editing import bare
from outreach.dispatch.figures import figures_of
from outreach.dispatch.models import DispatchRequest, Plan, PlanProblem, PlanVersion
from outreach.dispatch.problem import Lock, Problem, Visit, day_of
from outreach.dispatch.problem import Plan as Answer


def _plain(problem: Problem) -> Problem:
    """Without any orders."""
    return replace(problem, locks=(), forbidden=(), frozen_days=(), prior=())


def new_text(plan: Plan, problem: Problem) -> str:
    """What the plan would answer, to be kept: empty where that is the problem of its current version."""
    plain = _plain(problem)
    known = plan.version is not None and problem_of(plan.version) == plain
    return "" if known else problem_json.dump_problem(plain)


def keep_problem(plan: Plan, problem: Problem, bound: int | None, text: str) -> PlanProblem:
    """The row that holds what a plan answers: a new one only where it is another problem (`new_text`) than before.

    A bound proven without any orders holds for every answer, since orders only make things dearer.
    """
    row = plan.version.problem if plan.version and not text else _new_row(plan, text)
    if bound is not None and (row.bound is None or row.bound < bound) and problem == _plain(problem):
        row.bound = bound
        row.save(update_fields=["bound"])
    return row


def _new_row(plan: Plan, text: str) -> PlanProblem:
    digest = sha256(text.encode()).hexdigest()
    return PlanProblem.objects.get_or_create(plan=plan, digest=digest, defaults={"text": text})[0]


def problem_of(version: PlanVersion) -> Problem:
    """What a version answers, without any orders."""
    return _parsed(version.problem.text)


def weighed(version: PlanVersion, requests: Iterable[DispatchRequest]) -> set[int]:
    """Those requests that the version's problem holds: the others came later or had no hour in its days.

    A word is looked for in the text: to read megabytes as data takes longer than the page may.
    """
    text = version.problem.text
    return {request.pk for request in requests if f'"{key("r", request.pk)}"' in text}


def answer_of(version: PlanVersion) -> Answer:
    """A version's answer, without the figures that its maker claimed."""
    return bare(problem_json.load_plan(version.document))


def with_figures(version: PlanVersion) -> Answer:
    """The same, with the figures that were worked out when it was saved."""
    figures = figures_of(version)
    return replace(
        answer_of(version),
        cost=figures.cost,
        bound=figures.bound,
        served=figures.served,
        unserved=figures.unserved,
        km=figures.km,
    )


def current(plan: Plan, version: PlanVersion) -> tuple[Problem, Answer]:
    """What the plan answers, with the orders of this moment, and how."""
    return with_orders(problem_of(version), plan), answer_of(version)


def but_pending(problem: Problem, answer: Answer, visit: str) -> Problem:
    """Others' refusals aside of those who stand in the plan until a substitute is found: no reason against `visit`."""
    pending = {(who, entry.id) for entry in answer.visits if entry.id != visit for who in entry.instructors}
    return replace(problem, forbidden=tuple(f for f in problem.forbidden if (f.instructor, f.visit) not in pending))


def from_day(problem: Problem, name: str, day: int) -> Problem:
    """One visit without its starts before a day of the horizon: those are over. It has others."""

    def left(visit: Visit) -> Visit:
        starts = tuple(start for start in visit.starts if day_of(start) >= day)
        return replace(visit, starts=starts, elsewhere=tuple(one for one in visit.elsewhere if one.start in starts))

    return replace(problem, visits=tuple(left(v) if v.id == name else v for v in problem.visits))


def open_to_others(problem: Problem) -> Problem:
    """A visit that must stay when it is, as its class does, does not need whoever said no to it since."""
    no = {(one.instructor, one.visit) for one in problem.forbidden}

    def still(lock: Lock, name: str | None) -> str | None:
        return None if (name, lock.visit) in no else name

    locks = (replace(lock, lead=still(lock, lock.lead), second=still(lock, lock.second)) for lock in problem.locks)
    return replace(problem, locks=tuple(locks))


def as_they_stand(problem: Problem) -> Problem:
    """The same where nobody else can come: who said no stands on it until someone is found, and the rest is planned."""
    named = {(name, lock.visit) for lock in problem.locks for name in (lock.lead, lock.second)}
    kept = tuple(one for one in problem.forbidden if (one.instructor, one.visit) not in named)
    return replace(problem, forbidden=kept)


@lru_cache(maxsize=4)  # megabytes each; a coordinator moves many visits of one plan
def _parsed(text: str) -> Problem:
    return problem_json.load_problem(text)
