"""Drain the outbox once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from outreach.contact import services


class Command(BaseCommand):
    help = "Drain the outbox once: look up what is in doubt, give up what is too late, send what is due."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--limit", type=int, help="send at most so many messages")
        parser.add_argument("--seconds", type=float, default=3600, help="start no message after so many seconds")

    def handle(self, *, limit: int | None, seconds: float, **options: Any) -> None:
        found = services.reconcile(now=timezone.now())
        late = services.settle_late(now=timezone.now())
        drained = services.drain(limit=limit, seconds=seconds)
        for status, count in sorted(drained.by_status.items()):
            self.stdout.write(f"{status} {count}")
        self.stdout.write(f"reconciled {found.total()}, too late {late}, total {drained.by_status.total()}")
        for name in sorted(drained.down):
            self.stderr.write(f"gateway {name} is down: see the log")
