"""What the pages of explanation say, in the reader's language: reasons, changes that were tried, alternatives."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from outreach import dates
from outreach.dispatch import documents
from outreach.dispatch.building import key, moment_of
from outreach.dispatch.editing import bare
from outreach.dispatch.explain import words
from outreach.dispatch.explain.visits import Alternative, Choice, why_so
from outreach.dispatch.findings import Finding, Found, Outside
from outreach.dispatch.models import DispatchRequest, Need, Plan
from outreach.dispatch.wording import ID, names_of
from outreach.people.models import Skill

PEOPLE_SHOWN = 60
OUTSIDE: dict[Outside, Promise] = {
    Outside.NEWER: _("この案を作ったあとに、受け付けたか直した依頼です。計画し直してください。"),
    Outside.PERIOD: _("依頼の期間が、この計画の期間の外にあります。期間の合う計画を作ってください。"),
    Outside.SHUT: _("会場が、この期間のどの候補の日時にも開いていません。"),
    Outside.ALL_SHUT: _("第2希望より後もふくめて、どの会場も、この期間のどの候補の日時にも開いていません。"),
}


@dataclass(frozen=True)
class Told:
    """One change for the page: `kind` decides which button stands beside it."""

    kind: str
    title: str
    outcome: str
    cost: str


@dataclass(frozen=True)
class Explained:
    """`short`: there is more to try than the search had time for."""

    headline: str
    people: list[tuple[str, str]] = field(default_factory=list)
    counts: list[tuple[str, int]] = field(default_factory=list)
    changes: list[Told] = field(default_factory=list)
    short: bool = False


def explained(plan: Plan, finding: Finding) -> Explained:
    found = finding.diagnosis
    people = found.people[:PEOPLE_SHOWN] if found else ()
    names = _names(plan, finding.changes, [one.person for one in people])
    changes = [_tell(one, names) for one in finding.changes]
    if found is None:
        return Explained(str(OUTSIDE[finding.outside or Outside.NEWER]), changes=changes, short=finding.short)
    return Explained(
        headline=words.headline(found, names),
        people=[(names.name(one.person), str(words.WHY[one.why])) for one in people],
        counts=[(str(words.WHY[why]), count) for why, count in found.counts.items()],
        changes=changes,
        short=finding.short,
    )


def _tell(one: Found, names: words.Names) -> Told:
    return Told(
        kind=one.change.kind,
        title=words.title(one.change, names),
        outcome=words.outcome(one.crew, names.clock_at(one.start, one.place), names),
        cost=words.cost(one.extra),
    )


def _names(plan: Plan, changes: Iterable[Found], people: list[str]) -> words.Names:
    ids = set(people)
    for one in changes:
        ids |= {*one.crew, one.place or "", one.change.person or "", one.change.place or "", one.change.other or ""}
    known = names_of({name for name in ids if ID.fullmatch(name)})  # not ports, nor people who don't exist yet
    return words.Names(known, skill_names(), plan.first)


def skill_names() -> dict[str, str]:
    """By code, also of needs that no course has brought in yet."""
    needs = {need.value: str(need.label) for need in Need}
    return needs | dict(Skill.objects.values_list("code", "name"))


# --- one that is served ---------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Row:
    """An alternative for the page; `at` a moment, `when` the same in words, costs as kilometres.

    `where`: the venue, of a request that has several.
    """

    at: object
    when: str
    where: str
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
    first_wish: Row | None
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
    crews = {name for one in choice.alternatives for name in (*one.crew, one.place) if name}
    names = names_of(crews | {one.person for one in choice.others})
    rows = {one: _row(one, names, plan) for one in choice.alternatives}
    return ExplainedVisit(
        choice=choice,
        rows=list(rows.values()),
        people=[(names.get(o.person, o.person), str(words.WHY[o.why])) for o in choice.others[:PEOPLE_SHOWN]],
        next_best=rows[choice.alternatives[0]] if choice.alternatives else None,
        same_time=rows[choice.same_time] if choice.same_time else None,
        first_wish=rows[choice.first_wish] if choice.first_wish else None,
        saved_km=f"{choice.saved / 10:,.0f}",
        penalty_km=f"{choice.penalty / 10:,.0f}",
    )


def _row(one: Alternative, names: dict[str, str], plan: Plan) -> Row:
    return Row(
        at=moment_of(one.start, plan.first),
        when=words.Names(names, {}, plan.first).clock_at(one.start, one.place),
        where=names.get(one.place or "", ""),
        crew=dates.listed(names.get(name, name) for name in one.crew),
        km=f"{one.extra / 10:+,.1f}",
        road=f"{one.extra_hm / 10:+,.1f}",
        dearer=one.extra >= 0,
    )
