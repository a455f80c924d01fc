"""Reads shared by more than one caller."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
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

    `supporters` with their person. The engagement for `ignore` (a subject) counts as free.
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
            stays=_stays(stays[one.person_id], place),
        )
        for one in rows
    }


def own_standings(supporter: Supporter, wishes: Sequence[tuple[Wanted, Place]], *, ignore: str = "") -> list[Standing]:
    """How one supporter stands to each of many times and places that they may choose themselves. 3 statements.

    Hours of the week are not asked: whoever signs up has looked. `ignore` is an engagement that would end.
    """
    qualified = list(
        Qualification.objects.filter(person=supporter.person_id, skill=supporter.skill_needed).values_list(
            "valid_from", "valid_to"
        )
    )
    insured = list(Insurance.objects.filter(person=supporter.person_id).values_list("fiscal_year", "starts_on"))
    engaged = list(_engagements_around([supporter.person_id], [wanted for wanted, _place in wishes], ignore))
    return [
        Standing(
            active=supporter.active,
            trained=any(valid_on(day, *span) for span in qualified),
            insured=insured_on(day, insured),
            km=_km(place, supporter.person.lat, supporter.person.lon) or 0.0,
            reach_km=supporter.reach_km,
            load=sum(_counts(one, wanted) for one in engaged),
            limit=supporter.month_limit,
            stays=_stays([one for one in engaged if _near(one, wanted)], place),
        )
        for wanted, place in wishes
        for day in [timezone.localtime(wanted.starts_at).date()]
    ]


def clock_of(wanted: Wanted) -> Span:
    """The wanted time in minutes of the local day on which it starts."""
    start, end = timezone.localtime(wanted.starts_at), timezone.localtime(wanted.ends_at)
    return minute(start.time()), minute(end.time()) + 1440 * (end.date() - start.date()).days


def valid_skills(person: Person, day: date) -> set[str]:
    """What one person may do on `day`. 1 statement."""
    return _valid_skills([person.pk], day)[person.pk]


def insured_among(keys: Iterable[int], day: date) -> set[int]:
    """Whose insurance covers `day`, by key of the person. 1 statement."""
    return _insured(list(keys), day)


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
    near: dict[int, list[Engagement]] = defaultdict(list)
    loads: dict[int, int] = defaultdict(int)
    for one in _engagements_around(keys, [wanted], ignore):
        if _near(one, wanted):
            near[one.person_id].append(one)
        loads[one.person_id] += _counts(one, wanted)
    return near, loads


def _engagements_around(keys: list[int], wishes: Iterable[Wanted], ignore: str) -> QuerySet[Engagement]:
    """All that may matter: the months of the wanted times, and half a day on either side."""
    months = [month_around(wanted.starts_at) for wanted in wishes]
    if not months:
        return Engagement.objects.none()
    found = Engagement.objects.filter(
        person__in=keys,
        starts_at__lt=max(last for _first, last in months) + MARGIN,
        ends_at__gt=min(first for first, _last in months) - MARGIN,
    )
    return found.exclude(subject=ignore) if ignore else found


def _near(one: Engagement, wanted: Wanted) -> bool:
    return one.starts_at < wanted.ends_at + MARGIN and one.ends_at > wanted.starts_at - MARGIN


def _counts(one: Engagement, wanted: Wanted) -> bool:
    first, last = month_around(wanted.starts_at)
    return first <= one.starts_at < last and not one.subject.startswith(NOT_COUNTED)


def _stays(engaged: Iterable[Engagement], place: Place | None) -> tuple[Stay, ...]:
    return tuple(Stay(one.starts_at, one.ends_at, _km(place, one.lat, one.lon)) for one in engaged)


def month_around(moment: datetime) -> tuple[datetime, datetime]:
    """The local month of `moment`, half-open."""
    first = timezone.localtime(moment).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first, (first + timedelta(days=32)).replace(day=1)


def _km(place: Place | None, lat: float | None, lon: float | None) -> float | None:
    if place is None or lat is None or lon is None:
        return None
    return float(great_circle_km(lat, lon, *place))
