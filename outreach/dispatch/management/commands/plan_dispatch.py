"""`manage.py plan_dispatch --prefecture 01 --from 2022-06-01 --to 2022-06-30 --seconds 60 --format json`."""

from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from geo.models import Prefecture
from outreach.dispatch.building import build_problem
from outreach.dispatch.check import check
from outreach.dispatch.management.arguments import add_limits, day
from outreach.dispatch.models import Plan, PlanStatus
from outreach.dispatch.problem import Plan as Answer
from outreach.dispatch.problem import Problem
from outreach.dispatch.problem_json import dump_plan
from outreach.dispatch.running import solve
from outreach.dispatch.score import Score
from outreach.dispatch.services import save_version
from outreach.dispatch.services.plans import MOST_DAYS
from outreach.dispatch.solvers.base import NoPlanError


class Command(BaseCommand):
    help = "Plan the open requests of a prefecture between two dates; write the plan to stdout, save it with --save."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--prefecture", required=True, help="two digits, e.g. 01")
        parser.add_argument("--from", dest="first", type=day, required=True, help="first day, ISO")
        parser.add_argument("--to", dest="last", type=day, required=True, help="last day, ISO")
        add_limits(parser)
        parser.add_argument("--format", choices=("text", "json"), default="text")
        parser.add_argument("--save", action="store_true", help="keep it as a plan for the coordinator's table")

    def handle(self, **options: Any) -> None:
        prefecture, first, last = f"{options['prefecture']:0>2}", options["first"], options["last"]
        if not Prefecture.objects.filter(pk=prefecture).exists():
            raise CommandError(f"no prefecture {prefecture}")
        if not 0 <= (last - first).days < MOST_DAYS:
            raise CommandError(f"--to must lie within {MOST_DAYS} days from --from")
        if date.max - last < timedelta(days=MOST_DAYS):
            raise CommandError(f"{last} is the end of the calendar")
        problem = build_problem(prefecture=prefecture, first=first, last=last)
        limits = {key: options[key] for key in ("seconds", "work", "seed")}
        try:
            answer = solve(problem, options["solver"], **limits)
        except NoPlanError as error:
            raise CommandError(str(error)) from error
        score = check(problem, answer)
        if not isinstance(score, Score):
            raise CommandError("\n".join(violation.text for violation in score))
        if options["save"]:
            _save(problem, answer, prefecture, first, last, options["solver"])
        self.stdout.write(dump_plan(answer) if options["format"] == "json" else _in_words(score, answer), ending="")


def _save(problem: Problem, answer: Answer, prefecture: str, first: date, last: date, name: str) -> None:
    with transaction.atomic():
        plan = Plan.objects.create(
            prefecture_id=prefecture, first=first, last=last, status=PlanStatus.READY, solver=name
        )
        save_version(plan=plan, problem=problem, answer=answer, reason="計算した案", by=None)


def _in_words(score: Score, answer: Answer) -> str:
    bound = "-" if answer.bound is None else str(answer.bound)
    return (
        f"served {score.served}, unserved {score.unserved}, {score.km} km, {score.road_minutes} min on the road; "
        f"cost {score.cost}, bound {bound}\n"
    )
