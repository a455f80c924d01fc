from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from geo.importing.command import ImportCommand, day_argument
from geo.importing.population import import_population
from geo.importing.report import Report


class Command(ImportCommand):
    help = "Read population by municipality: SSDSE-A, e-Stat or resident-register tables, or code,total,over_65."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--as-of", type=day_argument, help="YYYY-MM-DD, for a file that tells no date itself")

    def run_import(self, path: Path, options: dict[str, Any]) -> Report:
        return import_population(path, as_of=options["as_of"], **self.common(options))
