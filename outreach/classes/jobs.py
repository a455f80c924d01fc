"""What the worker does for classes, by name: see `backend/schedule.py`."""

import logging
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django_q.tasks import async_task

from outreach.classes.models import Upload, Waiver
from outreach.classes.services import release_codes
from outreach.classes.uploads import carrying
from outreach.classes.uploads.applying import go_on
from outreach.classes.uploads.carrying import Slice
from outreach.people.services import FORGOTTEN

log = logging.getLogger(__name__)


def release() -> int:
    """Each night: give back the codes of classes as old as the residents that are forgotten."""
    released = release_codes(ended_before=timezone.now() - timedelta(days=settings.RESIDENT_KEEP_DAYS))
    log.info("class codes given back: %d", released)
    return released


def forget_files() -> int:
    """Each night: files that were over `settings.UPLOAD_KEEP_DAYS` ago are emptied; those never confirmed go whole."""
    forgotten = carrying.forget(before=timezone.now() - timedelta(days=settings.UPLOAD_KEEP_DAYS))
    log.info("files forgotten: %d", forgotten)
    return forgotten


def forget_reasons() -> int:
    """Each night: why someone passed a limit, where nobody knows any more who that was."""
    known = Waiver.objects.filter(person__name=FORGOTTEN).exclude(reason=FORGOTTEN)
    return known.update(reason=FORGOTTEN)


def carry_out(pk: int) -> None:
    """Go on with a confirmed plan; one that takes longer than a slice asks for another."""
    ended = go_on(pk)
    log.info("plan %d: %s", pk, ended.value)
    if ended is Slice.GOES_ON:
        async_task("outreach.classes.jobs.carry_out", pk)


def finish_uploads() -> int:
    """Each minute: take up plans whose process died, whose task was lost, or that are to be tried again."""
    left = carrying.waiting(Upload.Kind.PLAN)
    for pk in left:
        async_task("outreach.classes.jobs.carry_out", pk)
    return len(left)
