"""Reads shared by more than one caller."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from geo.distance import great_circle_km
from outreach.people.availability import availability, minute
from outreach.people.models import (
    Engagement,
    Insurance,
    Membership,
    Person,
    Qualification,
    Role,
    Supporter,
    User,
)
from outreach.people.rules import ALLOWED, Action, Scope
from outreach.people.standing import Span, Standing, Stay, Wanted, insured_on, valid_on

Place = tuple[float, float]
MARGIN = timedelta(hours=12)  # as far from a wanted time as services.engage looks
NOT_COUNTED = "training:"  # learning is not carried by the month's limit


def scope_of(user: User, action: Action) -> Scope:
    """How far `user` may do `action`, over all roles held; an empty scope where none permits it."""
    memberships = [m for m in user.memberships.all() if action in ALLOWED[m.role]]
    nationwide = {Role.MINISTRY, Role.ADMINISTRATOR}
    own = {Role.INSTRUCTOR, Role.SUPPORTER}
    person = getattr(user, "person", None) if any(m.role in own for m in memberships) else None
    return Scope(
        nation=any(m.role in nationwide for m in memberships),
        prefectures=frozenset(m.prefecture_id for m in memberships if m.role == Role.PREFECTURE and m.prefecture_id),
        municipalities=frozenset(m.municipality_id for m in coordinating(memberships) if m.municipality_id),
        organisations=frozenset(m.organisation_id for m in coordinating(memberships) if m.organisation_id),
        person=person.pk if person else None,
    )


def coordinating(memberships: list[Membership]) -> list[Membership]:
    return [m for m in memberships if m.role == Role.COORDINATOR]


# --- people in reach (law 7) ----------------------------------------------------------------------------------------
def people_in(scope: Scope) -> QuerySet[Person]:
    """Those who teach or help, as far as a scope reaches: one's own organisation's, a prefecture's, oneself."""
    people = Person.objects.filter(Q(instructor__isnull=False) | Q(supporter__isnull=False))
    if scope.nation:
        return people
    return people.filter(
        Q(instructor__organisation__in=scope.organisations)
        | Q(supporter__organisation__in=scope.organisations)
        | Q(instructor__organisation__municipality__in=scope.municipalities)
        | Q(supporter__organisation__municipality__in=scope.municipalities)
        | Q(municipality__prefecture__in=scope.prefectures)
        | Q(pk=scope.person)
    )


def supporters_in(scope: Scope) -> QuerySet[Supporter]:
    return Supporter.objects.filter(person__in=people_in(scope))


# --- standing -------------------------------------------------------------------------------------------------------
def standings(
    supporters: Iterable[Supporter], wanted: Wanted, place: Place | None, *, ignore: str = ""
) -> dict[int, Standing]:
    """What is known of each, by key of the person, for `wanted` at `place` (lat, lon). 8 statements, however many.

    `supporters` with their person. Engagements whose subject starts with `ignore` count as free.
    """
    rows = list(supporters)
    keys = [one.person_id for one in rows]
    day = timezone.localtime(wanted.starts_at).date()
    valid, insured = _valid_skills(keys, day), _insured(keys, day)
    stays, loads = _engaged(keys, wanted, ignore)
    spans = availability([one.person for one in rows], day, day, ignore=ignore)
    return {
        one.person_id: Standing(
            active=one.active,
            trained=one.skill_needed in valid[one.person_id],
            insured=one.person_id in insured,
            km=_km(place, one.person.lat, one.person.lon) or 0.0,
            reach_km=one.reach_km,
            load=loads[one.person_id],
            limit=one.month_limit,
            open_spans=tuple(spans[one.person_id][day]),
            stays=tuple(
                Stay(stay.starts_at, stay.ends_at, _km(place, stay.lat, stay.lon)) for stay in stays[one.person_id]
            ),
        )
        for one in rows
    }


def clock_of(wanted: Wanted) -> Span:
    """The wanted time in minutes of the local day on which it starts."""
    start, end = timezone.localtime(wanted.starts_at), timezone.localtime(wanted.ends_at)
    return minute(start.time()), minute(end.time()) + 1440 * (end.date() - start.date()).days


def valid_skills(person: Person, day: date) -> set[str]:
    """What one person may do on `day`. 1 statement."""
    return _valid_skills([person.pk], day)[person.pk]


def skills_on(keys: Iterable[int], day: date) -> dict[int, set[str]]:
    """What each person may do on `day`, by key. 1 statement."""
    return _valid_skills(list(keys), day)


def _valid_skills(keys: list[int], day: date) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    rows = Qualification.objects.filter(person__in=keys)
    for person, skill, first, last in rows.values_list("person_id", "skill_id", "valid_from", "valid_to"):
        if valid_on(day, first, last):
            found[person].add(skill)
    return found


def _insured(keys: list[int], day: date) -> set[int]:
    years: dict[int, list[tuple[int, date]]] = defaultdict(list)
    for person, year, starts_on in Insurance.objects.filter(person__in=keys).values_list(
        "person_id", "fiscal_year", "starts_on"
    ):
        years[person].append((year, starts_on))
    return {person for person, found in years.items() if insured_on(day, found)}


def _engaged(keys: list[int], wanted: Wanted, ignore: str) -> tuple[dict[int, list[Engagement]], dict[int, int]]:
    """Engagements near the wanted time, and how many there are in its month. 1 statement."""
    first, last = month_around(wanted.starts_at)
    earliest, latest = min(first, wanted.starts_at - MARGIN), max(last, wanted.ends_at + MARGIN)
    found = Engagement.objects.filter(person__in=keys, starts_at__lt=latest, ends_at__gt=earliest)
    near: dict[int, list[Engagement]] = defaultdict(list)
    loads: dict[int, int] = defaultdict(int)
    for one in found.exclude(subject__startswith=ignore) if ignore else found:
        if one.starts_at < wanted.ends_at + MARGIN and one.ends_at > wanted.starts_at - MARGIN:
            near[one.person_id].append(one)
        loads[one.person_id] += first <= one.starts_at < last and not one.subject.startswith(NOT_COUNTED)
    return near, loads


def month_around(moment: datetime) -> tuple[datetime, datetime]:
    """The local month of `moment`, half-open."""
    first = timezone.localtime(moment).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first, (first + timedelta(days=32)).replace(day=1)


def _km(place: Place | None, lat: float | None, lon: float | None) -> float | None:
    if place is None or lat is None or lon is None:
        return None
    return float(great_circle_km(lat, lon, *place))
