"""What the worker does for classes, by name: see `backend/schedule.py`."""

import logging
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django_q.tasks import async_task

from outreach.classes.models import Upload
from outreach.classes.services import release_codes
from outreach.classes.uploads import carrying
from outreach.classes.uploads.applying import go_on

log = logging.getLogger(__name__)


def release() -> int:
    """Each night: give back the codes of classes as old as the residents that are forgotten."""
    released = release_codes(ended_before=timezone.now() - timedelta(days=settings.RESIDENT_KEEP_DAYS))
    log.info("class codes given back: %d", released)
    return released


def forget_files() -> int:
    """Each night: empty files that were carried out `settings.UPLOAD_KEEP_DAYS` ago; those never confirmed go whole.

    What came of a file stays: its report holds rows and reasons. One that is being carried out is left alone.
    """
    before = timezone.now() - timedelta(days=settings.UPLOAD_KEEP_DAYS)
    emptied = Upload.objects.filter(done_at__lt=before).exclude(content=b"").update(content=b"")
    gone, _each = Upload.objects.filter(confirmed_at=None, made_at__lt=before).delete()
    log.info("files emptied: %d, deleted: %d", emptied, gone)
    return emptied + gone


def carry_out(pk: int) -> None:
    """Go on with a confirmed plan; one that takes longer than a slice asks for another."""
    finished = go_on(pk)
    log.info("plan %d: %s", pk, "done" if finished else "goes on")
    if not finished:
        async_task("outreach.classes.jobs.carry_out", pk)


def finish_uploads() -> int:
    """Each minute: take up plans whose process died, or whose task was lost."""
    left = carrying.waiting(Upload.Kind.PLAN)
    for pk in left:
        async_task("outreach.classes.jobs.carry_out", pk)
    return len(left)
