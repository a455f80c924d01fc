"""What publishing a plan would do: whom it would ask, by which way, and what no longer holds."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach import dates
from outreach.dispatch.ahead import in_time
from outreach.dispatch.building import build_problem, in_other_plans, key, pk_of
from outreach.dispatch.check import check
from outreach.dispatch.documents import answer_of
from outreach.dispatch.editing import take_out
from outreach.dispatch.misfits import misfits, with_conditions
from outreach.dispatch.models import ENDED, OfferStatus, Plan, Visit
from outreach.dispatch.score import Score
from outreach.dispatch.week import AROUND, visits_of
from outreach.dispatch.wording import sentences
from outreach.people.models import Person


@dataclass
class Asked:
    """One person, the visits that they would be asked about, and how they are reached; `way` empty: by no means.

    In the order of `services.telling.way_to`, which also heeds refusals and hours at the moment of telling.
    """

    person: Person
    visits: list[Visit] = field(default_factory=list)

    @property
    def way(self) -> str:
        if self.person.email:
            return _("メール")
        if self.person.phone:
            return _("SMSか電話")
        return _("所属先に電話") if self.person.instructor.organisation.phone else ""


def visits_to_ask(plan: Plan, now: datetime) -> QuerySet[Visit]:
    """Visits to come that someone may have to be asked for: not agreed or withdrawn, in no other published plan, and
    nobody should have set out already, be it the evening before.
    """
    coming = plan.visits.filter(starts_at__gt=now).exclude(request__status__in=ENDED)
    return in_time(coming.exclude(request__in=in_other_plans(plan)), [plan.pk], now)


def to_offer(plan: Plan) -> list[Asked]:
    """As `publish_plan` would: of `visits_to_ask`, those whose crew was not asked about them yet, by person."""
    found: dict[int, Asked] = {}
    employers = (
        "lead__instructor__organisation",
        "second__instructor__organisation",
        "lead__municipality",
        "second__municipality",
    )
    for visit in visits_of(plan, visits_to_ask(plan, timezone.now())).select_related(*AROUND, *employers):
        asked = {offer.person_id for offer in visit.offers.all() if offer.status != OfferStatus.WITHDRAWN}
        for person in (visit.lead, visit.second):
            if person is not None and person.pk not in asked:
                found.setdefault(person.pk, Asked(person)).visits.append(visit)
    return sorted(found.values(), key=lambda one: (one.person.kana, one.person.pk))


def changed_since(plan: Plan) -> list[str]:
    """What the plan breaks by today's requests and hours: it was made with those of its day."""
    if plan.version is None:
        return []
    problem = build_problem(prefecture=plan.prefecture_id, first=plan.first, last=plan.last, plan=plan)
    answer = answer_of(plan.version)
    known = {visit.id for visit in problem.visits}
    gone = [entry.id for entry in answer.visits if entry.id not in known]
    for name in gone:
        answer = take_out(answer, name)
    result = check(problem, answer)
    said = [*_gone(plan, gone), *_venues_lost(plan, known)]
    return said if isinstance(result, Score) else [*said, *sentences(result)]


def _gone(plan: Plan, names: list[str]) -> Iterator[str]:
    """A line for those that another plan asks for, and one for the rest."""
    elsewhere = set(in_other_plans(plan).filter(request__in=[pk_of(name) for name in names]))
    asked = [name for name in names if pk_of(name) in elsewhere]
    if asked:
        yield _("ほかの計画で打診している依頼（この計画からは打診しません）：%(them)s") % {"them": dates.listed(asked)}
    if rest := [name for name in names if name not in asked]:
        yield _("取り下げられたか、期間の外になった依頼：%(them)s") % {"them": dates.listed(rest)}


def _venues_lost(plan: Plan, known: set[str]) -> list[str]:
    """What `check` cannot know, since a visit keeps its start among those it may have."""
    rows = with_conditions(visits_of(plan, plan.visits.filter(starts_at__gt=timezone.now())))
    coming = [visit for visit in rows if key("r", visit.request_id) in known]
    lost = misfits(coming)
    return [
        _("%(visit)s：%(text)s") % {"visit": key("r", visit.request_id), "text": one.text}
        for visit in coming
        for one in lost.get(visit.pk, ())
        if one.person is None
    ]
