"""When nobody works on what was asked for, and nobody will say so: known from the silence, by whoever looks."""

from datetime import datetime, timedelta

from django.utils import timezone
from django_q.models import Schedule

from outreach.dispatch.models import Plan, PlanStatus

SILENT = timedelta(seconds=60)  # a worker not heard of for so long is dead: it speaks every second
DEAD = SILENT + timedelta(seconds=90)  # a worker that lives would have taken up what fell silent, twice over
LOST = timedelta(hours=1)  # what waited longer waits for no worker, however many are busy
SWEEP = "outreach.dispatch.jobs.sweep_runs"  # due each minute


def nobody_works(now: datetime) -> bool:
    """Whether no worker has looked at what is due for longer than one that lives ever takes, however busy it is."""
    due = Schedule.objects.filter(func=SWEEP).values_list("next_run", flat=True).first()
    return due is None or due < now - DEAD


def is_lost(plan: Plan, *, now: datetime | None = None) -> bool:
    """Whether a plan that is to be made is made by none: it may be begun again. At most 1 statement."""
    now = now or timezone.now()
    if not (plan.replanning or plan.status in {PlanStatus.QUEUED, PlanStatus.RUNNING}):
        return False
    if plan.seen_at is not None:
        return plan.seen_at < now - DEAD
    return never_taken(plan.asked_at or plan.made_at, now)


def never_taken(asked_at: datetime, now: datetime) -> bool:
    """Whether no worker comes for what was asked then."""
    return asked_at < now - LOST or (asked_at < now - DEAD and nobody_works(now))
