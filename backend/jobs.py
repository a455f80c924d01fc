"""django-q2 entry points of the house itself."""

import os
from datetime import timedelta

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.core.management import call_command
from django.utils import timezone
from django_q.models import Task

from backend.models import Heartbeat

KEPT = timedelta(days=90)  # sign-ins and failed jobs, for who looks into an incident


def beat() -> None:
    """Show that this worker's cluster takes tasks and finishes them."""
    worker = os.environ.get("WORKER_NAME", "unnamed")
    Heartbeat.objects.update_or_create(worker=worker, defaults={"beat_at": timezone.now()})


def tidy() -> None:
    """Each night: drop ended sign-ins, and records of sign-ins and jobs that nobody needs any more."""
    call_command("clearsessions")
    old = timezone.now() - KEPT
    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        model.objects.filter(attempt_time__lt=old).delete()
    Task.objects.filter(stopped__lt=old).delete()
    Heartbeat.objects.filter(beat_at__lt=old).delete()
