"""What would serve a request that a plan leaves out, by the plan's current version: in ids, which `explained` tells."""

from collections.abc import Callable, Iterable
from datetime import date, time, timedelta
from time import monotonic

from outreach.dispatch import documents
from outreach.dispatch.building import build_problem, key, open_starts
from outreach.dispatch.editing import judge
from outreach.dispatch.explain.bench import Bench
from outreach.dispatch.explain.changes import Change, Kind
from outreach.dispatch.explain.reasons import diagnose
from outreach.dispatch.explain.search import Remedy, remedies
from outreach.dispatch.findings import Finding, Found, Outside, engaged
from outreach.dispatch.models import (
    DispatchRequest,
    OtherVenue,
    Plan,
    RequestBlackout,
    RequestStatus,
    RequestWindow,
)
from outreach.dispatch.problem import Plan as Answer
from outreach.dispatch.problem import Problem
from outreach.dispatch.score import Score
from outreach.dispatch.services.letters import times_of

FIRST_LOOK = 3.0  # seconds, while someone waits for the page; kinds that are dearer to ask may then be left untried
SHOWN = 3
LONG_WINDOWS = [(day, time(9), time(21)) for day in range(6)]


class Clock:
    """Says when to stop: the time is over, or it was `told` to. `over`: whether that was so when last asked."""

    def __init__(self, seconds: float, told: Callable[[], bool] = lambda: False) -> None:
        self._until, self._told = monotonic() + seconds, told
        self.over = False

    def __call__(self) -> bool:
        self.over = self.over or self._told() or monotonic() > self._until
        return self.over


def first_look(plan: Plan, request: DispatchRequest, *, seconds: float = FIRST_LOOK) -> Finding:
    """What can be said while someone waits: nothing that builds a problem anew. Needs a version. Writes nothing."""
    return _look(plan, request, Clock(seconds), whole=False)


def whole_search(plan: Plan, request: DispatchRequest, *, clock: Clock) -> Finding:
    """Every kind of change, as long as the clock lets it. Not inside a transaction, though it writes nothing."""
    return _look(plan, request, clock, whole=True)


def _look(plan: Plan, request: DispatchRequest, clock: Clock, *, whole: bool) -> Finding:
    assert plan.version is not None  # noqa: S101  (who calls sees to it)
    problem, answer = documents.current(plan, plan.version)
    visit = key("r", request.pk)
    if visit not in {v.id for v in problem.visits}:
        return _outside(plan, request, answer, whole=whole)
    problem = documents.but_pending(problem, answer, visit)
    base = _cost(problem, answer)
    found = diagnose(problem, answer, visit, base=base)
    closed = _closed(plan, request)
    changes = remedies(problem, answer, visit, base=base, closed=closed, engaged=engaged(plan), stop=clock)
    if whole:
        changes += _at_other_venues(plan, request, answer, base)
    more = clock.over or (not whole and _may_move(request))
    return Finding(None, found, _best(changes), short=more)


def _best(changes: Iterable[Remedy]) -> tuple[Found, ...]:
    ranked = sorted(changes, key=lambda one: (one.change.price, one.extra))[:SHOWN]
    return tuple(Found(one.change, one.way.start, one.way.crew, one.extra) for one in ranked)


def _cost(problem: Problem, answer: Answer) -> int:
    score = judge(problem, answer)
    return score.cost if isinstance(score, Score) else 0


def _closed(plan: Plan, request: DispatchRequest) -> frozenset[int]:
    """Days of the horizon on which the venue said no, or that lie outside the request's dates."""
    shut = {(row.day - plan.first).days for row in request.blackouts.all()}
    days = range((plan.last - plan.first).days + 1)
    asked = [plan.first + timedelta(days=n) for n in days]
    return frozenset(shut | {n for n in days if not request.earliest <= asked[n] <= request.latest})


def _may_move(request: DispatchRequest) -> bool:
    return request.status == RequestStatus.RECEIVED and request.other_venues.exists()


def _at_other_venues(plan: Plan, request: DispatchRequest, answer: Answer, base: int) -> list[Remedy]:
    if request.status != RequestStatus.RECEIVED:
        return []
    found = []
    for other in request.other_venues.select_related("venue__municipality"):
        change = Change(Kind.VENUE, place=key("v", other.venue_id), more=other.rank - 2)
        problem = _problem(plan, _there(request, other))
        remedy = _way(problem, answer, request, change, base)
        found += [remedy] if remedy else []
    return found


def _there(request: DispatchRequest, other: OtherVenue) -> DispatchRequest:
    row = _with_times(request, times_of(other), [date.fromisoformat(day) for day in other.blackouts])
    row.venue, row.municipality = other.venue, other.venue.municipality
    return row


def _longer(request: DispatchRequest) -> DispatchRequest:
    return _with_times(request, LONG_WINDOWS, [row.day for row in request.blackouts.all()])


def _with_times(
    request: DispatchRequest, openings: Iterable[tuple[int, time, time]], closed: Iterable[date]
) -> DispatchRequest:
    """The request as it would be with other times: in memory only, so that nothing is locked while one computes."""
    row = DispatchRequest.objects.select_related("course", "venue", "municipality").get(pk=request.pk)
    row._prefetched_objects_cache = {  # type: ignore[attr-defined]  # what `windows.all()` and `blackouts.all()` read
        "windows": [RequestWindow(request=row, weekday=day, opens=a, closes=b) for day, a, b in openings],
        "blackouts": [RequestBlackout(request=row, day=day) for day in closed],
    }
    return row


def _problem(plan: Plan, as_if: DispatchRequest) -> Problem:
    return build_problem(prefecture=plan.prefecture_id, first=plan.first, last=plan.last, plan=plan, as_if=as_if)


def _way(problem: Problem, answer: Answer, request: DispatchRequest, change: Change, base: int) -> Remedy | None:
    visit = key("r", request.pk)
    known = {v.id for v in problem.visits}
    if visit not in known or not {entry.id for entry in answer.visits} <= known:
        return None
    problem = documents.but_pending(problem, answer, visit)
    ways = Bench(problem, answer, visit).ways()
    return Remedy(change, ways[0], problem, ways[0].score.cost - base) if ways else None


def _outside(plan: Plan, request: DispatchRequest, answer: Answer, *, whole: bool) -> Finding:
    """The request is no part of what was planned: why, and whether another opening or venue would serve it."""
    if open_starts(request, plan.first, plan.last):
        return Finding(Outside.NEWER)
    if request.latest < plan.first or request.earliest > plan.last:
        return Finding(Outside.PERIOD)
    if not whole:
        return Finding(Outside.SHUT, short=True)
    base = plan.version.cost if plan.version else 0
    changes = _at_other_venues(plan, request, answer, base)
    remedy = _way(_problem(plan, _longer(request)), answer, request, Change(Kind.OPENING), base)
    if remedy:
        changes.append(Remedy(Change(Kind.OPENING, start=remedy.way.start), remedy.way, remedy.problem, remedy.extra))
    return Finding(Outside.SHUT, changes=_best(changes))
