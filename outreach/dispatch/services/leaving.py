"""A class that came of a plan goes its own way: cancelled, or moved to another time by the office.

What the plan then comes to is computed before anything is locked (`settled`), and written if the plan is still as it
was: else all of it is done again.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import reduce
from typing import TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.classes.models import PLANNED, Session
from outreach.classes.services import SessionError
from outreach.dispatch import documents
from outreach.dispatch.building import key
from outreach.dispatch.editing import take_out
from outreach.dispatch.models import STANDING, Offer, OfferStatus, Plan, RequestStatus, Visit
from outreach.dispatch.services.answers import change_offer, lock_plan
from outreach.dispatch.services.engaging import book_person
from outreach.dispatch.services.refused import PlanRefused
from outreach.dispatch.services.requests import change_status
from outreach.dispatch.services.telling import tell_ended
from outreach.dispatch.services.versions import Checked, checked, write_version
from outreach.people.models import User
from outreach.people.services import engage

Done = TypeVar("Done")
Left = frozenset[int]  # requests whose visits leave a plan together
Ready = dict[tuple[int, Left], Checked | None]  # by version: what a plan comes to without them, None where it can't be
MOST_TRIES = 5


class Overtaken(Exception):
    """A plan was changed since what it comes to was computed."""


def settled(sessions: Iterable[Session], act: Callable[[Ready], Done]) -> Done:
    """Act in a transaction of its own, with what is ready for the plans that these classes came of.

    Raises: SessionError where others keep changing a plan.
    """
    classes = [session.pk for session in sessions]
    for _attempt in range(MOST_TRIES):
        ready = _made_ready(classes)
        try:
            with transaction.atomic():
                return act(ready)
        except Overtaken:
            continue
    raise SessionError(_("ほかの人が計画を変更しています。少し待って、もう一度押してください。"))


def _made_ready(classes: list[int]) -> Ready:
    visits = Visit.objects.filter(sessions__in=classes, plan__version__isnull=False)
    leaving: dict[int, set[int]] = {}
    for pk, request in visits.values_list("plan_id", "request_id"):
        leaving.setdefault(pk, set()).add(request)
    ready: Ready = {}
    for plan in Plan.objects.filter(pk__in=leaving).select_related("version__problem"):
        assert plan.version_id is not None  # noqa: S101  (asked for above)
        for gone in {frozenset(leaving[plan.pk]), *(frozenset({request}) for request in leaving[plan.pk])}:
            ready[plan.version_id, gone] = _without(plan, gone)
    return ready


def _without(plan: Plan, gone: Left) -> Checked | None:
    """Tenths of a second for a big plan. None where nights away hang on a visit: the plan stays until it is remade."""
    assert plan.version is not None  # noqa: S101  (who calls has asked for such plans)
    answer = reduce(take_out, (key("r", request) for request in gone), documents.answer_of(plan.version))
    try:
        return checked(plan, documents.problem_of(plan.version), answer)
    except PlanRefused:
        return None


def lock_session(*sessions: Session, ready: Ready) -> None:
    """Lock what an answer to an offer locks, in its order: the plans, then the classes. Within a transaction.

    Raises: Overtaken, before anything is changed.
    """
    keys, known = [session.pk for session in sessions], {version for version, _gone in ready}
    for plan in sorted(set(Visit.objects.filter(sessions__in=keys).values_list("plan_id", flat=True))):
        if lock_plan(plan).version_id not in known | {None}:
            raise Overtaken
    list(Session.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))


@transaction.atomic
def cancelled(*, session: Session, by: User | None, reason: str, ready: Ready) -> None:
    """After a class was cancelled: a visit left with none is out of its plan, and its request waits to be planned anew.

    The crew's time is free again; they are told of the class by whoever cancelled it, so not once more.
    """
    gone = [visit for visit in _visits(session) if not visit.sessions.filter(status__in=PLANNED).exists()]
    for visit in gone:
        _end_offers(visit, by, reason)
        if visit.request.status == RequestStatus.AGREED:
            change_status(request=visit.request, to=RequestStatus.PLANNED, by=by, reason=reason[:200])
    _take_out(gone, reason, by, ready)
    for request in session.dispatch_requests.filter(status=RequestStatus.AGREED):
        if not request.classes.filter(status__in=PLANNED).exists():  # moved by hand before, so in no plan any more
            for to in (RequestStatus.PLANNED, RequestStatus.RECEIVED):
                change_status(request=request, to=to, by=by, reason=reason[:200])


@transaction.atomic
def moving(*, session: Session, by: User | None, reason: str, ready: Ready) -> None:
    """Before a class is moved by hand: its visit leaves the plan, and each of its classes holds the crew's time itself.

    The request stays agreed. Raises: people.services.PersonBusy.
    """
    gone = _visits(session)
    others = {one.pk: one for visit in gone for one in _others(visit, session)}
    for visit in gone:
        _end_offers(visit, by, reason)
        visit.sessions.clear()
    _take_out(gone, reason, by, ready)
    for one in others.values():
        for shift in one.shifts.select_related("person"):
            place = (one.venue.lat, one.venue.lon)
            engage(person=shift.person, starts_at=one.starts_at, ends_at=one.ends_at, subject=one.subject, place=place)


def _others(visit: Visit, session: Session) -> list[Session]:
    return list(visit.sessions.filter(status__in=PLANNED).exclude(pk=session.pk).select_related("venue"))


def _visits(session: Session) -> list[Visit]:
    found = list(session.visits.select_related("request").order_by("plan_id"))
    for visit in found:
        lock_plan(visit.plan_id)
    return found


def _end_offers(visit: Visit, by: User | None, reason: str) -> None:
    """Who said yes is told of the class by whoever changed it; who is still asked, that nothing is asked any more."""
    now = timezone.now()
    standing = Offer.objects.filter(visit=visit, status__in=STANDING).order_by("person_id")
    asked = []
    for offer in standing.select_related("person", "visit__plan", "visit__request__municipality"):
        was_open = offer.status == OfferStatus.OPEN
        if change_offer(offer, OfferStatus.WITHDRAWN, at=now, by=by, reason=reason[:200]) and was_open:
            asked.append(offer)
        book_person(plan=visit.plan_id, person=offer.person)
    tell_ended(offers=asked, now=now)


def _take_out(gone: list[Visit], reason: str, by: User | None, ready: Ready) -> None:
    """Of each plan a version without its visits, as it was made ready: the plans are locked since, and still so."""
    for pk in sorted({visit.plan_id for visit in gone}):
        plan = Plan.objects.select_related("version__problem").get(pk=pk)
        left = frozenset(visit.request_id for visit in gone if visit.plan_id == pk)
        made = ready.get((plan.version_id or 0, left))
        if made is None:
            continue
        with suppress(PlanRefused), transaction.atomic():
            write_version(plan=plan, made=made, reason=reason[:100], by=by)
