"""`manage.py plan_dispatch`: plan a prefecture from the command line; writes nothing unless asked to."""

import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from outreach.dispatch import problem_json
from outreach.dispatch.building import build_problem
from outreach.dispatch.check import check
from outreach.dispatch.models import Plan
from outreach.dispatch.planning import fill
from outreach.dispatch.score import Score
from outreach.dispatch.services import save_version


class Command(BaseCommand):
    help = "Plan a prefecture's open requests and print the plan with its figures."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--prefecture", required=True, help="two digits")
        parser.add_argument("--from", dest="first", type=date.fromisoformat, required=True)
        parser.add_argument("--to", dest="last", type=date.fromisoformat, required=True)
        parser.add_argument("--seconds", type=int, default=60)
        parser.add_argument("--format", choices=["json", "text"], default="text")
        parser.add_argument("--save", action="store_true", help="keep the plan, for the coordinators to see")

    def handle(self, *args: Any, **options: Any) -> None:
        first, last, prefecture = options["first"], options["last"], options["prefecture"]
        if last < first:
            raise CommandError("--to lies before --from")
        problem = build_problem(prefecture=prefecture, first=first, last=last)
        answer = fill(problem, seconds=options["seconds"])
        score = check(problem, answer)
        if not isinstance(score, Score):
            raise CommandError("the plan breaks a rule:\n" + "\n".join(violation.text for violation in score))
        if options["save"]:
            plan = Plan.objects.create(prefecture_id=prefecture, first=first, last=last, solver="insertion")
            save_version(plan=plan, problem=problem, answer=answer, reason="plan_dispatch", by=None)
        figures = {"cost": score.cost, "served": score.served, "unserved": score.unserved, "km": score.km}
        if options["format"] == "json":
            whole = {**json.loads(problem_json.dump_plan(answer)), **figures}
            self.stdout.write(json.dumps(whole, ensure_ascii=False, sort_keys=True))
        else:
            self.stdout.write(", ".join(f"{name} {value}" for name, value in figures.items()))
