"""A visit whose time has come without its whole crew never was: its request waits to be planned again."""

from contextlib import suppress
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from outreach.classes.models import HELD, PLANNED, Session
from outreach.dispatch.models import DispatchRequest, RequestStatus, Visit
from outreach.dispatch.services.requests import RequestError, change_status

WAITING = (RequestStatus.PLANNED, RequestStatus.OFFERED)


def release_overdue(*, now: datetime) -> int:
    """Returns how many. Those with a class of their own stay, and those whose crew agreed though no class was made.

    Where the class was held with someone whom the office found by itself, the request was served.
    """
    held = Session.objects.filter(dispatch_requests=OuterRef("pk"), status__in=HELD)
    for request in DispatchRequest.objects.filter(Exists(held), status=RequestStatus.OFFERED).order_by("pk"):
        with suppress(RequestError):
            change_status(request=request, to=RequestStatus.AGREED, by=None, reason=_("ほかの講師で開いた"))
    visits = Visit.objects.filter(request=OuterRef("pk"))
    classes = Session.objects.filter(dispatch_requests=OuterRef("pk"), status__in=PLANNED)
    found = DispatchRequest.objects.filter(Exists(visits), ~Exists(classes), status__in=WAITING)
    found = found.exclude(Exists(visits.filter(Q(starts_at__gt=now) | ~Q(trouble=""))))
    released = 0
    for request in found.order_by("pk"):
        with suppress(RequestError):  # planned anew this very moment
            reason = _("訪問の日までに、講師が決まらなかった")
            change_status(request=request, to=RequestStatus.RECEIVED, by=None, reason=reason)
            released += 1
    return released
