"""Derive the data file of default areas from packages: `make areas`."""

import resource
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from geo import datafile


class Command(BaseCommand):
    help = "Derive geo/data/areas.zip (areas, place names, postal codes) from the packages of requirements/areas.txt."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            # Inside, since these packages are for building only: no server has them.
            from geo.areas.build import build
        except ModuleNotFoundError as error:
            raise CommandError(f"{error}. Install requirements/areas.txt first, or run `make areas`.") from error
        self.began = time.monotonic()
        datafile.write(build(self.log))
        self.log(f"{datafile.PATH.name}: {datafile.PATH.stat().st_size / 1e6:.2f} MB")

    def log(self, line: str) -> None:
        cpu = sum(resource.getrusage(who).ru_utime for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        self.stdout.write(f"{time.monotonic() - self.began:6.1f} s ({cpu:.0f} s of processor)  {line}")
        self.stdout.flush()
