"""django-q2 entry points of the house itself."""

import os

from django.utils import timezone

from backend.models import Heartbeat


def beat() -> None:
    """Show that this worker's cluster takes tasks and finishes them."""
    worker = os.environ.get("WORKER_NAME", "unnamed")
    Heartbeat.objects.update_or_create(worker=worker, defaults={"beat_at": timezone.now()})
