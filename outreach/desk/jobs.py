"""What the worker does for the desk, by name: see `backend/schedule.py`."""

import logging

from django.utils import timezone
from django_q.tasks import async_task

from outreach.classes.models import Upload
from outreach.classes.uploads import carrying
from outreach.desk.results.applying import go_on
from outreach.desk.services import supporters
from outreach.desk.services.people import warn_of_endings
from outreach.registration import services as registration

log = logging.getLogger(__name__)


def warn_expiring() -> int:
    """Each morning: qualifications that end within 60 and within 14 days, each told once."""
    told = warn_of_endings(today=timezone.localdate())
    log.info("warned of ending qualifications: %d", told)
    return told


def carry_out_results(pk: int) -> None:
    """Go on with a confirmed file of results; one that takes longer than a slice asks for another."""
    ended = go_on(pk)
    log.info("results %d: %s", pk, ended.value)
    if ended is carrying.Slice.GOES_ON:
        async_task("outreach.desk.jobs.carry_out_results", pk)


def finish_results() -> int:
    """Each minute: take up results whose process died, whose task was lost, or that are to be tried again."""
    left = carrying.waiting(Upload.Kind.RESULTS)
    for pk in left:
        async_task("outreach.desk.jobs.carry_out_results", pk)
    return len(left)


def remind_staff() -> int:
    """Each few minutes from ten on: those on duty or on a visit tomorrow, each told once."""
    now = timezone.now()
    told = supporters.remind_staff(now=now) + registration.remind_helpers(now=now)
    log.info("on duty tomorrow: %d", told)
    return told
