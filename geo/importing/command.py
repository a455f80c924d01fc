"""What the import commands share: their common options, the progress bar, the report."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from geo.importing.report import Report, WrongFile


class ImportCommand(BaseCommand):
    """Reads one file. Exit code 0 where it was readable, even with rows refused; 1 where it was the wrong file."""

    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="the file to read")
        parser.add_argument("--dry-run", action="store_true", help="report what would change, and change nothing")
        parser.add_argument("--no-progress", action="store_true", help="no progress bar (none is drawn off a terminal)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = self.run_import(options["path"], options)
        except WrongFile as error:
            raise CommandError(f"{options['path'].name}: {error}") from error
        if options["dry_run"]:
            self.stdout.write(_("試しの実行です。何も変えていません。"))
        for line in report.lines():
            self.stdout.write(line)

    def run_import(self, path: Path, options: dict[str, Any]) -> Report:
        raise NotImplementedError

    @staticmethod
    def common(options: dict[str, Any]) -> dict[str, Any]:
        return {"dry_run": options["dry_run"], "progress": not options["no_progress"]}


def day_argument(text: str) -> date:
    """argparse type of a date; its ValueError becomes argparse's own message."""
    return date.fromisoformat(text)
