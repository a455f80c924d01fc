"""Writing what a file says, so that the same file again changes nothing."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from django.db.models import Model

from geo.importing.report import Report

Key = TypeVar("Key", bound=Hashable)
Stored = TypeVar("Stored", bound=Model)


def upsert(
    model: type[Stored],
    known: Mapping[Key, Stored],
    wanted: Iterable[tuple[Key, Stored]],
    report: Report,
    *,
    compared: Sequence[str],
    copied: Sequence[str] = (),
) -> None:
    """Add rows of `wanted` that aren't `known`, change those that differ in `compared`, and count all in `report`.

    `copied` fields follow a change but don't make one: the same figures from another file are no change.
    """
    new, changed = [], []
    for key, row in wanted:
        old = known.get(key)
        if old is None:
            new.append(row)
        elif any(getattr(old, name) != getattr(row, name) for name in compared):
            for name in (*compared, *copied):
                setattr(old, name, getattr(row, name))
            changed.append(old)
        else:
            report.unchanged += 1
    manager = model._default_manager
    manager.bulk_create(new, batch_size=500)
    manager.bulk_update(changed, [*compared, *copied], batch_size=200)
    report.added += len(new)
    report.changed += len(changed)
