"""What a resident is told before a supporter comes or rings: by the rule that stands for classes."""

from datetime import time

from django.conf import settings
from django.utils import timezone, translation

from outreach.classes.models import ProgrammeYear
from outreach.classes.rules import JST, fiscal_year_of
from outreach.contact.models import Channel, Kind, Message, MessageStatus
from outreach.contact.numbers import NumberKind, kind_of
from outreach.contact.services import queue_message
from outreach.registration import rules
from outreach.registration.models import Support
from outreach.registration.notices import spoken

TEN = time(10)  # where the year has no rules yet


def remind_of_support(support: Support, *, revision: int) -> None:
    """Plan one reminder: the day before, by SMS where the number takes it, else by a call (law 4); of what was agreed
    too late for that the same morning, by SMS only, since others were rung about it less than a day ago.

    In the transaction that agrees on the time: whoever takes the agreement back withdraws it with all that is to be
    told of the support. One whose hour is over is left out, since the resident was just rung about it.
    """
    if support.starts_at is None:
        return
    day = support.starts_at.astimezone(JST).date()
    year = ProgrammeYear.objects.filter(pk=fiscal_year_of(day)).first()
    hour = year.reminder_day_before_at if year else TEN
    texts = kind_of(support.resident.phone) == NumberKind.MOBILE
    morning = year.reminder_same_day_at if year and hour and texts else None
    due = rules.reminders_due(support.starts_at, day_before_at=hour, same_day_at=morning, now=timezone.now())
    for _kind, at in due[:1]:
        queue_message(
            subject=support.subject,
            revision=revision,
            kind=Kind.VISIT_REMINDER,
            channel=Channel.SMS,
            to=support.resident.phone,
            fields=_fields(support),
            due_at=at,
            needed_by=support.starts_at,
            municipality=support.municipality_id,
            organisation=support.organisation_id,
            sample=support.sample,
        )


def _fields(support: Support) -> dict[str, str]:
    with translation.override("ja"):  # whatever language the office reads its pages in
        what = support.get_kind_display()
    return {
        "town": support.organisation.name,
        "callback": support.organisation.phone or settings.CALLBACK_NUMBER,
        "name": str(support.resident),
        "when": spoken(support.starts_at),
        "what": what,
    }


def reminder_of(support: Support) -> Message | None:
    """The reminder that is planned or was sent, for the office to see. 1 statement."""
    kept = Message.objects.filter(subject=support.subject, kind=Kind.VISIT_REMINDER).exclude(
        status=MessageStatus.WITHDRAWN
    )
    return kept.order_by("-pk").first()
