"""Writes to the ledger of engagements."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from geo.distance import great_circle_km
from outreach.people.models import Engagement, Person
from outreach.people.rules import travel_minutes


class PersonBusy(Exception):
    """The person is elsewhere then, or could not get there in time. `str()` is for staff to read."""


@transaction.atomic
def engage(
    *,
    person: Person,
    starts_at: datetime,
    ends_at: datetime,
    subject: str,
    place: tuple[float, float] | None = None,
) -> Engagement:
    """Book `person` for [starts_at, ends_at), door to door, or on site at `place` (lat, lon).

    Where both neighbours have a place, the road between them must fit into the gap.
    Raises: PersonBusy.
    """
    Person.objects.select_for_update().get(pk=person.pk)
    lat, lon = place or (None, None)
    wanted = Engagement(person=person, starts_at=starts_at, ends_at=ends_at, subject=subject, lat=lat, lon=lon)
    for other in _neighbours(wanted):
        if _clash(wanted, other):
            raise PersonBusy(
                _("%(person)sさんは、その時間に別の予定があるか、移動が間に合いません。") % {"person": person}
            )
    try:
        with transaction.atomic():
            wanted.save(force_insert=True)
    except IntegrityError as error:
        raise PersonBusy(_("%(person)sさんは、すでにこの予定に入っています。") % {"person": person}) from error
    return wanted


def release(*, subject: str, person: Person | None = None) -> int:
    """Free the time booked for `subject`, of one person or of all. Returns how many engagements ended."""
    rows = Engagement.objects.filter(subject=subject)
    return (rows.filter(person=person) if person else rows).delete()[0]


def _neighbours(wanted: Engagement) -> list[Engagement]:
    """Engagements of that person near enough in time to matter: half a day either side."""
    margin = timedelta(hours=12)
    return list(
        Engagement.objects.filter(
            person=wanted.person, starts_at__lt=wanted.ends_at + margin, ends_at__gt=wanted.starts_at - margin
        )
    )


def _clash(one: Engagement, other: Engagement) -> bool:
    gap = max(one.starts_at - other.ends_at, other.starts_at - one.ends_at)
    return gap < timedelta(minutes=_travel(one, other))


def _travel(one: Engagement, other: Engagement) -> int:
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return 0
    return travel_minutes(great_circle_km(one.lat, one.lon, other.lat, other.lon))
