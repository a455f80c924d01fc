"""Terminal is terminal, held by the database: a message in a final status keeps it (law 5).

By trigger on both databases, laid after every migrate beside the overlap guards, since Django drops a SQLite table's
triggers whenever it rebuilds the table.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connections


@dataclass(frozen=True)
class FinalGuard:
    """No row of `table` leaves a status in `final`."""

    table: str
    final: frozenset[str]

    @property
    def name(self) -> str:
        return f"{self.table}_final_stays"

    def stands(self, using: str) -> bool:
        connection = connections[using]
        query = (
            "SELECT 1 FROM pg_trigger WHERE tgname = %s"
            if connection.vendor == "postgresql"
            else "SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND name = %s"
        )
        with connection.cursor() as cursor:
            cursor.execute(query, [self.name])
            return cursor.fetchone() is not None

    def lay(self, using: str) -> None:
        if self.stands(using):
            return
        connection = connections[using]
        with connection.cursor() as cursor:
            for statement in self._postgresql() if connection.vendor == "postgresql" else self._sqlite():
                cursor.execute(statement)

    @property
    def _leaves(self) -> str:
        listed = ", ".join(f"'{status}'" for status in sorted(self.final))
        return f"WHEN (OLD.status IN ({listed}) AND NEW.status <> OLD.status)"

    def _sqlite(self) -> Iterable[str]:
        event = f"BEFORE UPDATE OF status ON {self.table} FOR EACH ROW {self._leaves}"
        yield f"CREATE TRIGGER {self.name} {event} BEGIN SELECT RAISE(ABORT, '{self.name}'); END"

    def _postgresql(self) -> Iterable[str]:
        body = f"BEGIN RAISE EXCEPTION '{self.name}' USING ERRCODE = 'integrity_constraint_violation'; END"
        yield f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"
        event = f"BEFORE UPDATE OF status ON {self.table} FOR EACH ROW {self._leaves}"
        yield f"CREATE TRIGGER {self.name} {event} EXECUTE FUNCTION {self.name}()"
