from pathlib import Path
from typing import Any

from geo.importing.command import ImportCommand
from geo.importing.report import Report
from geo.importing.shops import import_shops


class Command(ImportCommand):
    help = "Read a list of carrier shops: name, carrier, address and/or lat and lon, opened, closed."

    def run_import(self, path: Path, options: dict[str, Any]) -> Report:
        return import_shops(path, **self.common(options))
