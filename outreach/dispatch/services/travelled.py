"""What was really travelled, written down after the day."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from outreach.dispatch.models import Trip
from outreach.dispatch.services.refused import OfferError


@transaction.atomic
def note_travelled(*, trip: Trip, km: Decimal | None, minutes: int | None, now: datetime) -> None:
    """Write down a day's road, or (None) take it back. Raises: OfferError before the day is over."""
    if trip.back_at > now:
        raise OfferError(_("移動の記録は、その日が終わってから入れてください。"))
    Trip.objects.filter(pk=trip.pk).update(travelled_km=km, travelled_minutes=minutes)
    trip.travelled_km, trip.travelled_minutes = km, minutes
