"""What would serve a request that a plan leaves out, by the plan's current version: in ids, which `explained` tells."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import time, timedelta
from time import monotonic

from outreach.dispatch import documents
from outreach.dispatch.building import build_problem, key
from outreach.dispatch.editing import judge
from outreach.dispatch.explain.bench import Bench
from outreach.dispatch.explain.changes import Change, Kind
from outreach.dispatch.explain.reasons import diagnose
from outreach.dispatch.explain.search import Remedy, remedies
from outreach.dispatch.findings import Finding, Found, Outside, engaged
from outreach.dispatch.models import DispatchRequest, Plan, RequestWindow
from outreach.dispatch.problem import Plan as Answer
from outreach.dispatch.problem import Problem
from outreach.dispatch.score import Score
from outreach.dispatch.wishes import offered_starts, wishes

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
    return Finding(None, found, _best(changes), short=clock.over)


def _best(changes: Iterable[Remedy]) -> tuple[Found, ...]:
    ranked = sorted(changes, key=lambda one: (one.change.price, one.extra))[:SHOWN]
    return tuple(Found(one.change, one.way.start, one.way.crew, one.extra, one.way.place) for one in ranked)


def _cost(problem: Problem, answer: Answer) -> int:
    score = judge(problem, answer)
    return score.cost if isinstance(score, Score) else 0


def _closed(plan: Plan, request: DispatchRequest) -> frozenset[int]:
    """Days of the horizon on which the venue said no, or that lie outside the request's dates."""
    shut = {(row.day - plan.first).days for row in request.blackouts.all()}
    days = range((plan.last - plan.first).days + 1)
    asked = [plan.first + timedelta(days=n) for n in days]
    return frozenset(shut | {n for n in days if not request.earliest <= asked[n] <= request.latest})


def _longer(request: DispatchRequest) -> DispatchRequest:
    """As it would be with longer hours at its first venue: in memory only, so that nothing is locked meanwhile."""
    row = DispatchRequest.objects.select_related("course", "venue", "municipality").get(pk=request.pk)
    row._prefetched_objects_cache = {  # type: ignore[attr-defined]  # what `windows.all()` and `blackouts.all()` read
        "windows": [RequestWindow(request=row, weekday=day, opens=a, closes=b) for day, a, b in LONG_WINDOWS],
        "blackouts": list(request.blackouts.all()),
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
    """The request is no part of what was planned: why, and whether longer hours at its first venue would serve it."""
    if offered_starts(request, plan.first, plan.last):
        return Finding(Outside.NEWER)
    if request.latest < plan.first or request.earliest > plan.last:
        return Finding(Outside.PERIOD)
    several = len(wishes(request)) > 1
    shut = Outside.ALL_SHUT if several else Outside.SHUT
    if not whole:
        return Finding(shut, short=True)
    base = plan.version.cost if plan.version else 0
    remedy = _way(_problem(plan, _longer(request)), answer, request, Change(Kind.OPENING), base)
    if remedy is None:
        return Finding(shut)
    venue = key("v", request.venue_id) if several else None
    change = Change(Kind.OPENING, start=remedy.way.start, place=venue)
    return Finding(shut, changes=_best([replace(remedy, change=change)]))
