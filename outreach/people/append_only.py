"""A ledger whose lines cannot be changed: the database itself refuses an UPDATE, on PostgreSQL also a DELETE.

On SQLite a DELETE is left possible, since Django empties test databases that way; there foreign keys protect what
has been used. Laid after every migrate, as the overlap guards are.
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
        return [f"CREATE TRIGGER {self.name} BEFORE UPDATE ON {self.table} BEGIN {raises}; END"]

    def stands(self, using: str) -> bool:
        connection = connections[using]
        query = (
            "SELECT count(*) FROM pg_trigger WHERE tgname = %s"
            if connection.vendor == "postgresql"
            else "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name = %s"
        )
        with connection.cursor() as cursor:
            cursor.execute(query, [self.name])
            return bool(cursor.fetchone()[0] == 1)

    def lay(self, using: str) -> None:
        if self.stands(using):
            return
        connection = connections[using]
        with connection.cursor() as cursor:
            for statement in self.postgresql() if connection.vendor == "postgresql" else self.sqlite():
                cursor.execute(statement)
