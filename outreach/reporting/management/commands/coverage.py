from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from outreach.reporting import exports
from outreach.reporting.queries import coverage, find_year

FORMATS = {"json": exports.as_json, "csv": exports.as_csv, "geojson": exports.as_geojson}


class Command(BaseCommand):
    help = "Print the coverage of a fiscal year: sites against the target, and which municipalities still wait."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--fy", type=int, help="fiscal year, such as 2022 (default: today's)")
        parser.add_argument("--format", choices=sorted(FORMATS), default="json")

    def handle(self, *args: Any, **options: Any) -> None:
        year = find_year(options["fy"])
        if year is None:
            raise CommandError(f"No programme year {options['fy']}: run `manage.py load_programme`.")
        self.stdout.write(FORMATS[options["format"]](*coverage(year)), ending="\n")
