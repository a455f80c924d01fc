"""Those who teach: entered by the office, kept up, and leaving with everything to come given back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.classes import services as classes
from outreach.classes.models import OPEN, SessionStatus, Shift
from outreach.dispatch import services as dispatch
from outreach.dispatch.models import STANDING, Offer, OfferStatus
from outreach.people.models import CalendarFeed, Instructor, Organisation, Person, User
from outreach.people.services import OTHER_ROLES, JoiningError

UNFINISHED = (*OPEN, SessionStatus.DRAFT)


@dataclass(frozen=True)
class Coming:
    """What someone has to do from now on."""

    offers: list[Offer]
    shifts: list[Shift]  # that no offer brought


@transaction.atomic
def add_instructor(*, organisation: Organisation, fields: dict[str, Any]) -> Person:
    """Enter someone who teaches. `fields`: those of a person. Raises: JoiningError where they are known there."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)  # two presses are one person
    same = Person.objects.filter(instructor__organisation=organisation, kana=fields["kana"])
    if same.filter(phone=fields["phone"], email=fields["email"]).exists():
        raise JoiningError(_("同じカナと連絡先の講師が、もう登録されています。"))
    person = Person.objects.create(**fields, sample=organisation.sample)
    Instructor.objects.create(person=person, organisation=organisation)
    return person


def coming(person: Person, now: datetime) -> Coming:
    offers = Offer.objects.filter(person=person, status__in=STANDING, starts_at__gt=now)
    offered = offers.values("visit__sessions")
    shifts = Shift.objects.filter(person=person, session__starts_at__gt=now, session__status__in=UNFINISHED)
    around = ("visit__request__municipality", "visit__venue")
    return Coming(
        list(offers.select_related(*around).order_by("visit__plan", "starts_at", "pk")),
        list(
            shifts.exclude(session__in=offered.filter(visit__sessions__isnull=False))
            .select_related("session__venue", "session__municipality", "person")
            .order_by("session__starts_at", "pk")
        ),
    )


def retire(*, person: Person, by: User, now: datetime) -> int:
    """They teach no more: what is to come is given back, and shows as missing at the office; the account is closed.

    Nobody can ask them from the first statement on. Each visit is given back in a transaction of its own, as its plan
    is locked; stopped on the way, it is gone on with by pressing again. Returns how many came free.
    """
    Instructor.objects.filter(person=person, active=True).update(active=False, left_on=timezone.localdate(now))
    freed, reason = 0, _("講師をやめた")
    found = coming(person, now)
    for offer in found.offers:
        act = dispatch.return_offer if offer.status == OfferStatus.ACCEPTED else dispatch.decline_offer
        try:
            act(offer=offer, now=now, reason=reason, by=by)
        except dispatch.OfferError:  # over by now
            continue
        freed += 1
    for shift in found.shifts:
        classes.unassign(shift=shift)
        freed += 1
    CalendarFeed.objects.filter(person=person, person__supporter__isnull=True).delete()
    own = User.objects.filter(person=person, person__supporter__isnull=True)
    own.exclude(memberships__role__in=set(OTHER_ROLES) - {"instructor"}).update(is_active=False)
    return freed


@transaction.atomic
def take_up_again(*, person: Person) -> None:
    """They teach again, by their hours as they stand."""
    Instructor.objects.filter(person=person).update(active=True, left_on=None)
    User.objects.filter(person=person).update(is_active=True)
