"""The house's recurring jobs, in one table. The worker writes it to the database at every start."""

import zlib
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from django_q.models import Schedule


@dataclass(frozen=True)
class Job:
    """Runs every so many minutes, or once a day at a Japanese hour. Fires up to 30 s late."""

    name: str
    path: str
    minutes: int | None = None
    daily: time | None = None


JOBS = (
    Job("contact: sweep the outbox", "outreach.contact.jobs.sweep", minutes=1),
    Job("contact: clear old personal text", "outreach.contact.jobs.purge", daily=time(3, 10)),
    Job("dispatch: run again plans whose worker died", "outreach.dispatch.jobs.sweep_runs", minutes=1),
    Job("registration: end offers that lapsed", "outreach.registration.jobs.lapse_offers", minutes=5),
    Job("registration: forget residents", "outreach.registration.jobs.purge", daily=time(3, 30)),
    Job("classes: give old codes back", "outreach.classes.jobs.release", daily=time(3, 40)),
    Job("classes: forget files that were sent in", "outreach.classes.jobs.forget_files", daily=time(3, 35)),
    Job("dispatch: end offers that lapsed, ask the next", "outreach.dispatch.jobs.lapse_offers", minutes=5),
    Job("dispatch: forget contacts of requests long over", "outreach.dispatch.jobs.purge", daily=time(3, 45)),
    Job("phone: fetch recordings and delete them at the provider", "outreach.phone.jobs.collect", minutes=1),
    Job("phone: find missed recordings, forget ended calls", "outreach.phone.jobs.tidy", minutes=15),
    Job("people: warn of qualifications that end", "outreach.desk.jobs.warn_expiring", daily=time(9, 5)),
    Job("people: remind those on duty tomorrow", "outreach.desk.jobs.remind_staff", minutes=15),
    Job("registration: alarm for helpers who have not left", "outreach.registration.jobs.alarm_overdue", minutes=5),
    Job("people: forget applications and who left", "outreach.people.jobs.purge", daily=time(3, 40)),
    Job("people: forget what forms were counted by", "outreach.people.jobs.forget_counts", minutes=15),
    Job("classes: forget reasons with who is forgotten", "outreach.classes.jobs.forget_reasons", daily=time(3, 55)),
    Job("classes: go on with plans whose process died", "outreach.classes.jobs.finish_uploads", minutes=1),
    Job("desk: go on with results whose process died", "outreach.desk.jobs.finish_results", minutes=1),
    Job("backend: tidy the house's own records", "backend.jobs.tidy", daily=time(3, 50)),
)


def first_run(job: Job, now: datetime) -> datetime:
    """The next time that `job` is due, at or after `now`."""
    if job.daily is None:
        return now
    today = timezone.localtime(now).replace(hour=job.daily.hour, minute=job.daily.minute, second=0, microsecond=0)
    return today if today >= now else today + timedelta(days=1)


def row(job: Job, now: datetime) -> Schedule:
    return Schedule(
        # The name decides the key, so that two workers starting at once write one row.
        pk=zlib.crc32(job.name.encode()) >> 1,
        name=job.name,
        func=job.path,
        schedule_type=Schedule.DAILY if job.daily else Schedule.MINUTES,
        minutes=job.minutes,
        repeats=-1,
        next_run=first_run(job, now),
    )


def apply_schedule(jobs: tuple[Job, ...] = JOBS) -> None:
    """Make the database's schedule what the table says. Jobs already there keep their next run."""
    rows = [row(job, timezone.now()) for job in jobs]
    with transaction.atomic():
        Schedule.objects.exclude(pk__in=[r.pk for r in rows]).exclude(schedule_type=Schedule.ONCE).delete()
        Schedule.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["name", "func", "schedule_type", "minutes", "repeats"],
        )
