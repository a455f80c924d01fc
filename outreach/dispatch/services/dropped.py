"""What people were asked, and what they said, outlives the visit that it was about."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from outreach.dispatch.models import DroppedEvent, DroppedVisit, OfferEvent, Visit


def keep_history(gone: Iterable[Visit]) -> None:
    """Before visits are deleted, in the same transaction: keep the events of their offers, where there were any."""
    visits = {visit.pk: visit for visit in gone}
    events: dict[int, list[OfferEvent]] = defaultdict(list)
    for event in OfferEvent.objects.filter(offer__visit__in=visits).select_related("offer"):
        events[event.offer.visit_id].append(event)
    now = timezone.now()
    rows = {pk: _dropped(visits[pk], now) for pk in events}
    DroppedVisit.objects.bulk_create(rows.values())
    DroppedEvent.objects.bulk_create(
        DroppedEvent(
            dropped=rows[pk], person_id=one.offer.person_id, new=one.new, at=one.at, by_id=one.by_id, reason=one.reason
        )
        for pk, of_one in events.items()
        for one in of_one
    )


def _dropped(visit: Visit, now: datetime) -> DroppedVisit:
    return DroppedVisit(
        plan_id=visit.plan_id, request_id=visit.request_id, venue_id=visit.venue_id, starts_at=visit.starts_at, at=now
    )
