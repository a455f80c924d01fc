from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from geo.importing.command import ImportCommand
from geo.importing.report import Report
from outreach.classes.uploads.venues import USUAL_CAPACITY, import_venues


class Command(ImportCommand):
    help = "Read venues: P05 public facilities (zip, shapefile, GeoJSON), or name and address or point (CSV, Excel)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--capacity", type=int, default=USUAL_CAPACITY, help="seats of new venues where the file names none"
        )

    def run_import(self, path: Path, options: dict[str, Any]) -> Report:
        return import_venues(path, capacity=options["capacity"], **self.common(options))
