"""Offers: made when a plan is published, answered or lapsed, passed on to whoever is next."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.classes.models import Scheme, Shift
from outreach.classes.services import SessionError, create_session, publish_session
from outreach.contact.models import Channel, Kind
from outreach.contact.numbers import NumberRefused
from outreach.contact.services.queueing import queue_message, withdraw_messages
from outreach.dispatch.models import Offer, OfferStatus, Plan, PlanStatus, RequestStatus, Trip, Visit
from outreach.dispatch.queries import substitutes
from outreach.dispatch.services.plans import PlanRefused, save_version
from outreach.dispatch.services.requests import change_status
from outreach.people.models import Person, User
from outreach.people.services import PersonBusy, engage, release

ANSWER_WITHIN = timedelta(hours=48)
BREAK = timedelta(minutes=10)
STANDING = (OfferStatus.OPEN, OfferStatus.ACCEPTED)


class OfferError(Exception):
    """An offer cannot be made or answered so. `str()` is for whoever reads the page."""


@transaction.atomic
def publish_plan(*, plan: Plan, by: User | None) -> int:
    """Offer every visit to its crew. Again, only those not offered yet. Returns how many offers went out."""
    if plan.version is None:
        raise OfferError(_("まだ案がありません。"))
    Plan.objects.filter(pk=plan.pk).update(status=PlanStatus.PUBLISHED)
    plan.status = PlanStatus.PUBLISHED
    made = 0
    for visit in plan.visits.select_related("request", "lead", "second"):
        if visit.starts_at > timezone.now():
            made += sum(_offer(visit, person, by) for person in (visit.lead, visit.second) if person)
    return made


def _offer(visit: Visit, person: Person, by: User | None) -> bool:
    if Offer.objects.filter(visit=visit, person=person, status__in=STANDING).exists():
        return False
    deadline = min(timezone.now() + ANSWER_WITHIN, visit.starts_at)
    offer = Offer.objects.create(visit=visit, person=person, answer_by=deadline)
    if visit.request.status == RequestStatus.PLANNED:
        change_status(request=visit.request, to=RequestStatus.OFFERED, by=by)
    _tell(offer)
    return True


def _tell(offer: Offer) -> None:
    """By e-mail with the page's address, else by a person's call. Who can't be reached stays on the plan's page."""
    person, visit = offer.person, offer.visit
    request = visit.request
    channel, to = (Channel.EMAIL, person.email) if person.email else (Channel.CALL, person.phone)
    if not to:
        return
    day = timezone.localtime(visit.starts_at)
    said = _("%(day)s %(venue)s（%(town)s）の講師をお願いできますか。") % {
        "day": f"{day:%Y-%m-%d %H:%M}",
        "venue": request.venue.name,
        "town": request.municipality.name,
    }
    link = f"{settings.PUBLIC_URL.rstrip('/')}/dispatch/offers/{offer.token}/"
    fields = {
        "town": request.organisation.name,
        "callback": settings.CALLBACK_NUMBER,
        "name": person.name,
        "title": _("講師派遣のお願い"),
        "text": f"{said} {link}" if person.email else said,
    }
    try:
        queue_message(
            subject=f"offer:{offer.pk}",
            kind=Kind.WORK_NOTE,
            channel=channel,
            to=to,
            fields=fields,
            needed_by=offer.answer_by,
            municipality=request.municipality_id,
            organisation=request.organisation_id,
        )
    except NumberRefused:
        return


@transaction.atomic
def accept_offer(*, offer: Offer, now: datetime) -> None:
    """Take the offer: the person's day is booked door to door; the classes exist once the whole crew has accepted.

    Raises: OfferError where it is over, or the person is engaged elsewhere by now.
    """
    visit = Visit.objects.select_for_update().get(pk=offer.visit_id)
    _answer(offer, OfferStatus.ACCEPTED, now)
    day = timezone.localdate(visit.starts_at)
    trip = Trip.objects.get(plan=visit.plan_id, person=offer.person_id, day=day)
    release(subject=trip.subject, person=offer.person)
    try:
        engage(person=offer.person, starts_at=trip.leaves_at, ends_at=trip.back_at, subject=trip.subject)
        accepted = set(visit.offers.filter(status=OfferStatus.ACCEPTED).values_list("person_id", flat=True))
        if accepted >= set(visit.crew):
            _hold_classes(visit)
    except (PersonBusy, SessionError) as error:
        raise OfferError(str(error)) from error


def _answer(offer: Offer, status: OfferStatus, now: datetime, reason: str = "") -> None:
    waiting = Offer.objects.filter(pk=offer.pk, status=OfferStatus.OPEN)
    if status != OfferStatus.LAPSED:
        waiting = waiting.filter(answer_by__gt=now)
    if waiting.update(status=status, answered_at=now, reason=reason) != 1:
        raise OfferError(_("この打診は、すでに終わっています。"))
    offer.status = status
    withdraw_messages(subject=f"offer:{offer.pk}")


def _hold_classes(visit: Visit) -> None:
    """Publish the classes and put the crew on them. Their time is booked by the trip already, so not once more."""
    request = visit.request
    starts_at = visit.starts_at
    for _number in range(request.sessions):
        ends_at = starts_at + timedelta(minutes=request.course.minutes)
        session = create_session(
            course=request.course,
            venue=request.venue,
            organisation=request.organisation,
            scheme=Scheme.DISPATCH,
            starts_at=starts_at,
            ends_at=ends_at,
            by=None,
            sample=request.sample,
        )
        Shift.objects.bulk_create(
            Shift(session=session, person_id=person, duty=Shift.Duty.INSTRUCTOR) for person in visit.crew
        )
        publish_session(session=session, by=None)
        visit.sessions.add(session)
        starts_at = ends_at + BREAK
    change_status(request=request, to=RequestStatus.AGREED, by=None)


@transaction.atomic
def decline_offer(*, offer: Offer, now: datetime, reason: str = "") -> None:
    """Say no; the coordinator chooses who is asked next. Raises: OfferError where the offer is over."""
    _answer(offer, OfferStatus.DECLINED, now, reason)


@transaction.atomic
def offer_to(*, visit: Visit, leaving: Person, person: Person, by: User | None) -> None:
    """Ask `person` in the place of `leaving`. Raises: OfferError unless they are among the substitutes."""
    problem, ways = substitutes(visit, leaving.pk)
    way = next((one for one in ways if one.person == person.pk), None)
    if way is None:
        raise OfferError(_("%(person)sさんには、この訪問を頼めません。") % {"person": person})
    try:
        save_version(plan=visit.plan, problem=problem, answer=way.plan, reason=_("代わりの講師にした"), by=by)
    except PlanRefused as error:
        raise OfferError(str(error)) from error
    _offer(Visit.objects.select_related("request").get(pk=visit.pk), person, by)


def lapse_offers(*, now: datetime) -> int:
    """End offers whose time is over and ask the cheapest substitute. Returns how many lapsed."""
    lapsed = 0
    for offer in Offer.objects.filter(status=OfferStatus.OPEN, answer_by__lte=now).select_related(
        "visit__plan", "person"
    ):
        try:
            with transaction.atomic():
                _answer(offer, OfferStatus.LAPSED, now)
                lapsed += 1
        except OfferError:
            continue
        _ask_next(offer, now)
    return lapsed


def _ask_next(offer: Offer, now: datetime) -> None:
    if offer.visit.starts_at <= now:
        return
    _problem, ways = substitutes(offer.visit, offer.person_id)
    if ways:
        try:
            offer_to(visit=offer.visit, leaving=offer.person, person=Person.objects.get(pk=ways[0].person), by=None)
        except OfferError:
            return
