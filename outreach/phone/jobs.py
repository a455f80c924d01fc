"""What the worker does for the line, by name: see `backend/schedule.py`."""

import logging

from django.utils import timezone

from outreach.phone import recordings
from outreach.phone.provider import ProviderTrouble

log = logging.getLogger(__name__)


def collect() -> int:
    """Each minute: fetch recordings and delete them at the provider."""
    collected = recordings.collect(now=timezone.now())
    if collected:
        log.info("recordings collected: %d", collected)
    return collected


def tidy() -> int:
    """Each quarter of an hour: recordings that nobody told us of; calls and recordings that are over."""
    now = timezone.now()
    try:
        missed = recordings.find_unannounced(now=now)
    except ProviderTrouble as trouble:
        log.warning("recordings were not listed: %s", trouble)
        missed = 0
    ended = recordings.purge(now=now)
    log.info("recordings found: %d, calls forgotten: %d", missed, ended)
    return missed + ended
