"""Overlap made impossible by the database: PostgreSQL by an exclusion constraint, SQLite by triggers (law 2).

`ExclusionConstraint` in `Meta` would break SQLite's migrate, and Django drops a SQLite table's triggers whenever it
rebuilds the table: so the guards are laid after every migrate (idempotent), and a check says when one is missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections


class Guard(Protocol):
    """A law that the database itself holds on one table."""

    @property
    def table(self) -> str: ...

    @property
    def name(self) -> str: ...

    def stands(self, using: str) -> bool: ...

    def lay(self, using: str) -> None: ...


@dataclass(frozen=True)
class OverlapGuard:
    """No two rows of `table` with the same `owner` may overlap in [starts_at, ends_at)."""

    table: str
    owner: str

    @property
    def name(self) -> str:
        return f"{self.table}_no_overlap"

    def postgresql(self) -> list[str]:
        # int8range of one value stands in for equality, so that gist needs no extension (btree_gist).
        return [
            f"ALTER TABLE {self.table} ADD CONSTRAINT {self.name} EXCLUDE USING gist "
            f"(int8range({self.owner}, {self.owner}, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&)"
        ]

    def sqlite(self) -> list[str]:
        return [self._trigger("insert", "BEFORE INSERT ON", ""), self._trigger("update", *self._on_update())]

    def _on_update(self) -> tuple[str, str]:
        return f"BEFORE UPDATE OF {self.owner}, starts_at, ends_at ON", "AND other.id <> NEW.id "

    def _trigger(self, suffix: str, event: str, but: str) -> str:
        other = f"SELECT 1 FROM {self.table} other WHERE other.{self.owner} = NEW.{self.owner} {but}"  # noqa: S608
        meets = "AND other.starts_at < NEW.ends_at AND NEW.starts_at < other.ends_at"
        raises = f"SELECT RAISE(ABORT, '{self.name}')"
        when = f"{event} {self.table} WHEN EXISTS ({other} {meets})"
        return f"CREATE TRIGGER {self.name}_{suffix} {when} BEGIN {raises}; END"

    def stands(self, using: str) -> bool:
        connection = connections[using]
        query, wanted = (
            ("SELECT count(*) FROM pg_constraint WHERE conname = %s", 1)
            if connection.vendor == "postgresql"
            else ("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s || '%%'", 2)
        )
        with connection.cursor() as cursor:
            cursor.execute(query, [self.name])
            return bool(cursor.fetchone()[0] == wanted)

    def lay(self, using: str) -> None:
        if self.stands(using):
            return
        connection = connections[using]
        statements = self.postgresql() if connection.vendor == "postgresql" else self.sqlite()
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


# Higher rooms add theirs in AppConfig.ready.
GUARDS: list[Guard] = [OverlapGuard("people_engagement", "person_id")]


def lay_guards(using: str = "default", **_: Any) -> None:
    """Lay the guards of the tables that exist: run after each app's migrate."""
    tables = connections[using].introspection.table_names()
    for guard in GUARDS:
        if guard.table in tables:
            guard.lay(using)


def missing_guards(using: str = "default") -> list[str]:
    return [guard.name for guard in GUARDS if not guard.stands(using)]


@register(Tags.database)
def check_guards(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Run by `check --database default`; /readyz asks the same."""
    tables = {using: connections[using].introspection.table_names() for using in databases or []}
    return [
        Error(f"{guard.name} is missing: run migrate.", id="people.E001")
        for using, names in tables.items()
        for guard in GUARDS
        if guard.table in names and not guard.stands(using)
    ]
