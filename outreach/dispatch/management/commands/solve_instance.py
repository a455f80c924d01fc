"""Read a dispatch problem as JSON, write a plan that the check accepts."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from outreach.dispatch.check import check
from outreach.dispatch.problem_json import MalformedError, dump_plan, load_problem
from outreach.dispatch.score import Score
from outreach.dispatch.solvers import NAMES, solver
from outreach.dispatch.solvers.base import NoPlanError


class Command(BaseCommand):
    help = "Solve a dispatch problem (JSON) and write the plan to stdout."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--solver", choices=NAMES, default="best")
        parser.add_argument("--seconds", type=float, default=60.0)
        parser.add_argument("--work", type=int, help="steps instead of seconds: the same plan, byte for byte")
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            problem = load_problem(options["file"].read_bytes())
            limits = {key: options[key] for key in ("seconds", "work", "seed")}
            plan = solver(options["solver"]).solve(problem, **limits)
        except (OSError, MalformedError, NoPlanError) as error:
            raise CommandError(str(error)) from error
        verdict = check(problem, plan)
        if not isinstance(verdict, Score):
            raise CommandError("\n".join(violation.text for violation in verdict))
        self.stdout.write(dump_plan(plan), ending="")
