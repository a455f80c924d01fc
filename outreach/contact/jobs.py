"""Jobs of this room, queued and scheduled by name. None carries a message or a person's data."""

import logging

from django.utils import timezone

from outreach.contact import services

logger = logging.getLogger(__name__)


def drain() -> None:
    """Send what is due; what is left over after its share of time wakes another job, so that others get a turn."""
    drained = services.drain()
    logger.info("outbox drained: %s", dict(drained.by_status))
    if drained.more:
        services.wake_drain()


def sweep() -> None:
    """Each minute: look up what is in doubt, give up what is too late, and drain what no wake-up reached."""
    now = timezone.now()
    found = services.reconcile(now=now)
    late = services.settle_late(now=now)
    if found or late:
        logger.info("outbox reconciled: %s, too late: %s", dict(found), late)
    drain()


def purge() -> None:
    """Each night: clear the personal text of what was settled long ago."""
    logger.info("cleared %s messages and calls", services.purge_personal_text(now=timezone.now()))
