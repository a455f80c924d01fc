"""What the worker does for registration, by name: see `backend/schedule.py`."""

import logging

from django.utils import timezone

from outreach.registration import retention, services

log = logging.getLogger(__name__)


def lapse_offers() -> int:
    """Each few minutes: end offers whose time is over, and pass their seats on."""
    ended = services.lapse_offers()
    log.info("offers lapsed: %d", ended)
    return ended


def purge() -> int:
    """Each night: forget residents and questions whose time has come."""
    forgotten, asked = retention.forget_residents(), retention.forget_enquiries()
    log.info("notes of supports cleared: %d", services.forget_notes(now=timezone.now()))
    log.info("residents forgotten: %d, enquiries cleared: %d", forgotten, asked)
    return forgotten


def alarm_overdue() -> int:
    """Each few minutes: helpers who should have left a visit; a person rings them."""
    late = services.alarm_overdue(now=timezone.now())
    log.info("helpers overdue: %d", late)
    return late
