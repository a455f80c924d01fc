"""What the worker does for people, by name: see `backend/schedule.py`."""

import logging

from django.utils import timezone

from outreach.people.services import forget_people

log = logging.getLogger(__name__)


def purge() -> int:
    """Each night: applications decided long ago, and supporters who left long ago."""
    forgotten = forget_people(now=timezone.now())
    log.info("applications and people forgotten: %d", forgotten)
    return forgotten
