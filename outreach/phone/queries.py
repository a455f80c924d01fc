"""Reads of recordings and pending names; each list has a fixed number of statements."""

from django.db.models import Q, QuerySet

from outreach.people.rules import Scope
from outreach.phone.models import PendingName, Recording
from outreach.registration.models import LIVE, ROSTER
from outreach.registration.queries import bookings_in


def recordings_in(scope: Scope) -> QuerySet[Recording]:
    """The recordings that a scope reaches (law 7). One that belongs to no town is for those who see the nation."""
    found = Recording.objects.select_related("task", "municipality", "pending__booking__session")
    if scope.nation:
        return found
    return found.filter(
        Q(municipality__in=scope.municipalities)
        | Q(municipality__prefecture__in=scope.prefectures)
        | Q(organisation__in=scope.organisations)
    )


def messages_to_write(scope: Scope) -> QuerySet[Recording]:
    """What was said after the tone and isn't written down; also names whose booking nobody can find any more."""
    return recordings_in(scope).filter(written_at=None, pending=None)


def pending_in(scope: Scope) -> QuerySet[PendingName]:
    """Bookings without a name, the nearest class first. 2 statements with their recordings."""
    wanted = PendingName.objects.filter(booking__in=bookings_in(scope).values("pk"))
    waiting = wanted.filter(booking__status__in=LIVE | ROSTER)
    rows = waiting.select_related("booking__resident", "booking__session__course", "booking__session__venue")
    return rows.prefetch_related("recordings").order_by("booking__session__starts_at", "pk")
