from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from geo.importing.command import ImportCommand, day_argument
from geo.importing.report import Report
from geo.importing.survey import import_survey


class Command(ImportCommand):
    help = "Read the ministry's list of municipalities without a carrier shop (code, or prefecture and name)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--as-of", type=day_argument, required=True, help="the survey's date, YYYY-MM-DD")

    def run_import(self, path: Path, options: dict[str, Any]) -> Report:
        return import_survey(path, as_of=options["as_of"], **self.common(options))
