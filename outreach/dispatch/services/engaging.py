"""The ledger of what was accepted: a person's days away, door to door, as the plan has them now (law 2)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.contact.numbers import show
from outreach.dates import aside
from outreach.dispatch.ahead import journeys
from outreach.dispatch.models import Offer, OfferStatus, Plan, Trip
from outreach.dispatch.overwork import Excess, excesses, said
from outreach.dispatch.services.refused import PlanRefused
from outreach.people.models import Engagement, Person
from outreach.people.services import PersonBusy, engage

Span = tuple[datetime, datetime]


def prefix(plan: int) -> str:
    return f"trip:{plan}:"


class TooMuch(PersonBusy):
    """Free then, but with their other work it is more than they may do: `over` says what `found` is."""

    def __init__(self, found: Sequence[Excess], over: str = "") -> None:
        self.found, self.over = list(found), over or said(found)
        super().__init__(_("%(over)s講師の条件を本人と直すか、ほかの講師に頼んでください。") % {"over": self.over})


@transaction.atomic(savepoint=False)
def book_person(*, plan: int, person: Person) -> None:
    """Make the ledger say of this person's part in the plan what is true now: the journeys with an accepted visit.

    Call it under the plan's lock. Raises: PersonBusy, TooMuch of what the ledger didn't hold yet.
    """
    Person.objects.select_for_update().get(pk=person.pk)
    accepted = Offer.objects.filter(visit__plan=plan, person=person, status=OfferStatus.ACCEPTED)
    days = {timezone.localdate(at) for at in accepted.values_list("starts_at", flat=True)}
    mine = Trip.objects.filter(plan=plan, person=person).select_related("base")
    wanted = {one[0].subject: one for one in journeys(mine) if days & {trip.day for trip in one}}
    spans = {subject: (one[0].leaves_at, one[-1].back_at) for subject, one in wanted.items()}
    booked = Engagement.objects.filter(person=person, subject__startswith=prefix(plan))
    standing = {row.subject: (row.starts_at, row.ends_at) for row in booked}
    booked.filter(subject__in=[subject for subject, span in standing.items() if spans.get(subject) != span]).delete()
    for subject, (starts_at, ends_at) in sorted(spans.items()):
        if standing.get(subject) != (starts_at, ends_at):
            door = wanted[subject][0].base or person  # the way between it and a class taught that day counts
            engage(person=person, starts_at=starts_at, ends_at=ends_at, subject=subject, place=(door.lat, door.lon))
    longer = [subject for subject, span in spans.items() if not _within(span, standing.get(subject))]
    if found := excesses([person], [trip.day for subject in longer for trip in wanted[subject]]):
        raise TooMuch(found)


def _within(span: Span, known: Span | None) -> bool:
    return known is not None and known[0] <= span[0] and span[1] <= known[1]


def whom_to_ask(over: str, person: Person) -> str:
    """What the person themselves can do about it."""
    office = person.instructor.organisation
    words = {"over": over, "office": office.name, "phone": aside(show(office.phone) if office.phone else "")}
    return _("%(over)s引き受けられるかどうかは、%(office)s%(phone)sにご相談ください。") % words


def book_again(plan: Plan) -> None:
    """After a new version: everyone's accepted journeys at their new hours. Raises: PlanRefused."""
    booked = Engagement.objects.filter(subject__startswith=prefix(plan.pk)).values("person")
    accepted = Offer.objects.filter(visit__plan=plan, status=OfferStatus.ACCEPTED).values("person")
    for person in Person.objects.filter(Q(pk__in=booked) | Q(pk__in=accepted)).order_by("pk"):
        try:
            book_person(plan=plan.pk, person=person)
        except PersonBusy as error:
            raise PlanRefused([str(error)]) from error
