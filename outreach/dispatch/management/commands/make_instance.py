"""`manage.py make_instance --prefecture 01 --instructors 120 --visits 600 --seed 1 > problem.json`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from outreach.dispatch.generate import START, generate
from outreach.dispatch.management.arguments import count, day
from outreach.dispatch.problem import MAX_DAYS
from outreach.dispatch.problem_json import dump_problem
from outreach.dispatch.towns import towns_of


class Command(BaseCommand):
    help = "Write a made-up dispatch problem over a prefecture's real towns to stdout: same arguments, same bytes."
    requires_system_checks = []  # reads no database and serves no page

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--prefecture", required=True, help="two digits, e.g. 01")
        parser.add_argument("--instructors", type=count, required=True)
        parser.add_argument("--visits", type=count, required=True)
        parser.add_argument("--seed", type=count, required=True)
        parser.add_argument("--days", type=count, default=7, help="length of the horizon (default 7)")
        parser.add_argument("--start", type=day, default=START, help=f"first day, ISO (default {START}, a Monday)")

    def handle(self, **options: Any) -> None:
        prefecture = f"{options['prefecture']:0>2}"
        if min(options["instructors"], options["visits"], options["days"]) < 1:
            raise CommandError("--instructors, --visits and --days must be at least 1")
        if options["days"] > MAX_DAYS:
            raise CommandError(f"--days is at most {MAX_DAYS}")
        try:
            problem = generate(
                prefecture=prefecture,
                towns=towns_of(prefecture),
                instructors=options["instructors"],
                visits=options["visits"],
                seed=options["seed"],
                days=options["days"],
                start=options["start"].isoformat(),
            )
        except ValueError as error:
            raise CommandError(f"prefecture {prefecture}: {error}") from error
        self.stdout.write(dump_problem(problem), ending="")
