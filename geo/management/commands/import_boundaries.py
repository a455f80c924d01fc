from pathlib import Path
from typing import Any

from geo.importing.boundaries import import_boundaries
from geo.importing.command import ImportCommand
from geo.importing.report import Report


class Command(ImportCommand):
    help = "Replace the areas by the official ones (N03: zip, shapefile, GeoJSON or TopoJSON of any year)."

    def run_import(self, path: Path, options: dict[str, Any]) -> Report:
        return import_boundaries(path, **self.common(options))
