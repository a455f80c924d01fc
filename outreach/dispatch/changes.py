"""What one version of a plan changed against the one before, and who had been told otherwise."""

from dataclasses import dataclass
from datetime import datetime

from outreach import dates
from outreach.dispatch.building import moment_of, pk_of
from outreach.dispatch.documents import answer_of
from outreach.dispatch.models import DispatchRequest, Offer, Plan, PlanVersion
from outreach.dispatch.problem import ServedVisit
from outreach.dispatch.wording import names_of


@dataclass(frozen=True)
class Side:
    """Where a visit stands in a version: when, who goes, and to which venue."""

    at: datetime
    names: str
    where: str


@dataclass(frozen=True)
class Change:
    """A visit that moved, came or went. `told`: someone had been asked for it already."""

    request: DispatchRequest
    before: Side | None
    after: Side | None
    told: bool


def changes_of(plan: Plan, version: PlanVersion) -> list[Change]:
    """Against the version before, in order of time; none where it is the first. Four statements."""
    if version.before is None:
        return []
    old = {entry.id: entry for entry in answer_of(version.before).visits}
    new = {entry.id: entry for entry in answer_of(version).visits}
    differ = [name for name in sorted(old.keys() | new.keys()) if _place(old.get(name)) != _place(new.get(name))]
    requests = _requests(differ)
    names = _names([side for name in differ for side in (old.get(name), new.get(name)) if side])
    told = _told(plan, version, requests)
    found = [
        Change(
            request=requests[pk_of(name)],
            before=_side(plan, requests[pk_of(name)], old.get(name), names),
            after=_side(plan, requests[pk_of(name)], new.get(name), names),
            told=pk_of(name) in told,
        )
        for name in differ
    ]
    return sorted(found, key=lambda change: (change.after or change.before or Side(version.at, "", "")).at)


def _place(entry: ServedVisit | None) -> tuple[int, str | None, tuple[str, ...]] | None:
    return (entry.start, entry.place, _crew(entry)) if entry else None


def _crew(entry: ServedVisit) -> tuple[str, ...]:
    return (entry.lead, *sorted(set(entry.instructors) - {entry.lead}))


def _requests(ids: list[str]) -> dict[int, DispatchRequest]:
    rows = DispatchRequest.objects.select_related("municipality", "venue", "course")
    return rows.in_bulk([pk_of(name) for name in ids])


def _names(entries: list[ServedVisit]) -> dict[str, str]:
    return names_of({name for entry in entries for name in (*entry.instructors, entry.place) if name})


def _told(plan: Plan, version: PlanVersion, requests: dict[int, DispatchRequest]) -> set[int]:
    before = Offer.objects.filter(visit__plan=plan, visit__request__in=requests, sent_at__lt=version.at)
    return set(before.values_list("visit__request_id", flat=True))


def _side(plan: Plan, request: DispatchRequest, entry: ServedVisit | None, names: dict[str, str]) -> Side | None:
    if entry is None:
        return None
    where = names.get(entry.place, "?") if entry.place else request.venue.name
    who = dates.listed(names.get(name, "?") for name in _crew(entry))
    return Side(moment_of(entry.start, plan.first), who, where)
