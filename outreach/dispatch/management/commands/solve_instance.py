"""Read a dispatch problem as JSON, write a plan that the check accepts."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from outreach.dispatch.check import check
from outreach.dispatch.management.arguments import add_limits, read
from outreach.dispatch.problem_json import MalformedError, dump_plan, load_problem
from outreach.dispatch.running import solve
from outreach.dispatch.score import Score
from outreach.dispatch.solvers.base import NoPlanError


class Command(BaseCommand):
    help = "Solve a dispatch problem (JSON) and write the plan to stdout."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="- reads standard input")
        add_limits(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            problem = load_problem(read(options["file"]))
            limits = {key: options[key] for key in ("seconds", "work", "seed")}
            plan = solve(problem, options["solver"], **limits)
        except MalformedError as error:
            raise CommandError("malformed:\n" + "\n".join(error.reasons)) from error
        except NoPlanError as error:
            raise CommandError(str(error)) from error
        verdict = check(problem, plan)
        if not isinstance(verdict, Score):
            raise CommandError("\n".join(violation.text for violation in verdict))
        self.stdout.write(dump_plan(plan), ending="")
