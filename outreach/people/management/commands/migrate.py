"""manage.py migrate, which lays the guards at its end: so none that is missing yet can be a reason not to begin."""

from typing import Any

from django.core.management.commands import migrate


class Command(migrate.Command):
    def check(self, *args: Any, **options: Any) -> Any:
        """Without the checks of the database as it still is: `check --database default` makes them afterwards."""
        return super().check(*args, **{**options, "databases": None})
