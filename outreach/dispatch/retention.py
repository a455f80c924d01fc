"""Whom to ring about a request is forgotten as residents are; the request itself, and its counts, stay."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from outreach.dispatch.models import ENDED, DispatchRequest, LetterStatus, OtherBase, RequestLetter, RequestUpload
from outreach.people.services import FORGOTTEN

BATCH = 500
PERSONAL = ("contact_name", "contact_phone", "note")
ENDED_LETTERS = (LetterStatus.DECLINED, LetterStatus.WITHDRAWN)


def forget_contacts(*, now: datetime) -> int:
    """Blank names, numbers and notes `settings.RESIDENT_KEEP_DAYS` after it was over; returns how many letters.

    Over: the last day asked for is past; a letter that was declined or withdrawn, since it came. Files sent in go
    whole, and sooner: `settings.UPLOAD_KEEP_DAYS`. So do the other homes of instructors who are forgotten.
    """
    before = now - timedelta(days=settings.RESIDENT_KEEP_DAYS)
    RequestUpload.objects.filter(made_at__lt=now - timedelta(days=settings.UPLOAD_KEEP_DAYS)).delete()
    old = DispatchRequest.objects.filter(latest__lt=before.date()).exclude(contact_name="")
    old.update(contact_name="", contact_phone="", note="")
    OtherBase.objects.filter(person__name=FORGOTTEN).delete()
    total = 0
    while batch := _forget_some(before):
        total += batch
    return total


@transaction.atomic
def _forget_some(before: datetime) -> int:
    known = RequestLetter.objects.filter(made_at__lt=before).exclude(contact_name="")
    live = DispatchRequest.objects.exclude(status__in=ENDED).filter(latest__gte=before.date(), letter__isnull=False)
    over = known.filter(status__in=ENDED_LETTERS) | known.exclude(pk__in=live.values("letter"))
    letters = list(over.select_for_update(of=("self",)).order_by("pk")[:BATCH])
    for letter in letters:
        letter.contact_name = letter.contact_phone = ""
        letter.written = {name: value for name, value in letter.written.items() if name not in PERSONAL}
        letter.filed = None
    RequestLetter.objects.bulk_update(letters, ["contact_name", "contact_phone", "written", "filed"])
    return len(letters)
