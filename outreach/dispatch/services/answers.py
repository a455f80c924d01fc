"""How an offer changes: by compare-and-set, with its event (law 10), and what people are then told."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.classes.models import PLANNED
from outreach.dispatch.models import Offer, OfferEvent, OfferStatus, Plan, Visit
from outreach.dispatch.services.engaging import book_person
from outreach.dispatch.services.refused import PlanRefused
from outreach.dispatch.services.telling import answered, tell_ended
from outreach.people.models import User


@transaction.atomic(savepoint=False)
def change_offer(offer: Offer, to: OfferStatus, *, at: datetime, by: User | None = None, reason: str = "") -> bool:
    """Move an offer from the status that it was read with; False where another was faster."""
    old = offer.status
    waiting = Offer.objects.filter(pk=offer.pk, status=old)
    if waiting.update(status=to, answered_at=at, reason=reason) != 1:
        return False
    offer.status, offer.answered_at, offer.reason = to, at, reason
    OfferEvent.objects.create(offer=offer, old=old, new=to, at=at, by=by, reason=reason)
    if old == OfferStatus.OPEN and to != OfferStatus.WITHDRAWN:
        answered(plan=offer.visit.plan_id, person=offer.person_id)
    return True


def lock_plan(plan: int) -> Plan:
    """Nothing else changes the plan, as it is now, or answers its offers until this transaction ends."""
    return Plan.objects.select_for_update().get(pk=plan)


@transaction.atomic
def withdraw_offers(found: QuerySet[Offer], *, by: User | None, reason: str = "") -> int:
    """Take offers back, free the time of who had accepted, and tell those who know of them. Returns how many."""
    now = timezone.now()
    for plan in sorted(set(found.order_by().values_list("visit__plan", flat=True))):
        lock_plan(plan)
    offers = list(found.select_related("person", "visit__plan", "visit__request__municipality").order_by("pk"))
    said_yes = {one.pk for one in offers if one.status == OfferStatus.ACCEPTED}
    ended = [one for one in offers if change_offer(one, OfferStatus.WITHDRAWN, at=now, by=by, reason=reason)]
    for one in ended:
        if one.pk in said_yes:
            book_person(plan=one.visit.plan_id, person=one.person)
    tell_ended(offers=ended, now=now)
    return len(ended)


def offers_follow(*, moved: Iterable[Visit], gone: Iterable[Visit]) -> None:
    """A plan's new version, not written yet: an open offer that will no longer be true is taken back.

    Raises: PlanRefused where someone accepted it so, or a class stands on it: those are undone with the people first.
    """
    changed = {visit.pk: visit for visit in moved}
    ending = {visit.pk for visit in gone}
    about = Offer.objects.filter(visit__in=[*changed, *ending]).select_related("visit__request")
    untrue = [one for one in about if one.visit_id in ending or not _still_true(one, changed[one.visit_id])]
    if any(one.status == OfferStatus.ACCEPTED for one in untrue):
        raise PlanRefused([_("講師が承諾した訪問は、動かせません。先に「打診」の画面で取りやめてください。")])
    booked = Visit.objects.filter(pk__in=[*changed, *ending], sessions__status__in=PLANNED).distinct()
    if any(row.pk in ending or _elsewhere(row, changed[row.pk]) for row in booked):
        raise PlanRefused([_("住民を募集している訪問の日時は、動かせません。講習会の画面で変えてください。")])
    withdraw_offers(Offer.objects.filter(pk__in=[o.pk for o in untrue], status=OfferStatus.OPEN), by=None)


def _still_true(offer: Offer, visit: Visit) -> bool:
    """`offer` comes with its visit as it was."""
    same_place = offer.visit.venue_id == visit.venue_id
    return offer.person_id in visit.crew and offer.starts_at == visit.starts_at and same_place


def _elsewhere(old: Visit, new: Visit) -> bool:
    return (old.starts_at, old.venue_id) != (new.starts_at, new.venue_id)
