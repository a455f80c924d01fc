"""What would serve a request that a plan leaves out, by the plan's current version: in ids, which `explained` tells."""

from collections.abc import Callable, Iterable, Iterator
from copy import copy
from dataclasses import replace
from datetime import date, time, timedelta
from time import monotonic

from django.utils import timezone

from outreach.dispatch import documents
from outreach.dispatch.ahead import from_now_on
from outreach.dispatch.building import build_problem, key
from outreach.dispatch.editing import judge
from outreach.dispatch.explain.bench import Bench
from outreach.dispatch.explain.changes import Change, Kind
from outreach.dispatch.explain.reasons import diagnose
from outreach.dispatch.explain.search import EVENING_CLOCK, SATURDAY, Remedy, remedies
from outreach.dispatch.findings import Finding, Found, Outside, engaged
from outreach.dispatch.models import DispatchRequest, Plan, RequestWindow
from outreach.dispatch.problem import DAY_MINUTES, Problem
from outreach.dispatch.problem import Plan as Answer
from outreach.dispatch.rules import first_day
from outreach.dispatch.score import Score
from outreach.dispatch.wishes import is_shut, offered_starts, rooms_taken, wishes

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
    wanted = next((v for v in problem.visits if v.id == visit), None)
    if wanted is None or (wanted.starts[-1] < (_since(plan) - plan.first).days * DAY_MINUTES):
        return _outside(plan, request, answer, clock, whole=whole)
    problem = documents.but_pending(problem, answer, visit)
    since = (_since(plan) - plan.first).days
    problem = from_now_on(documents.from_day(problem, visit, since), plan, since * DAY_MINUTES)
    base = _cost(problem, answer)
    found = diagnose(problem, answer, visit, base=base)
    closed = _closed(plan, request)
    changes = remedies(problem, answer, visit, base=base, closed=closed, engaged=engaged(plan), stop=clock)
    if whole:
        known = {wanted.place, *(other.place for other in wanted.elsewhere)}
        changes = _cheapest_opening([*changes, *_shut(plan, request, answer, known, clock)])
    if len(wishes(request)) > 1:
        changes = [_named(one, wanted.place) for one in changes]
    return Finding(None, found, _best(changes), short=clock.over)


def _named(one: Remedy, venue: str) -> Remedy:
    """With the venue that is asked, of a request that has others, though none of them may be in the problem."""
    asked = one.change.kind == Kind.OPENING and one.change.place is None
    return replace(one, change=replace(one.change, place=venue)) if asked else one


def _best(changes: Iterable[Remedy]) -> tuple[Found, ...]:
    ranked = sorted(changes, key=lambda one: (one.change.price, one.extra))[:SHOWN]
    return tuple(Found(one.change, one.way.start, one.way.crew, one.extra, one.way.place) for one in ranked)


def _cost(problem: Problem, answer: Answer) -> int:
    score = judge(problem, answer)
    return score.cost if isinstance(score, Score) else 0


def _since(plan: Plan) -> date:
    return first_day(plan.first, plan.last, timezone.localdate())


def _closed(plan: Plan, request: DispatchRequest) -> dict[str, frozenset[int]]:
    """By venue, days of the horizon on which it is shut, or that lie outside the request's dates or are over."""
    days = [plan.first + timedelta(days=n) for n in range((plan.last - plan.first).days + 1)]
    begins = max(request.earliest, _since(plan))
    outside = {n for n, day in enumerate(days) if not begins <= day <= request.latest}
    return {
        key("v", wish.venue.pk): frozenset(outside | {n for n, day in enumerate(days) if is_shut(wish, day)})
        for wish in wishes(request)
    }


# --- venues that are never open ---------------------------------------------------------------------------------------
def _longer(request: DispatchRequest, venue: int) -> DispatchRequest:
    """As it would be with longer hours at that venue of it: in memory only, so that nothing is locked meanwhile."""
    row = DispatchRequest.objects.select_related("course", "venue", "municipality").get(pk=request.pk)
    windows, others = list(request.windows.all()), [copy(other) for other in request.other_venues.all()]
    if venue == row.venue_id:
        windows = [RequestWindow(request=row, weekday=day, opens=a, closes=b) for day, a, b in LONG_WINDOWS]
    for other in others:
        if other.venue_id == venue:
            other.openings = [[day, f"{a:%H:%M}", f"{b:%H:%M}"] for day, a, b in LONG_WINDOWS]
    row._prefetched_objects_cache = {  # type: ignore[attr-defined]  # what `windows.all()` and its like read
        "windows": windows,
        "blackouts": list(request.blackouts.all()),
        "other_venues": others,
    }
    return row


def _longer_at(venue: int, plan: Plan, request: DispatchRequest, answer: Answer) -> Remedy | None:
    """What longer hours at a venue would come to that isn't in the problem, since it is never open."""
    as_if = _longer(request, venue)
    problem = build_problem(prefecture=plan.prefecture_id, first=plan.first, last=plan.last, plan=plan, as_if=as_if)
    visit, place = key("r", request.pk), key("v", venue)
    wanted = next((v for v in problem.visits if v.id == visit), None)
    if wanted is None or not {entry.id for entry in answer.visits} <= {v.id for v in problem.visits}:
        return None
    problem = documents.but_pending(problem, answer, visit)
    base = judge(problem, answer)
    there = tuple(start for start in wanted.starts if wanted.place_at(start) == place)
    ways = Bench(problem, answer, visit).ways(there) if isinstance(base, Score) else []
    if not ways or not isinstance(base, Score):
        return None
    named = place if len(wishes(request)) > 1 else None
    change = Change(Kind.OPENING, start=ways[0].start, place=named, more=_harder(ways[0].start, plan))
    return Remedy(change, ways[0], problem, ways[0].score.cost - base.cost)


def _harder(start: int, plan: Plan) -> int:
    """As the search counts it: another weekday, an evening, a Saturday."""
    day, minute = divmod(start, DAY_MINUTES)
    if (plan.first + timedelta(days=day)).weekday() == SATURDAY:
        return 3
    return 2 if minute >= EVENING_CLOCK[0] else 1


def _shut(plan: Plan, request: DispatchRequest, answer: Answer, known: set[str], clock: Clock) -> Iterator[Remedy]:
    """The same for each venue of the request that isn't among `known`, those that the search has tried."""
    for venue in (wish.venue.pk for wish in wishes(request)):
        if key("v", venue) not in known and not clock() and (remedy := _longer_at(venue, plan, request, answer)):
            yield remedy


def _cheapest_opening(found: Iterable[Remedy]) -> list[Remedy]:
    """One remedy of each kind: of the venues that could be asked, the one that costs least."""
    ranked = sorted(found, key=lambda one: (one.change.price, one.extra))
    opening = next((one for one in ranked if one.change.kind == Kind.OPENING), None)
    return [one for one in ranked if one.change.kind != Kind.OPENING or one is opening]


def _outside(plan: Plan, request: DispatchRequest, answer: Answer, clock: Clock, *, whole: bool) -> Finding:
    """The request is no part of what was planned: why, and whether longer hours at a venue of it would serve it."""
    taken, since = rooms_taken([request], plan.first, plan.last), _since(plan)
    if offered_starts(request, plan.first, plan.last, taken, since):
        return Finding(Outside.NEWER)
    if request.latest < since or request.earliest > plan.last:
        return Finding(Outside.PERIOD)
    shut = Outside.ALL_SHUT if len(wishes(request)) > 1 else Outside.SHUT
    if not whole:
        return Finding(shut, short=True)
    changes = _best(_cheapest_opening(_shut(plan, request, answer, set(), clock)))
    return Finding(shut, changes=changes, short=clock.over)
