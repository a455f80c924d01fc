"""Reads of offers, each within a scope, and who could come instead."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from outreach.dispatch import documents, ranking
from outreach.dispatch.ahead import in_time
from outreach.dispatch.building import build_problem, key, minute_of, pk_of
from outreach.dispatch.models import (
    ENDED,
    SAID_NO,
    STANDING,
    Offer,
    OfferLetter,
    OfferStatus,
    Plan,
    PlanStatus,
    RequestStatus,
    Visit,
)
from outreach.dispatch.problem import Problem
from outreach.dispatch.queries import plans_in
from outreach.dispatch.ranking import Substitute
from outreach.dispatch.substituting import Vacancy, stand
from outreach.people.models import Person
from outreach.people.ranking import Candidate
from outreach.people.rules import Scope


@dataclass(frozen=True)
class Found:
    """Who can take someone's place, the fittest first, and who cannot and why.

    `problem` is what each substitute's plan answers; `whole`: such a plan may be saved.
    """

    problem: Problem | None = None
    able: list[Substitute] = field(default_factory=list)
    unable: list[Candidate] = field(default_factory=list)
    whole: bool = True


def offers_in(scope: Scope) -> QuerySet[Offer]:
    """The offers that a scope may see: those of its plans, and a person's own."""
    plans = plans_in(scope).values("pk")
    return Offer.objects.filter(Q(visit__plan__in=plans) | Q(person=scope.person))


@dataclass(frozen=True)
class OwnLetter:
    """A letter as its person sees it in the office: what waits for an answer, what they accepted and is to come."""

    letter: OfferLetter
    waiting: int
    coming: int


def own_letters(person: int | None, now: datetime) -> list[OwnLetter]:
    """A person's letters with anything still to answer or to do. 1 statement."""
    mine = Q(plan__visits__offers__person=person)
    waiting = Count("plan__visits__offers", filter=mine & Q(plan__visits__offers__status=OfferStatus.OPEN))
    to_come = Q(plan__visits__offers__status=OfferStatus.ACCEPTED, plan__visits__offers__starts_at__gt=now)
    found = OfferLetter.objects.filter(person=person).annotate(
        waiting=waiting, coming=Count("plan__visits__offers", filter=mine & to_come)
    )
    rows = found.filter(Q(waiting__gt=0) | Q(coming__gt=0)).select_related("plan__prefecture").order_by("plan__first")
    return [OwnLetter(row, row.waiting, row.coming) for row in rows]


def vacancies_in(scope: Scope, now: datetime) -> QuerySet[Visit]:
    """Visits to come of published plans for which someone planned has said no, been silent or become unable.

    Not of a request that was withdrawn since: its visit is in the plan until that is made anew.
    """
    no = Offer.objects.filter(visit=OuterRef("pk"), status__in=SAID_NO)
    yes = Offer.objects.filter(visit=OuterRef("pk"), status__in=STANDING)
    open_lead = Exists(no.filter(person=OuterRef("lead"))) & ~Exists(yes.filter(person=OuterRef("lead")))
    open_second = Exists(no.filter(person=OuterRef("second"))) & ~Exists(yes.filter(person=OuterRef("second")))
    found = Visit.objects.filter(plan__in=plans_in(scope), plan__status=PlanStatus.PUBLISHED, starts_at__gt=now)
    found = found.exclude(request__status=RequestStatus.WITHDRAWN)
    return found.annotate(lead_is_out=open_lead, second_is_out=open_second).filter(
        Q(lead_is_out=True) | Q(second_is_out=True)
    )


def unasked_in(scope: Scope, now: datetime) -> list[tuple[Plan, int]]:
    """Published plans with visits to come of which someone was not asked, and can still set out; and how many."""
    told = Offer.objects.filter(visit=OuterRef("pk")).exclude(status=OfferStatus.WITHDRAWN)
    new = ~Exists(told.filter(person=OuterRef("lead"))) | (
        Q(second__isnull=False) & ~Exists(told.filter(person=OuterRef("second")))
    )
    visits = Visit.objects.filter(new, plan__in=plans_in(scope), plan__status=PlanStatus.PUBLISHED, starts_at__gt=now)
    visits = visits.exclude(request__status__in=ENDED)
    visits = in_time(visits, visits.order_by().values_list("plan", flat=True), now)
    counts = dict(visits.order_by().values_list("plan").annotate(Count("pk")))
    plans = Plan.objects.filter(pk__in=counts).select_related("prefecture").order_by("pk")
    return [(plan, counts[plan.pk]) for plan in plans]


def unreachable_in(scope: Scope) -> QuerySet[OfferLetter]:
    """Letters that wait for an answer and that no message or call can bring."""
    waiting = Offer.objects.filter(status=OfferStatus.OPEN, visit__plan=OuterRef("plan"), person=OuterRef("person"))
    found = OfferLetter.objects.filter(Exists(waiting), unreachable=True, plan__in=plans_in(scope))
    return found.select_related("person").order_by("person__kana", "pk")


def accepted(visit: Visit) -> set[int]:
    """Who of the crew said yes to the visit as it is now."""
    yes = visit.offers.filter(status=OfferStatus.ACCEPTED, starts_at=visit.starts_at)
    return set(yes.values_list("person_id", flat=True)) & set(visit.crew)


def substitutes(visit: Visit, leaving: int) -> Found:
    """Who can take `leaving`'s place at a visit at its time, by today's availability.

    Only people with whom every rule is kept: nobody ineligible is ever among them. Seconds of work: call it outside
    a transaction.
    """
    plan = visit.plan
    if plan.version is None:
        return Found()
    fresh = build_problem(prefecture=plan.prefecture_id, first=plan.first, last=plan.last, plan=plan)
    name = key("r", visit.request_id)
    if name not in {wanted.id for wanted in fresh.visits}:
        return Found()
    crew = tuple(key("p", person) for person in visit.crew)
    vacancy = Vacancy(name, minute_of(visit.starts_at, plan.first), crew, key("p", leaving))
    standing = stand(fresh, documents.problem_of(plan.version), documents.answer_of(plan.version), vacancy)
    able, unable = ranking.substitutes(standing, vacancy, _people(fresh))
    return Found(standing.asked, able, unable, standing.whole)


def _people(problem: Problem) -> dict[str, ranking.Person]:
    keys = [pk_of(person.id) for person in problem.instructors]
    rows = Person.objects.filter(pk__in=keys).select_related("municipality", "instructor__organisation")
    return {
        key("p", row.pk): ranking.Person(
            row.pk, row.name, row.kana, f"{row.municipality}・{row.instructor.organisation}"
        )
        for row in rows
    }
