"""Who could teach or help at a session, the fittest first, with the reason beside each."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from geo.distance import great_circle_km
from outreach.classes.models import Session, Shift
from outreach.classes.rules import JST
from outreach.desk.rules import Fitness, hindrance
from outreach.dispatch.overwork import who_overworks
from outreach.people.models import Engagement, Person, Qualification
from outreach.people.queries import insured_among, skills_on
from outreach.people.rules import Scope

HALF_A_DAY = timedelta(hours=12)  # the same margin as people.services.engage looks at


@dataclass(frozen=True)
class Candidate:
    person: Person
    duty: str
    fitness: Fitness
    group: str  # 講師 or the kind of supporter, and for whom they work
    lacks: tuple[str, ...] = ()  # of a supporter: training or insurance for that day; staff may still ask them
    over: str = ""  # of who teaches: a limit that it would pass, which takes a reason


def candidates(session: Session, duty: str, scope: Scope, *, q: str = "") -> list[Candidate]:
    """Those who may be asked for `duty`, ranked; already assigned people are left out. 7 statements."""
    people = list(_active(session, duty, scope, q))
    stays, lacks = _stays(session, people), lacking(session, people)
    place = (session.venue.lat, session.venue.lon)
    too_much = who_overworks(people, session.starts_at, session.ends_at, place)
    found = (
        _candidate(session, duty, person, stays[person.pk], lacks.get(person.pk, ()), too_much.get(person.pk, ""))
        for person in people
    )
    return sorted(found, key=_rank)


def _rank(candidate: Candidate) -> tuple[bool, bool, bool, bool, float, str]:
    hindered, uncertified, km = candidate.fitness.rank
    return (hindered, bool(candidate.over), bool(candidate.lacks), uncertified, km, candidate.person.kana)


def lacking(session: Session, people: list[Person]) -> dict[int, tuple[str, ...]]:
    """Of the supporters among `people`, by key: what they lack on the day of the session, in words. 2 statements."""
    day = session.starts_at.astimezone(JST).date()
    helpers = [person for person in people if hasattr(person, "supporter") and not hasattr(person, "instructor")]
    keys = [person.pk for person in helpers]
    skills, insured = skills_on(keys, day), insured_among(keys, day)
    return {
        person.pk: (
            *((_("研修がまだ"),) if person.supporter.skill_needed not in skills[person.pk] else ()),
            *((_("保険がまだ"),) if person.pk not in insured else ()),
        )
        for person in helpers
    }


def _active(session: Session, duty: str, scope: Scope, q: str) -> QuerySet[Person]:
    day = session.starts_at.astimezone(JST).date()
    valid = Qualification.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        person=OuterRef("pk"),
        skill=session.course.skill_id,
        valid_from__lte=day,
    )
    people = within_reach(session, scope)
    if duty == Shift.Duty.INSTRUCTOR:
        people = people.filter(instructor__active=True)
    if q:
        people = people.filter(Q(name__contains=q) | Q(kana__contains=q))
    return (
        people.exclude(shifts__session=session)
        .annotate(certified=Exists(valid))
        .select_related("municipality", "instructor__organisation", "supporter__organisation", "travel_limits")
    )


def within_reach(session: Session, scope: Scope) -> QuerySet[Person]:
    """Law 7: one's own people, those of the session's organisation, and those who live in its prefecture.

    The last are asked across organisations: a class in a valley is helped by whoever lives near it.
    """
    people = Person.objects.filter(Q(instructor__active=True) | Q(supporter__active=True))
    if scope.nation:
        return people
    organisations = {*scope.organisations, session.organisation_id}
    return people.filter(
        Q(instructor__organisation__in=organisations)
        | Q(supporter__organisation__in=organisations)
        | Q(municipality__in=scope.municipalities)
        | Q(municipality__prefecture=session.municipality.prefecture_id)
    )


def _stays(session: Session, people: list[Person]) -> dict[int, list[Engagement]]:
    near = Engagement.objects.filter(
        person__in=[person.pk for person in people],
        starts_at__lt=session.ends_at + HALF_A_DAY,
        ends_at__gt=session.starts_at - HALF_A_DAY,
    )
    found: dict[int, list[Engagement]] = defaultdict(list)
    for stay in near:
        found[stay.person_id].append(stay)
    return found


def _candidate(
    session: Session, duty: str, person: Person, stays: list[Engagement], lacks: tuple[str, ...], over: str
) -> Candidate:
    venue, certified = session.venue, bool(person.certified)  # type: ignore[attr-defined]
    why_not = hindrance(
        certified=certified,
        must_be_certified=duty == Shift.Duty.INSTRUCTOR,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        stays=[(stay, _km(stay, venue.lat, venue.lon)) for stay in stays],
    )
    km = float(great_circle_km(person.lat, person.lon, venue.lat, venue.lon))
    return Candidate(person, duty, Fitness(certified, why_not, km), _group(person), lacks, over)


def _km(stay: Engagement, lat: float, lon: float) -> float | None:
    return None if stay.lat is None or stay.lon is None else float(great_circle_km(stay.lat, stay.lon, lat, lon))


def _group(person: Person) -> str:
    if hasattr(person, "instructor"):
        return str(person.instructor.organisation)
    return f"{person.supporter.get_kind_display()}・{person.supporter.organisation}"
