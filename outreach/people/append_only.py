"""A ledger whose lines cannot be changed or removed: the database itself refuses an UPDATE and a DELETE.

Laid after every migrate, as the overlap guards are. `manage.py flush` lifts it while it empties the whole database.
"""

from dataclasses import dataclass

from django.db import connections


@dataclass(frozen=True)
class AppendOnlyGuard:
    """No row of `table` is ever changed."""

    table: str

    @property
    def name(self) -> str:
        return f"{self.table}_append_only"

    def postgresql(self) -> list[str]:
        raises = f"BEGIN RAISE EXCEPTION '{self.name}' USING ERRCODE = 'integrity_constraint_violation'; END"
        return [
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$ {raises} $$",
            f"CREATE TRIGGER {self.name} BEFORE UPDATE OR DELETE ON {self.table} "
            f"FOR EACH ROW EXECUTE FUNCTION {self.name}()",
        ]

    def sqlite(self) -> list[str]:
        raises = f"SELECT RAISE(ABORT, '{self.name}')"
        return [
            f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {event} ON {self.table} BEGIN {raises}; END"
            for name, event in zip(self._names("sqlite"), ("UPDATE", "DELETE"), strict=True)
        ]

    def _names(self, vendor: str) -> list[str]:
        """Of the triggers: SQLite has one for each event."""
        return [self.name] if vendor == "postgresql" else [self.name, f"{self.name}_delete"]

    def stands(self, using: str) -> bool:
        connection = connections[using]
        query = (
            "SELECT count(*) FROM pg_trigger WHERE tgname = %s"
            if connection.vendor == "postgresql"
            else "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name IN (%s, %s)"
        )
        names = self._names(connection.vendor)
        with connection.cursor() as cursor:
            cursor.execute(query, names)
            return bool(cursor.fetchone()[0] == len(names))

    def lift_deletes(self, using: str) -> None:
        """On SQLite, until the next `lay`."""
        with connections[using].cursor() as cursor:
            cursor.execute(f"DROP TRIGGER IF EXISTS {self.name}_delete")

    def lay(self, using: str) -> None:
        if self.stands(using):
            return
        connection = connections[using]
        with connection.cursor() as cursor:
            for statement in self.postgresql() if connection.vendor == "postgresql" else self.sqlite():
                cursor.execute(statement)
