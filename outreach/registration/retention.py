"""Personal data ends on time: a resident is forgotten a while after the last class; counts stay."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from outreach.classes.codes import archived_code
from outreach.people.models import Engagement
from outreach.people.tries import forget_tries
from outreach.registration.models import (
    Answer,
    Booking,
    BookingEvent,
    Enquiry,
    EnquiryStatus,
    IdempotencyKey,
    LectureRequest,
    Resident,
    Support,
    SupportEvent,
)

FORGOTTEN = "forgotten:"
BLANKED = ("needs", "proxy_name", "proxy_relation", "proxy_phone")
ASKED = ("topic", "arrangement", "wanted_times", "group_name", "gender_wish")
BATCH = 500
KEYS_KEPT = timedelta(days=7)


def forget_residents(*, now: datetime | None = None) -> int:
    """Blank who they are, `settings.RESIDENT_KEEP_DAYS` after their last class; returns how many residents."""
    moment = now or timezone.now()
    forget_tries(now=moment)
    IdempotencyKey.objects.filter(made_at__lt=moment - KEYS_KEPT).delete()
    asked = LectureRequest.objects.filter(made_at__lt=moment - timedelta(days=settings.RESIDENT_KEEP_DAYS))
    asked.exclude(phone="").update(contact_name="", phone="", note="")
    total = 0
    while batch := _forget_some(moment - timedelta(days=settings.RESIDENT_KEEP_DAYS)):
        total += batch
    return total


@transaction.atomic
def _forget_some(before: datetime) -> int:
    recent = Booking.objects.filter(resident=OuterRef("pk"), session__ends_at__gte=before)
    helped = Support.objects.filter(Q(requested_at__gte=before) | Q(ends_at__gte=before), resident=OuterRef("pk"))
    known = Resident.objects.exclude(phone__startswith=FORGOTTEN)
    due = known.filter(~Exists(recent), ~Exists(helped), created_at__lt=before)
    residents = list(due.select_for_update(of=("self",))[:BATCH])
    for resident in residents:
        resident.name = resident.kana = resident.postal_code = resident.address = ""
        resident.phone = f"{FORGOTTEN}{resident.pk}"
    Resident.objects.bulk_update(residents, ["name", "kana", "phone", "postal_code", "address"])
    bookings = list(Booking.objects.filter(resident__in=residents))
    for booking in bookings:
        booking.needs = booking.proxy_name = booking.proxy_relation = booking.proxy_phone = ""
        booking.tell = Booking.Tell.RESIDENT
        booking.reference = archived_code(booking.pk)  # given back: nobody can ask for it any more
    Booking.objects.bulk_update(bookings, [*BLANKED, "tell", "reference"])
    BookingEvent.objects.filter(booking__in=bookings).exclude(reason="").update(reason="")
    Answer.objects.filter(booking__in=bookings).exclude(note="").update(note="")
    _forget_supports(residents)
    return len(residents)


def _forget_supports(residents: list[Resident]) -> None:
    """What was asked, why it ended, and where they live: the town stays, the house does not."""
    supports = Support.objects.filter(resident__in=residents).select_related("municipality")
    for support in supports:
        support.lat, support.lon = support.municipality.lat, support.municipality.lon
        support.topic = support.arrangement = support.wanted_times = support.group_name = support.gender_wish = ""
        support.skill = None
    Support.objects.bulk_update(supports, [*ASKED, "skill", "lat", "lon"])
    SupportEvent.objects.filter(support__in=supports).exclude(reason="").update(reason="")
    Engagement.objects.filter(subject__in=[one.subject for one in supports]).update(lat=None, lon=None)


def forget_enquiries(*, now: datetime | None = None) -> int:
    """Clear who asked and what, `settings.MESSAGE_TEXT_DAYS` after it was closed; nothing is kept for ever open."""
    moment = now or timezone.now()
    closed = Q(changed_at__lt=moment - timedelta(days=settings.MESSAGE_TEXT_DAYS)) & ~Q(status=EnquiryStatus.OPEN)
    old = Q(asked_at__lt=moment - timedelta(days=settings.RESIDENT_KEEP_DAYS))
    known = Enquiry.objects.filter(closed | old).exclude(name="", phone="", question="", answer="")
    return known.update(name="", phone="", question="", answer="", key=Concat(Value("old:"), Cast("pk", CharField())))
