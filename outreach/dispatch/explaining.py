"""What the pages of explanation show, from a plan's current version: reasons, changes that were tried, alternatives."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic

from django.db import transaction
from django.utils.translation import gettext as _

from outreach.dispatch import documents
from outreach.dispatch.building import build_problem, key, moment_of, open_starts, pk_of
from outreach.dispatch.editing import bare, judge
from outreach.dispatch.explain import words
from outreach.dispatch.explain.bench import Bench
from outreach.dispatch.explain.changes import Change, Kind
from outreach.dispatch.explain.reasons import Diagnosis, diagnose
from outreach.dispatch.explain.search import Remedy, remedies
from outreach.dispatch.explain.visits import Alternative, Choice, why_so
from outreach.dispatch.models import DispatchRequest, Need, OtherVenue, Plan, RequestStatus, RequestWindow
from outreach.dispatch.problem import Plan as Answer
from outreach.dispatch.problem import Problem
from outreach.dispatch.score import Score
from outreach.dispatch.services import RequestError, choose_venue
from outreach.dispatch.wording import ID, names_of
from outreach.people.availability import spans_of
from outreach.people.models import Engagement, Skill

SECONDS = 3.0  # for the search while someone waits for the page; kinds that are dearer to ask may then be left untried
PEOPLE_SHOWN = 60
LONG_WINDOWS = [(day, "09:00", "21:00") for day in range(6)]


@dataclass(frozen=True)
class Told:
    """One change for the page: `kind` decides which button stands beside it."""

    kind: str
    title: str
    outcome: str
    cost: str
    other_venue: int | None = None


@dataclass(frozen=True)
class Explained:
    """`short`: the search was cut off by the clock."""

    headline: str
    people: list[tuple[str, str]] = field(default_factory=list)
    counts: list[tuple[str, int]] = field(default_factory=list)
    changes: list[Told] = field(default_factory=list)
    short: bool = False


class _Clock:
    def __init__(self, seconds: float) -> None:
        self._until = monotonic() + seconds
        self.over = False

    def __call__(self) -> bool:
        self.over = self.over or monotonic() > self._until
        return self.over


def explain_request(plan: Plan, request: DispatchRequest, *, seconds: float = SECONDS) -> Explained:
    """Why the plan doesn't serve the request, and what would. Needs a version. Writes nothing."""
    assert plan.version is not None  # noqa: S101  (the view sees to it)
    problem, answer = documents.current(plan, plan.version)
    visit = key("r", request.pk)
    if visit not in {v.id for v in problem.visits}:
        return _outside(plan, request, answer)
    problem = documents.but_pending(problem, answer, visit)
    clock, base = _Clock(seconds), _cost(problem, answer)
    found = diagnose(problem, answer, visit, base=base)
    closed = _closed(plan, request)
    changes = remedies(problem, answer, visit, base=base, closed=closed, engaged=_engaged(plan), stop=clock)
    changes += _at_other_venues(plan, request, answer, base)
    changes.sort(key=lambda one: (one.change.price, one.extra))
    return _told(plan, request, found, changes[:3], short=clock.over)


def _cost(problem: Problem, answer: Answer) -> int:
    score = judge(problem, answer)
    return score.cost if isinstance(score, Score) else 0


def _closed(plan: Plan, request: DispatchRequest) -> frozenset[int]:
    """Days of the horizon on which the venue said no, or that lie outside the request's dates."""
    shut = {(row.day - plan.first).days for row in request.blackouts.all()}
    days = range((plan.last - plan.first).days + 1)
    asked = [plan.first + timedelta(days=n) for n in days]
    return frozenset(shut | {n for n in days if not request.earliest <= asked[n] <= request.latest})


def _engaged(plan: Plan) -> frozenset[tuple[str, int]]:
    """People and days of the horizon promised to something else than this plan: no day off, though they don't work."""
    begins, ends = moment_of(0, plan.first), moment_of(0, plan.last + timedelta(days=1))
    taken = Engagement.objects.filter(starts_at__lt=ends, ends_at__gt=begins).exclude(
        subject__startswith=f"trip:{plan.pk}:"
    )
    taken = taken.filter(person__municipality__prefecture=plan.prefecture_id)
    return frozenset(
        (key("p", person), (piece.day - plan.first).days)
        for person, starts_at, ends_at in taken.values_list("person_id", "starts_at", "ends_at")
        for piece in spans_of(starts_at, ends_at)
    )


def _as_if(plan: Plan, change: Callable[[], None]) -> Problem:
    """The problem as it would be after a change of rows, of which nothing stays."""
    with transaction.atomic():
        change()
        problem = build_problem(prefecture=plan.prefecture_id, first=plan.first, last=plan.last, plan=plan)
        transaction.set_rollback(True)
    return problem


def _at_other_venues(plan: Plan, request: DispatchRequest, answer: Answer, base: int) -> list[Remedy]:
    if request.status != RequestStatus.RECEIVED:
        return []
    found = []
    for other in request.other_venues.select_related("venue"):
        place, rank = key("v", other.venue_id), other.rank

        def change(pk: int = other.pk) -> None:
            row = DispatchRequest.objects.get(pk=request.pk)
            choose_venue(request=row, other=OtherVenue.objects.get(pk=pk), by=None)

        try:
            problem = _as_if(plan, change)
        except RequestError:
            continue
        remedy = _way(problem, answer, request, Change(Kind.VENUE, place=place, more=rank - 2), base)
        found += [remedy] if remedy else []
    return found


def _way(problem: Problem, answer: Answer, request: DispatchRequest, change: Change, base: int) -> Remedy | None:
    visit = key("r", request.pk)
    known = {v.id for v in problem.visits}
    if visit not in known or not {entry.id for entry in answer.visits} <= known:
        return None
    problem = documents.but_pending(problem, answer, visit)
    ways = Bench(problem, answer, visit).ways()
    return Remedy(change, ways[0], problem, ways[0].score.cost - base) if ways else None


def _outside(plan: Plan, request: DispatchRequest, answer: Answer) -> Explained:
    """The request is no part of what was planned: why, and whether another opening or venue would serve it."""
    base = plan.version.cost if plan.version else 0
    starts = open_starts(request, plan.first, plan.last)
    if starts:
        return Explained(_("この案を作ったあとに、受け付けたか直した依頼です。計画し直してください。"))
    if request.latest < plan.first or request.earliest > plan.last:
        return Explained(_("依頼の期間が、この計画の期間の外にあります。期間の合う計画を作ってください。"))
    changes = _at_other_venues(plan, request, answer, base)

    def longer() -> None:
        row = DispatchRequest.objects.get(pk=request.pk)
        row.windows.all().delete()
        RequestWindow.objects.bulk_create(
            RequestWindow(request=row, weekday=day, opens=opens, closes=closes) for day, opens, closes in LONG_WINDOWS
        )

    remedy = _way(_as_if(plan, longer), answer, request, Change(Kind.OPENING), base)
    if remedy:
        change = Change(Kind.OPENING, start=remedy.way.start)
        changes.append(Remedy(change, remedy.way, remedy.problem, remedy.extra))
    names = _names(plan, request, changes)
    return Explained(
        _("会場が、この期間のどの候補の日時にも開いていません。"), changes=[_tell(one, names) for one in changes]
    )


# --- into words -----------------------------------------------------------------------------------------------------
def _told(plan: Plan, request: DispatchRequest, found: Diagnosis, changes: list[Remedy], *, short: bool) -> Explained:
    names = _names(plan, request, changes, [one.person for one in found.people])
    return Explained(
        headline=words.headline(found, names),
        people=[(names.name(one.person), str(words.WHY[one.why])) for one in found.people[:PEOPLE_SHOWN]],
        counts=[(str(words.WHY[why]), count) for why, count in found.counts.items()],
        changes=[_tell(one, names) for one in changes],
        short=short,
    )


def _tell(remedy: Remedy, names: words.Names) -> Told:
    venue = pk_of(remedy.change.place) if remedy.change.kind == Kind.VENUE and remedy.change.place else None
    return Told(
        kind=remedy.change.kind,
        title=words.title(remedy.change, names),
        outcome=words.outcome(remedy, names),
        cost=words.cost(remedy.extra),
        other_venue=venue,
    )


def _names(plan: Plan, request: DispatchRequest, changes: list[Remedy], people: list[str] | None = None) -> words.Names:
    ids = set(people or [])
    for one in changes:
        ids |= {*one.way.crew, one.change.person or "", one.change.place or "", one.change.other or ""}
    known = names_of({name for name in ids if ID.fullmatch(name)})  # not ports, nor people who don't exist yet
    return words.Names(known, skill_names(), plan.first)


def skill_names() -> dict[str, str]:
    """By code, also of needs that no course has brought in yet."""
    needs = {need.value: str(need.label) for need in Need}
    return needs | dict(Skill.objects.values_list("code", "name"))


# --- one that is served ---------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Row:
    """An alternative for the page; `at` a moment, `when` the same in words, costs as kilometres."""

    at: object
    when: str
    crew: str
    km: str
    road: str
    dearer: bool


@dataclass(frozen=True)
class ExplainedVisit:
    choice: Choice
    rows: list[Row]
    people: list[tuple[str, str]]
    next_best: Row | None
    same_time: Row | None
    saved_km: str
    penalty_km: str


def explain_visit(plan: Plan, request: DispatchRequest) -> ExplainedVisit | None:
    """Why this person and time; None where the plan no longer keeps its own rules, so that nothing compares."""
    assert plan.version is not None  # noqa: S101  (the view sees to it)
    problem, answer = documents.current(plan, plan.version)
    problem = documents.but_pending(problem, answer, key("r", request.pk))
    choice = why_so(problem, bare(answer), key("r", request.pk))
    if choice is None:
        return None
    crews = {name for one in choice.alternatives for name in one.crew}
    names = names_of(crews | {one.person for one in choice.others})
    rows = {one: _row(one, names, plan) for one in choice.alternatives}
    return ExplainedVisit(
        choice=choice,
        rows=list(rows.values()),
        people=[(names.get(o.person, o.person), str(words.WHY[o.why])) for o in choice.others[:PEOPLE_SHOWN]],
        next_best=rows[choice.alternatives[0]] if choice.alternatives else None,
        same_time=rows[choice.same_time] if choice.same_time else None,
        saved_km=f"{choice.saved / 10:,.0f}",
        penalty_km=f"{choice.penalty / 10:,.0f}",
    )


def _row(one: Alternative, names: dict[str, str], plan: Plan) -> Row:
    return Row(
        at=moment_of(one.start, plan.first),
        when=words.Names({}, {}, plan.first).clock(one.start),
        crew="、".join(names.get(name, name) for name in one.crew),
        km=f"{one.extra / 10:+,.1f}",
        road=f"{one.extra_hm / 10:+,.1f}",
        dearer=one.extra >= 0,
    )
