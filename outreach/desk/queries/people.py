"""Who teaches and helps, how each of them stands today, and what an ending qualification touches."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from outreach.classes.models import OPEN, Shift
from outreach.classes.rules import JST
from outreach.people.models import Insurance, Person, Qualification, Supporter
from outreach.people.queries import people_in
from outreach.people.rules import Scope
from outreach.people.services.qualifications import WARNED_DAYS
from outreach.people.standing import fiscal_year
from outreach.registration.models import PLACED_SUPPORTS, SupportHelper

LATELY = timedelta(days=30)  # what ended as long ago still shows, so that nobody drops out of sight unseen
AROUND = ("municipality__prefecture", "instructor__organisation", "supporter__organisation")


@dataclass(frozen=True)
class Row:
    """One person of the register."""

    person: Person
    skills: list[Qualification]  # in force today, by name
    insured: bool

    @property
    def supporter(self) -> Supporter | None:
        return getattr(self.person, "supporter", None)

    @property
    def left(self) -> bool:
        """Neither teaches nor helps any more."""
        one = self.supporter
        return not (one.active if one else self.person.instructor.active)

    @property
    def trained(self) -> bool:
        return self.supporter is None or any(one.skill_id == self.supporter.skill_needed for one in self.skills)

    @property
    def ready(self) -> bool:
        if self.supporter is None:
            return bool(self.skills) and self.person.instructor.active
        return self.supporter.active and self.trained and self.insured


def find_people(scope: Scope, *, kind: str = "", state: str = "", q: str = "", today: date) -> QuerySet[Person]:
    """The register, narrowed; everything that narrows is judged by the database."""
    people = people_in(scope).select_related(*AROUND).order_by("kana", "pk")
    if kind:
        people = (
            people.filter(instructor__isnull=False) if kind == "instructor" else people.filter(supporter__kind=kind)
        )
    if q:
        people = people.filter(Q(name__contains=q) | Q(kana__contains=q))
    active = Q(instructor__active=True) | Q(supporter__active=True)
    if state == "left":
        return people.exclude(active)
    people = people.filter(active)
    trained, insured = is_trained(today), Exists(Insurance.objects.filter(_insured(today), person=OuterRef("pk")))
    if state == "ready":
        people = people.filter(trained & (Q(supporter__isnull=True) | Q(insured)))
    elif state == "untrained":
        people = people.exclude(trained)
    elif state == "uninsured":
        people = people.filter(supporter__isnull=False).exclude(insured)
    return people


def is_trained(today: date) -> Q:
    """True of instructors with any qualification in force, and of supporters with that of their training."""
    any_skill = Qualification.objects.filter(in_force(today), person=OuterRef("pk"))
    helper = Q(Exists(any_skill.filter(skill="helper")), supporter__kind__in=["student", "resident"])
    disability = Q(Exists(any_skill.filter(skill="disability-pc")), supporter__kind="disability_pc")
    return helper | disability | Q(Exists(any_skill), instructor__isnull=False)


def in_force(day: date) -> Q:
    return Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gte=day))


def _insured(day: date) -> Q:
    return Q(fiscal_year=fiscal_year(day), starts_on__lte=day)


def rows_of(people: Iterable[Person], today: date) -> list[Row]:
    """2 statements, however many."""
    found = list(people)
    skills: dict[int, list[Qualification]] = defaultdict(list)
    for one in Qualification.objects.filter(in_force(today), person__in=found).select_related("skill"):
        skills[one.person_id].append(one)
    insured = set(Insurance.objects.filter(_insured(today), person__in=found).values_list("person_id", flat=True))
    return [Row(person, skills[person.pk], person.pk in insured) for person in found]


# --- what ends ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Ending:
    """A qualification that ends soon or has just ended, with nothing to follow it, and what it touches."""

    qualification: Qualification
    days_left: int
    shifts: Sequence[Shift]
    supports: Sequence[SupportHelper]

    @property
    def over(self) -> bool:
        return self.days_left < 0


def ending_in(scope: Scope, today: date) -> QuerySet[Qualification]:
    """Those of active people that end within 60 days or ended lately, where no later one of the skill follows."""
    later = Qualification.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=OuterRef("valid_to")),
        person=OuterRef("person"),
        skill=OuterRef("skill"),
    )
    active = Q(person__instructor__active=True) | Q(person__supporter__active=True)
    window = (today - LATELY, today + timedelta(days=WARNED_DAYS[0]))
    found = Qualification.objects.filter(active, ~Exists(later), valid_to__range=window, person__in=people_in(scope))
    around = ("skill", "person__municipality", "person__instructor__organisation", "person__supporter__organisation")
    return found.select_related(*around).order_by("valid_to", "pk")


def endings(qualifications: Iterable[Qualification], today: date) -> list[Ending]:
    """With the sessions and visits that each leaves without a qualified person. 2 statements."""
    found = list(qualifications)
    shifts, supports = _shifts_to_come(found, today), _supports_to_come(found, today)
    return [
        Ending(
            one,
            (one.valid_to - today).days if one.valid_to else 0,
            [shift for shift in shifts[one.person_id] if _touches_shift(one, shift)],
            [helper for helper in supports[one.person_id] if _touches_support(one, helper)],
        )
        for one in found
    ]


def _shifts_to_come(found: list[Qualification], today: date) -> dict[int, list[Shift]]:
    rows = Shift.objects.filter(
        person__in=[one.person_id for one in found],
        session__status__in=[*OPEN, "draft"],
        session__starts_at__date__gte=today,
    )
    by_person: dict[int, list[Shift]] = defaultdict(list)
    for shift in rows.select_related("session__course", "session__municipality").order_by("session__starts_at"):
        by_person[shift.person_id].append(shift)
    return by_person


def _supports_to_come(found: list[Qualification], today: date) -> dict[int, list[SupportHelper]]:
    rows = SupportHelper.objects.filter(
        person__in=[one.person_id for one in found],
        support__status__in=PLACED_SUPPORTS,
        support__starts_at__date__gte=today,
    ).exclude(answer=SupportHelper.Answer.DECLINED)
    by_person: dict[int, list[SupportHelper]] = defaultdict(list)
    for helper in rows.select_related("support").order_by("support__starts_at"):
        by_person[helper.person_id].append(helper)
    return by_person


def _touches_shift(one: Qualification, shift: Shift) -> bool:
    """Its skill is what the duty needs, and it has ended by that day."""
    day = shift.session.starts_at.astimezone(JST).date()
    if one.valid_to is None or day <= one.valid_to:
        return False
    if shift.duty == Shift.Duty.INSTRUCTOR:
        return shift.session.course.skill_id == one.skill_id
    return _own_skill(one.person) == one.skill_id


def _touches_support(one: Qualification, helper: SupportHelper) -> bool:
    starts_at = helper.support.starts_at
    if one.valid_to is None or starts_at is None or starts_at.astimezone(JST).date() <= one.valid_to:
        return False
    return one.skill_id in {_own_skill(one.person), helper.support.skill_id}


def _own_skill(person: Person) -> str:
    supporter: Supporter | None = getattr(person, "supporter", None)
    return supporter.skill_needed if supporter else ""
