"""Reads of requests and plans, each within a scope, and who could come instead."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import Exists, Q, QuerySet

from outreach.classes import codes
from outreach.dispatch import problem_json
from outreach.dispatch.building import build_problem, key, minute_of, pk_of
from outreach.dispatch.editing import bare, judge, placements, without_lock
from outreach.dispatch.models import (
    AMENDABLE,
    ENDED,
    Channel,
    DispatchRequest,
    LetterStatus,
    Plan,
    RequestLetter,
    Visit,
)
from outreach.dispatch.problem import Plan as Answer
from outreach.dispatch.problem import Problem
from outreach.people.models import Organisation
from outreach.people.rules import Scope
from outreach.people.tries import Guard


@dataclass(frozen=True)
class Substitute:
    """Who could come instead, what that adds to the plan's cost, and the kilometres of road in it."""

    person: int
    extra_cost: int
    extra_km: float
    plan: Answer


def requests_in(scope: Scope) -> QuerySet[DispatchRequest]:
    """The requests that a scope reaches (law 7)."""
    return DispatchRequest.objects.all() if scope.nation else DispatchRequest.objects.filter(_within(scope))


def letters_in(scope: Scope) -> QuerySet[RequestLetter]:
    """The letters that a scope reaches (law 7)."""
    return RequestLetter.objects.all() if scope.nation else RequestLetter.objects.filter(_within(scope))


def _within(scope: Scope) -> Q:
    """One's own prefecture, town or organisation; of those that dispatch, every one, as they send everywhere."""
    sends = Organisation.objects.filter(pk__in=scope.organisations, kind=Organisation.Kind.DISPATCH)
    return (
        Q(municipality__prefecture__in=scope.prefectures)
        | Q(municipality__in=scope.municipalities)
        | Q(organisation__in=scope.organisations)
        | Q(Exists(sends))
    )


MOST_WAITING = 30  # letters of one town from the web that nobody has looked at: more are spam, or need a person


def too_many_waiting(municipality: str) -> bool:
    waiting = RequestLetter.objects.filter(municipality=municipality, status=LetterStatus.WAITING, channel=Channel.WEB)
    return waiting.count() >= MOST_WAITING


def find_letter(*, reference: str, phone: str, address: str) -> RequestLetter | None:
    """The letter that a reference and its contact's number (E.164) name together. Raises: TooManyTries."""
    code = codes.clean_code(reference, codes.REFERENCE_DIGITS)
    guard = Guard(address=address, reference=f"letter:{code or reference}")
    guard.check()
    found = RequestLetter.objects.select_related("municipality__prefecture", "organisation")
    letter = found.filter(reference=code, contact_phone=phone).first() if code and phone else None
    if letter is None:
        guard.failed()
    return letter


def may_amend(letter: RequestLetter, requests: Iterable[DispatchRequest] | None = None) -> bool:
    """Whether nothing of it has gone into a plan yet."""
    if letter.status != LetterStatus.ACCEPTED:
        return letter.status == LetterStatus.WAITING
    live = [one for one in (letter.requests.all() if requests is None else requests) if one.status not in ENDED]
    return bool(live) and all(one.status in AMENDABLE for one in live)


def plans_in(scope: Scope) -> QuerySet[Plan]:
    """The plans that a scope may see: a prefecture's; of a dispatching organisation, all, as it sends everywhere.

    A municipality's coordinator sees their requests, never the plan with other towns' people.
    """
    if scope.nation or scope.organisations:
        return Plan.objects.all()
    return Plan.objects.filter(prefecture__in=scope.prefectures)


def substitutes(visit: Visit, leaving: int) -> tuple[Problem, list[Substitute]]:
    """Who can take `leaving`'s place at a visit at its time, cheapest first, by today's availability.

    Only people with whom the whole plan keeps every rule: nobody ineligible is ever among them.
    """
    plan = visit.plan
    problem = build_problem(prefecture=plan.prefecture_id, first=plan.first, last=plan.last, plan=plan)
    problem = without_lock(problem, key("r", visit.request_id))
    if plan.version is None:
        return problem, []
    answer = bare(problem_json.load_plan(plan.version.document))
    known = {v.id for v in problem.visits}
    answer = replace(answer, visits=tuple(entry for entry in answer.visits if entry.id in known))
    before = judge(problem, answer)
    crews = [
        tuple(person.id if name == leaving else key("p", name) for name in visit.crew)
        for person in problem.instructors
        if pk_of(person.id) not in visit.crew
    ]
    start = minute_of(visit.starts_at, plan.first)
    barred = {f.instructor for f in problem.forbidden if f.visit == key("r", visit.request_id)}
    ways = placements(
        problem, answer, key("r", visit.request_id), starts=[start], crews=[c for c in crews if not barred & set(c)]
    )
    old = plan.version if isinstance(before, list) else before
    found = [
        Substitute(
            person=pk_of(next(name for name in way.crew if pk_of(name) not in visit.crew)),
            extra_cost=way.score.cost - old.cost,
            extra_km=round((way.score.hm - old.hm) / 10, 1),
            plan=way.plan,
        )
        for way in ways
    ]
    return problem, sorted(found, key=lambda one: (one.extra_cost, one.person))
