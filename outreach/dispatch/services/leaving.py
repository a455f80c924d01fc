"""A class that came of a plan goes its own way: cancelled, or moved to another time by the office."""

from django.db import transaction
from django.utils import timezone

from outreach.classes.models import PLANNED, Session
from outreach.dispatch import documents
from outreach.dispatch.editing import take_out
from outreach.dispatch.models import STANDING, Offer, OfferStatus, Plan, RequestStatus, Visit
from outreach.dispatch.services.answers import change_offer, lock_plan
from outreach.dispatch.services.engaging import book_person
from outreach.dispatch.services.refused import PlanRefused
from outreach.dispatch.services.requests import change_status
from outreach.dispatch.services.versions import save_version
from outreach.people.models import User
from outreach.people.services import engage


def lock_session(*sessions: Session) -> None:
    """Lock what an answer to an offer locks, in its order: the plans, then the classes. Within a transaction."""
    keys = [session.pk for session in sessions]
    for plan in sorted(set(Visit.objects.filter(sessions__in=keys).values_list("plan_id", flat=True))):
        lock_plan(plan)
    list(Session.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))


@transaction.atomic
def cancelled(*, session: Session, by: User | None, reason: str) -> None:
    """After a class was cancelled: a visit left with none is out of its plan, and its request waits to be planned anew.

    The crew's time is free again; they are told of the class by whoever cancelled it, so not once more.
    """
    for visit in _visits(session):
        if not visit.sessions.filter(status__in=PLANNED).exists():
            _end_offers(visit, by, reason)
            if visit.request.status == RequestStatus.AGREED:
                change_status(request=visit.request, to=RequestStatus.PLANNED, by=by, reason=reason[:200])
            _take_out(visit, reason, by)


@transaction.atomic
def moving(*, session: Session, by: User | None, reason: str) -> None:
    """Before a class is moved by hand: its visit leaves the plan, and each of its classes holds the crew's time itself.

    The request stays agreed. Raises: people.services.PersonBusy.
    """
    for visit in _visits(session):
        _end_offers(visit, by, reason)
        others = list(visit.sessions.filter(status__in=PLANNED).exclude(pk=session.pk).select_related("venue"))
        visit.sessions.clear()
        _take_out(visit, reason, by)
        for one in others:
            for shift in one.shifts.select_related("person"):
                place = (one.venue.lat, one.venue.lon)
                engage(
                    person=shift.person,
                    starts_at=one.starts_at,
                    ends_at=one.ends_at,
                    subject=one.subject,
                    place=place,
                )


def _visits(session: Session) -> list[Visit]:
    found = list(session.visits.select_related("request").order_by("plan_id"))
    for visit in found:
        lock_plan(visit.plan_id)
    return found


def _end_offers(visit: Visit, by: User | None, reason: str) -> None:
    now = timezone.now()
    for offer in (
        Offer.objects.filter(visit=visit, status__in=STANDING).select_related("person", "visit").order_by("person_id")
    ):
        change_offer(offer, OfferStatus.WITHDRAWN, at=now, by=by, reason=reason[:200])
        book_person(plan=visit.plan_id, person=offer.person)


def _take_out(visit: Visit, reason: str, by: User | None) -> None:
    """A version of the plan without the visit; where nights away hang on it, the plan stays until it is made anew."""
    plan = Plan.objects.select_related("version__problem").get(pk=visit.plan_id)
    if plan.version is None:
        return
    answer = take_out(documents.answer_of(plan.version), f"r{visit.request_id}")
    try:
        with transaction.atomic():
            save_version(
                plan=plan, problem=documents.problem_of(plan.version), answer=answer, reason=reason[:100], by=by
            )
    except PlanRefused:
        return
