"""A year of individual supports and of the register of those who give them: counts, and two warnings."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import mean

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from outreach.people.models import Organisation, Person, Supporter
from outreach.people.rules import Scope
from outreach.people.standing import fiscal_year
from outreach.registration.hours import in_words, year_around
from outreach.registration.models import Support, SupportHelper, SupportKind, SupportStatus
from outreach.registration.supporting import supports_in

FEW = 5  # a cell under this is not shown (law 7)
TOO_MUCH = 3  # times the mean of those who helped
AT_LEAST = 12  # visits a year, before anyone is warned of carrying too much
YEAR = timedelta(days=365)
SKILL = "disability-pc"


@dataclass(frozen=True)
class Register:
    """Supporters with the training completed and in force, of one organisation."""

    at_start: int
    at_end: int
    new: int
    left: int


@dataclass(frozen=True)
class Month:
    first: date
    visit: int
    phone: int
    group: int

    @property
    def total(self) -> int:
        return self.visit + self.phone + self.group


@dataclass(frozen=True)
class YearOfSupports:
    fiscal_year: int
    requested: int
    done: int
    cancelled: int
    helpers: int
    residents: int
    minutes: int
    months: list[Month]
    skills: list[tuple[str, int | None]]
    register: Register

    @property
    def hours(self) -> str:
        return in_words(self.minutes)


def year_of_supports(organisation: Organisation, year: int) -> YearOfSupports:
    """The fiscal year of one organisation. 10 statements, however many supports."""
    first, last = year_around(date(year, 4, 1))
    of_it = Support.objects.filter(organisation=organisation)
    requested = of_it.filter(requested_at__gte=first, requested_at__lt=last)
    held = of_it.filter(status=SupportStatus.DONE, starts_at__gte=first, starts_at__lt=last)
    helpers = SupportHelper.objects.filter(support__in=held, left_at__isnull=False)
    each = {"helpers": "person", "residents": "support__resident"}
    people = helpers.aggregate(**{name: Count(path, distinct=True) for name, path in each.items()})
    return YearOfSupports(
        fiscal_year=year,
        requested=requested.count(),
        done=held.count(),
        cancelled=requested.filter(status=SupportStatus.CANCELLED).count(),
        minutes=sum(one.minutes for one in helpers.only("arrived_at", "left_at")),
        months=_months(held, year),
        skills=_skills(held),
        register=register_of(organisation, first.date(), last.date()),
        **people,
    )


def _months(held: "QuerySet[Support]", year: int) -> list[Month]:
    counted: Counter[tuple[int, int, str]] = Counter()
    for kind, starts_at in held.values_list("kind", "starts_at"):
        local = timezone.localtime(starts_at)
        counted[local.year, local.month, kind] += 1
    firsts = [date(year + (month < 4), month, 1) for month in (*range(4, 13), *range(1, 4))]
    kinds = (SupportKind.VISIT, SupportKind.PHONE, SupportKind.GROUP)
    return [Month(day, *(counted[day.year, day.month, kind] for kind in kinds)) for day in firsts]


def _skills(held: "QuerySet[Support]") -> list[tuple[str, int | None]]:
    """What was asked for; fewer than five are not shown, since a need may tell who it was."""
    rows = held.exclude(skill=None).order_by("skill__name").values_list("skill__name").annotate(n=Count("pk"))
    return [(name, n if n >= FEW else None) for name, n in rows]


# --- the register ---------------------------------------------------------------------------------------------------
def register_of(organisation: Organisation, first: date, last: date) -> Register:
    """From `first` to the day before `last`; a year that still runs is counted as of today. 4 statements."""
    end = min(last - timedelta(days=1), timezone.localdate())
    completed = Person.objects.filter(supporter__organisation=organisation, qualifications__skill=SKILL)
    since = completed.annotate(completed=Min("qualifications__valid_from", filter=Q(qualifications__skill=SKILL)))
    left = Supporter.objects.filter(organisation=organisation, left_on__gte=first, left_on__lt=last)
    return Register(
        at_start=registered_on(organisation, first - timedelta(days=1)),
        at_end=registered_on(organisation, end),
        new=since.filter(completed__gte=first, completed__lt=last).distinct().count(),
        left=left.filter(person__in=completed).count(),
    )


def registered_on(organisation: Organisation, day: date) -> int:
    """Completed supporters on the register at the end of `day`. 1 statement."""
    there = Supporter.objects.filter(Q(left_on__isnull=True) | Q(left_on__gt=day), organisation=organisation)
    in_force = Q(person__qualifications__skill=SKILL, person__qualifications__valid_from__lte=day) & (
        Q(person__qualifications__valid_to__isnull=True) | Q(person__qualifications__valid_to__gte=day)
    )
    return there.filter(in_force).distinct().count()


# --- warnings -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Heavy:
    """A supporter who carries far more than the others."""

    person: Person
    times: int


@dataclass(frozen=True)
class Warnings:
    """`before` and `now`: the register a year ago and today, where it has shrunk."""

    shrunk: list[tuple[Organisation, int, int]] = field(default_factory=list)
    heavy: list[Heavy] = field(default_factory=list)


def warnings(scope: Scope, today: date) -> Warnings:
    """For each organisation in reach that takes requests. A few statements an organisation; there are few."""
    asked = supports_in(scope).order_by().values("organisation")
    found = Warnings()
    for organisation in Organisation.objects.filter(pk__in=asked, takes_requests=True)[:20]:
        before, now = registered_on(organisation, today - YEAR), registered_on(organisation, today)
        if now < before:
            found.shrunk.append((organisation, before, now))
        found.heavy.extend(heavy_in(organisation, today))
    return found


def heavy_in(organisation: Organisation, today: date) -> list[Heavy]:
    """Those who gave three times the mean and at least a dozen in the last year. 2 statements."""
    since = timezone.make_aware(datetime.combine(today - YEAR, datetime.min.time()))
    given = SupportHelper.objects.filter(support__organisation=organisation, arrived_at__gte=since)
    counted = given.order_by().values("person").annotate(n=Count("pk"))
    times = {row["person"]: row["n"] for row in counted}
    too_much = carrying_too_much(times)
    people = Person.objects.in_bulk(too_much)
    return sorted((Heavy(people[key], times[key]) for key in too_much), key=lambda one: (-one.times, one.person.kana))


def carrying_too_much(times: dict[int, int]) -> list[int]:
    """Pure. The keys of those whose count is a dozen at least, and three times the mean."""
    if not times:
        return []
    limit = max(AT_LEAST, TOO_MUCH * mean(times.values()))
    return [key for key, count in times.items() if count >= limit]


def this_year() -> int:
    return fiscal_year(timezone.localdate())
