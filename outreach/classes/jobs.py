"""What the worker does for classes, by name: see `backend/schedule.py`."""

import logging
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from outreach.classes.services import release_codes

log = logging.getLogger(__name__)


def release() -> int:
    """Each night: give back the codes of classes as old as the residents that are forgotten."""
    released = release_codes(ended_before=timezone.now() - timedelta(days=settings.RESIDENT_KEEP_DAYS))
    log.info("class codes given back: %d", released)
    return released
