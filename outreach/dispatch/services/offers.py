"""Offers: made when a plan is published, answered or lapsed, passed on to whoever is next.

Locks are taken in one order: plan, requests, session, person. Whatever changes a plan or answers an offer takes the
plan's.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.classes.models import PLANNED, Shift
from outreach.contact.rules import into_hours
from outreach.dispatch.ahead import leaves_at
from outreach.dispatch.asking import accepted, substitutes
from outreach.dispatch.models import (
    STANDING,
    DispatchRequest,
    Offer,
    OfferEvent,
    OfferStatus,
    Plan,
    PlanStatus,
    RequestStatus,
    Visit,
)
from outreach.dispatch.publishing import visits_to_ask
from outreach.dispatch.rules import answer_by
from outreach.dispatch.services import asker
from outreach.dispatch.services.answers import change_offer, lock_plan
from outreach.dispatch.services.engaging import TooMuch, book_person, whom_to_ask
from outreach.dispatch.services.holding import hold_classes
from outreach.dispatch.services.refused import OfferError, PlanRefused
from outreach.dispatch.services.requests import change_status
from outreach.dispatch.services.telling import tell_asked
from outreach.dispatch.services.versions import checked, write_version
from outreach.people.models import Person, User
from outreach.people.services import PersonBusy

log = logging.getLogger(__name__)

TAKEN_UP = timedelta(hours=2)
AROUND = ("plan", "venue", "request__municipality", "request__course", "request__organisation", "request__letter")


@transaction.atomic
def publish_plan(*, plan: Plan, by: User | None) -> int:
    """Offer every visit to come to its crew, and tell each of them once. Again, only what is not offered yet.

    `plan` is as its caller read it, and showed it. Who said no is not asked again: a substitute is chosen. Returns how
    many offers went out. Raises: OfferError.
    """
    _as_seen(plan)
    Plan.objects.filter(pk=plan.pk).update(status=PlanStatus.PUBLISHED)
    plan.status = PlanStatus.PUBLISHED
    now = timezone.now()
    visits = visits_to_ask(plan, now).select_related("request")
    known = set(
        Offer.objects.filter(visit__in=visits).exclude(status=OfferStatus.WITHDRAWN).values_list("visit", "person")
    )
    wanted = [(visit, person) for visit in visits for person in visit.crew if (visit.pk, person) not in known]
    for visit, person in wanted:
        _make_offer(visit, person, by, now)
    tell_asked(plan=plan, people={person for _visit, person in wanted}, now=now)
    return len(wanted)


def went_out_last(plan: Plan) -> int:
    """How many offers the plan's latest publishing made, for whoever presses twice."""
    made = OfferEvent.objects.filter(offer__visit__plan=plan, old="", new=OfferStatus.OPEN)
    return made.filter(at__in=made.order_by("-at").values("at")[:1]).count()


def _as_seen(plan: Plan) -> None:
    """Lock the plan, then its requests, so that two plans published at once don't both ask for one."""
    standing = lock_plan(plan.pk)
    if plan.version_id is None:
        raise OfferError(_("まだ案がありません。"))
    if standing.version_id != plan.version_id:
        raise OfferError(_("ほかの人が先に変更しました。もう一度確かめてください。"))
    if standing.replanning:
        raise OfferError(_("計画ができてから、打診してください。"))
    asked = DispatchRequest.objects.filter(visits__plan=plan).order_by("pk").values("pk")
    list(DispatchRequest.objects.select_for_update().filter(pk__in=asked).order_by("pk").values_list("pk"))


def _make_offer(visit: Visit, person: int, by: User | None, now: datetime) -> Offer:
    asked = min(into_hours(now), visit.starts_at)
    leaves = leaves_at(visit.plan_id, person, timezone.localdate(visit.starts_at)) or visit.starts_at
    until = min(answer_by(asked, visit.starts_at), leaves)  # once they should have set out, it is too late
    offer = Offer.objects.create(visit=visit, person_id=person, starts_at=visit.starts_at, answer_by=until)
    OfferEvent.objects.create(offer=offer, new=OfferStatus.OPEN, at=now, by=by)
    if visit.request.status == RequestStatus.RECEIVED:  # it left another plan, or its day passed there
        change_status(request=visit.request, to=RequestStatus.PLANNED, by=by)
    if visit.request.status == RequestStatus.PLANNED:
        change_status(request=visit.request, to=RequestStatus.OFFERED, by=by)
    return offer


@transaction.atomic
def accept_offer(*, offer: Offer, now: datetime, by: User | None = None) -> None:
    """Take the offer: the journey is booked door to door; the classes exist once the whole crew has accepted.

    A second yes to the same changes nothing. `by`: staff who heard it on the telephone. Raises: OfferError where it is
    over, the plan has changed since, or the person is engaged elsewhere by now, or for too long.
    """
    offer, visit = _locked(offer)
    if offer.status == OfferStatus.ACCEPTED:
        return
    leaves = leaves_at(visit.plan_id, offer.person_id, timezone.localdate(visit.starts_at))
    if offer.status != OfferStatus.OPEN or min(offer.answer_by, leaves or offer.answer_by) <= now:
        raise OfferError(_("この打診は、すでに終わっています。"))
    if visit.request.status == RequestStatus.WITHDRAWN:
        raise OfferError(_("依頼が取り下げられたため、この打診は終わりました。"))
    if offer.person_id not in visit.crew or offer.starts_at != visit.starts_at:
        raise OfferError(_("計画が変わったため、この打診は終わりました。新しい打診が届くまでお待ちください。"))
    list(visit.sessions.select_for_update().order_by("pk"))  # before the person: as whoever staffs a class by hand
    change_offer(offer, OfferStatus.ACCEPTED, at=now, by=by)
    try:
        book_person(plan=visit.plan_id, person=offer.person)
    except TooMuch as error:
        raise OfferError(str(error) if by else whom_to_ask(error.over, offer.person)) from error
    except PersonBusy as error:
        raise OfferError(str(error)) from error
    if accepted(visit) >= set(visit.crew):
        hold_classes(visit)


def _locked(offer: Offer) -> tuple[Offer, Visit]:
    """The offer and its visit as they are now, under the plan's lock. Raises: OfferError where they are gone."""
    lock_plan(offer.visit.plan_id)
    around = ("person__instructor__organisation", *(f"visit__{name}" for name in AROUND))
    fresh = Offer.objects.select_related(*around).filter(pk=offer.pk).first()
    if fresh is None:
        raise OfferError(_("計画が変わったため、この打診は終わりました。新しい打診が届くまでお待ちください。"))
    return fresh, fresh.visit


@transaction.atomic
def try_classes_again(*, visit: Visit) -> None:
    """Make the classes of a visit that everyone accepted. Raises: OfferError with what still stands against it."""
    lock_plan(visit.plan_id)
    fresh = Visit.objects.select_related(*AROUND).get(pk=visit.pk)
    if not accepted(fresh) >= set(fresh.crew):
        raise OfferError(_("まだ承諾していない講師がいます。"))
    hold_classes(fresh)
    fresh.refresh_from_db()
    if fresh.trouble:
        raise OfferError(fresh.trouble)


@transaction.atomic
def decline_offer(*, offer: Offer, now: datetime, reason: str = "", by: User | None = None) -> None:
    """Say no; the office chooses who is asked next. A second no changes nothing. Raises: OfferError."""
    offer, _visit = _locked(offer)
    if offer.status == OfferStatus.DECLINED:
        return
    if offer.status != OfferStatus.OPEN:
        raise OfferError(_("この打診は、すでに終わっています。"))
    change_offer(offer, OfferStatus.DECLINED, at=now, by=by, reason=reason[:200])


@transaction.atomic
def return_offer(*, offer: Offer, now: datetime, reason: str = "", by: User | None = None) -> None:
    """Unwell after all: free the person's time and take them off the classes, which stay for residents to come.

    Raises: OfferError unless it was accepted and has not begun.
    """
    offer, visit = _locked(offer)
    if offer.status == OfferStatus.RETURNED:
        return
    if offer.status != OfferStatus.ACCEPTED or visit.starts_at <= now:
        raise OfferError(_("この打診は、承諾されていないか、もう始まっています。"))
    change_offer(offer, OfferStatus.RETURNED, at=now, by=by, reason=reason[:200])
    Shift.objects.filter(session__in=visit.sessions.filter(status__in=PLANNED), person=offer.person_id).delete()
    book_person(plan=visit.plan_id, person=offer.person)
    if visit.request.status == RequestStatus.AGREED:
        change_status(request=visit.request, to=RequestStatus.OFFERED, by=by, reason=reason[:200])
        asker.take_back(visit.request)


def offer_to(*, visit: Visit, leaving: Person, person: Person, by: User | None) -> Offer:
    """Ask `person` in the place of `leaving`; once, though it is pressed again. Not inside a transaction: finding out
    who may takes seconds.

    Raises: OfferError unless they are among the substitutes, or where the plan changes meanwhile. It does not name
    them: not everyone may know of them.
    """
    if asked := _asked_already(visit.pk, leaving.pk, person.pk):
        return asked
    if leaving.pk not in visit.crew:
        raise OfferError(_("ほかの人が先に変更しました。もう一度確かめてください。"))
    found = substitutes(visit, leaving.pk)
    way = next((one for one in found.able if one.candidate.person == person.pk), None)
    if way is None or found.problem is None:
        raise OfferError(_("この人には、この訪問を頼めません。"))
    if not found.whole:
        raise OfferError(_("ほかの訪問にも行けない人がいて、この計画は保存できません。先に計画し直してください。"))
    try:
        made = checked(visit.plan, found.problem, way.plan)
        with transaction.atomic():
            if visit.offers.filter(person=leaving, status=OfferStatus.ACCEPTED).exists():
                raise OfferError(_("%(person)sさんは承諾しています。先に取りやめてください。") % {"person": leaving})
            reason = _("代わりの講師にした")
            write_version(plan=visit.plan, made=made, reason=reason, by=by)
            return _ask(visit.pk, person.pk, by)
    except PlanRefused as error:
        if asked := _asked_already(visit.pk, leaving.pk, person.pk):
            return asked
        raise OfferError(str(error)) from error


def _asked_already(visit: int, leaving: int, person: int) -> Offer | None:
    """The offer of another press of the same, a moment ago."""
    fresh = Visit.objects.filter(pk=visit).first()
    if fresh is None or leaving in fresh.crew or person not in fresh.crew:
        return None
    return Offer.objects.filter(visit=visit, person=person, status__in=STANDING).first()


def _ask(visit: int, person: int, by: User | None) -> Offer:
    now = timezone.now()
    asked = Visit.objects.select_related("request", "plan").get(pk=visit)
    offer = _make_offer(asked, person, by, now)
    tell_asked(plan=asked.plan, people=[person], now=now)
    return offer


def lapse_offers(*, now: datetime) -> int:
    """End offers whose time is over and ask the fittest substitute. Returns how many lapsed.

    A worker killed between the two leaves the place open: it is taken up for some hours after the lapse.
    """
    late = Offer.objects.filter(status=OfferStatus.OPEN, answer_by__lte=now).select_related("visit", "person")
    lapsed = sum(_lapse(offer, now) for offer in late.order_by("answer_by", "pk"))
    silent = Offer.objects.filter(
        status=OfferStatus.LAPSED, answered_at__gt=now - TAKEN_UP, answered_at__lte=now, visit__starts_at__gt=now
    )
    for offer in silent.select_related("visit", "person").order_by("starts_at", "pk"):
        try:
            _ask_next(offer, now)
        except Exception:  # what is wrong with one plan keeps nobody from being asked for the others
            log.exception("offer %d: nobody asked next", offer.pk)
    return lapsed


@transaction.atomic
def _lapse(offer: Offer, now: datetime) -> bool:
    lock_plan(offer.visit.plan_id)
    return change_offer(offer, OfferStatus.LAPSED, at=now)


def _ask_next(offer: Offer, now: datetime) -> None:
    """One who could be asked by now may not in a moment: then the next is tried."""
    visit = Visit.objects.select_related("plan__version").filter(pk=offer.visit_id).first()
    if visit is None or visit.starts_at <= now or offer.person_id not in visit.crew:
        return
    for one in substitutes(visit, offer.person_id).able[:3]:
        try:
            next_person = Person.objects.get(pk=one.candidate.person)
            offer_to(visit=visit, leaving=offer.person, person=next_person, by=None)
        except OfferError:
            continue
        return
