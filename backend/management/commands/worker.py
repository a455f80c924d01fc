"""manage.py worker: the job worker, kept alive."""

from argparse import SUPPRESS
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from backend.worker import Watchdog, run_cluster


class Command(BaseCommand):
    help = "Run queued and scheduled jobs; a cluster that hangs or dies is replaced."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, default=60, help="seconds between heartbeats (60)")
        # Longer than any job may take (Q_CLUSTER timeout 120) twice over.
        parser.add_argument("--stale", type=float, default=300, help="seconds without one that mean a hang (300)")
        parser.add_argument("--grace", type=float, default=30, help="seconds that jobs get to finish at the end (30)")
        parser.add_argument("--warm", type=float, default=20, help="seconds until the solver is compiled, 0: not (20)")
        parser.add_argument("--cluster-of", type=int, help=SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["cluster_of"]:
            run_cluster(options["cluster_of"])
        else:
            Watchdog(options["every"], options["stale"], options["grace"], options["warm"]).run()
