"""What no longer holds of planned visits: a qualification that ran out, a venue taken, a request withdrawn."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.classes.models import VenueHold
from outreach.dispatch.building import in_other_plans
from outreach.dispatch.models import RequestStatus, Visit
from outreach.dispatch.wishes import AROUND, stands
from outreach.people.models import Person, Qualification, Skill


@dataclass(frozen=True)
class Misfit:
    """`mark`: a word or two for where the visit stands; `text`: a sentence. `person`: whose fault it is, else all's."""

    mark: str
    text: str
    person: int | None = None


Held = dict[tuple[int, str], list[Qualification]]


def with_conditions(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    """With what `misfits` reads of each. 5 statements."""
    return visits.select_related("request__venue").prefetch_related(*(f"request__{one}" for one in AROUND), "sessions")


def misfits(visits: Iterable[Visit]) -> dict[int, list[Misfit]]:
    """What no longer holds, by visit, read `with_conditions`. 4 statements for a plan, however many of its visits."""
    rows = list(visits)
    held = _qualifications(rows)
    asked = _asked_elsewhere(rows)
    taken = _taken(rows)
    skills = dict(Skill.objects.values_list("code", "name"))
    found = {
        visit.pk: [*_gone(visit, asked)] or [*_lapsed(visit, held, skills), *_venue(visit, taken)] for visit in rows
    }
    return {pk: misfit for pk, misfit in found.items() if misfit}


def misfits_of(visit: Visit) -> list[Misfit]:
    """The same of one visit, as its own page says it; none once it has begun."""
    around = Visit.objects.select_related("venue", "request__course", "lead", "second")
    coming = around.filter(pk=visit.pk, starts_at__gt=timezone.now())
    return misfits(with_conditions(coming)).get(visit.pk, [])


def _asked_elsewhere(visits: list[Visit]) -> set[tuple[int, int]]:
    """Plan and request of those that another plan has gone out with."""
    requests = {visit.request_id for visit in visits}
    plans = {visit.plan_id: visit.plan for visit in visits}
    return {(pk, row) for pk, plan in plans.items() for row in in_other_plans(plan).filter(request__in=requests)}


def _gone(visit: Visit, asked: set[tuple[int, int]]) -> Iterator[Misfit]:
    """Nobody goes, whatever else there is to say of it."""
    if visit.request.status == RequestStatus.WITHDRAWN:
        yield Misfit(_("取り下げ"), _("この依頼は取り下げられました。計画し直すと、訪問が外れます。"))
    elif (visit.plan_id, visit.request_id) in asked:
        yield Misfit(_("ほかの計画で打診"), _("この依頼は、ほかの計画で講師に打診しています。"))


def _qualifications(visits: list[Visit]) -> Held:
    held: Held = defaultdict(list)
    for row in Qualification.objects.filter(person__in={pk for visit in visits for pk in visit.crew}):
        held[row.person_id, row.skill_id].append(row)
    return held


def _lapsed(visit: Visit, held: Held, skills: dict[str, str]) -> Iterator[Misfit]:
    """As `check` has it: the lead for the course and every need, the second for the course."""
    day, course = timezone.localdate(visit.starts_at), visit.request.course.skill_id
    parts: list[tuple[Person | None, list[str]]] = [
        (visit.lead, [course, *visit.request.needs]),
        (visit.second, [course]),
    ]
    for person, wanted in parts:
        if person is None:
            continue
        for skill in dict.fromkeys(wanted):
            if not any(_covers(row, day) for row in held[person.pk, skill]):
                words = {"name": person.name, "skill": skills.get(skill, skill)}
                text = _("%(name)sさんは、その日に要る資格「%(skill)s」を、いまは持っていません。") % words
                yield Misfit(_("資格切れ"), text, person.pk)


def _covers(held: Qualification, day: date) -> bool:
    return held.valid_from <= day and (held.valid_to is None or day <= held.valid_to)


def _taken(visits: list[Visit]) -> dict[int, list[VenueHold]]:
    """What else stands in the venues between the first visit and the last."""
    taken: dict[int, list[VenueHold]] = defaultdict(list)
    if not visits:
        return taken
    first, last = min(visit.starts_at for visit in visits), max(visit.ends_at for visit in visits)
    venues = {visit.venue_id for visit in visits}
    for hold in VenueHold.objects.filter(venue__in=venues, starts_at__lt=last, ends_at__gt=first):
        taken[hold.venue_id].append(hold)
    return taken


def _venue(visit: Visit, taken: dict[int, list[VenueHold]]) -> Iterator[Misfit]:
    """A visit whose classes are made has the room for them."""
    venue = {"venue": visit.venue.name}
    if not stands(visit.request, visit):
        yield Misfit(_("会場が閉まる"), _("会場「%(venue)s」は、その日時には使えなくなりました。") % venue)
    own = {session.subject for session in visit.sessions.all()}
    meets = (hold.starts_at < visit.ends_at and visit.starts_at < hold.ends_at for hold in taken[visit.venue_id]
             if hold.subject not in own)  # fmt: skip
    if any(meets):
        yield Misfit(_("会場がふさがる"), _("会場「%(venue)s」は、その時間にほかの予定があります。") % venue)
