"""What the worker does for people, by name: see `backend/schedule.py`."""

import logging
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from outreach.people.counting import forget_counts as forget_old_counts
from outreach.people.models import RegisterFile
from outreach.people.services import forget_people

log = logging.getLogger(__name__)


def purge() -> int:
    """Each night: applications decided and people gone long ago, what came of registers by file."""
    now = timezone.now()
    forgotten = forget_people(now=now)
    RegisterFile.objects.filter(made_at__lt=now - timedelta(days=settings.UPLOAD_KEEP_DAYS)).delete()
    log.info("applications and people forgotten: %d", forgotten)
    return forgotten


def forget_counts() -> int:
    """Each quarter of an hour: what forms were counted by, once it is over; a flood doesn't fill the disk."""
    return forget_old_counts(now=timezone.now())
