"""`manage.py check_plan PROBLEM PLAN`: 0 and the score if every rule holds, else 1 and each broken rule."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from outreach.dispatch.check import check
from outreach.dispatch.management.arguments import read
from outreach.dispatch.problem_json import MalformedError, load_plan, load_problem
from outreach.dispatch.score import Score


class Command(BaseCommand):
    help = "Verify a plan against its problem and print its score, or each rule that it breaks (exit 1)."
    requires_system_checks = []  # reads no database and serves no page

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("problem", type=Path, help="- reads standard input")
        parser.add_argument("plan", type=Path, help="- reads standard input")

    def handle(self, **options: Any) -> None:
        try:
            reading = options["problem"]
            problem = load_problem(read(reading))
            reading = options["plan"]
            plan = load_plan(read(reading))
        except MalformedError as error:
            raise CommandError(f"malformed: {reading}\n" + "\n".join(error.reasons)) from error
        result = check(problem, plan)
        if isinstance(result, Score):
            self.stdout.write(json.dumps(_figures(result), indent=1))
            return
        for violation in result:
            self.stdout.write(f"{violation.rule}: {violation.text}")
        sys.exit(1)


def _figures(score: Score) -> dict[str, object]:
    figures = asdict(score)
    figures["loads"] = dict(score.loads)
    return {"cost": score.cost, "travel": score.travel, "km": score.km, **figures}
