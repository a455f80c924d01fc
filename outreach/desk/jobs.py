"""What the worker does for the desk, by name: see `backend/schedule.py`."""

import logging

from django.utils import timezone

from outreach.desk.services.people import warn_of_endings

log = logging.getLogger(__name__)


def warn_expiring() -> int:
    """Each morning: qualifications that end within 60 and within 14 days, each told once."""
    told = warn_of_endings(today=timezone.localdate())
    log.info("warned of ending qualifications: %d", told)
    return told
