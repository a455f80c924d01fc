"""Questions as the office works through them."""

from django.db.models import QuerySet

from outreach.people.rules import Scope
from outreach.registration.models import Enquiry, EnquiryStatus
from outreach.registration.queries import enquiries_in


def open_enquiries(scope: Scope) -> QuerySet[Enquiry]:
    """The soonest due first. 1 statement."""
    return enquiries_in(scope).filter(status=EnquiryStatus.OPEN).order_by("due_on", "asked_at", "pk")


def closed_enquiries(scope: Scope) -> QuerySet[Enquiry]:
    """The newest first. 1 statement."""
    return enquiries_in(scope).exclude(status=EnquiryStatus.OPEN).order_by("-changed_at", "-pk")


def enquiry_of(subject: str, found: QuerySet[Enquiry]) -> Enquiry | None:
    """The enquiry that a call is about ("enquiry:12"), if `found` reaches it."""
    kind, _colon, pk = subject.partition(":")
    return found.filter(pk=int(pk)).first() if kind == "enquiry" and pk.isdigit() else None
