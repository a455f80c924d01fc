"""manage.py warm_solver: compile the solver, so that the first plan need not wait for it."""

import os
from argparse import SUPPRESS
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from outreach.dispatch.warming import warm_solver
from outreach.orphans import end_with


class Command(BaseCommand):
    help = "Compile what the solver needs (10-20 s after each deploy, then 1 s). A worker does it by itself, idly."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--end-with", type=int, help=SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["end_with"]:
            end_with(options["end_with"])
            os.nice(19)  # messages are sent beside it
        began = monotonic()
        warm_solver()
        if options["verbosity"]:
            self.stdout.write(f"The solver is compiled ({monotonic() - began:.1f} s).")
