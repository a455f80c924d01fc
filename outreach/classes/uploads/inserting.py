"""Thousands of rows that differ in little: one statement run many times, not every field prepared anew."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Model


def insert_copies(template: Model, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert copies of `template` that differ in the columns `names` only ("venue_id", as attributes are called).

    A session has some twenty columns, and all but eight are the same in a whole plan: preparing those eight alone
    takes a third of the time of `bulk_create`. No signal is sent and no key is set.
    """
    fields = [field for field in template._meta.concrete_fields if not field.primary_key]
    by_name = {field.attname: field for field in fields}
    varying = [by_name[name] for name in names]
    same = {f.attname: f.get_db_prep_save(f.pre_save(template, True), connection) for f in fields if f not in varying}
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(by_name[name].column)) for name in (*same, *names))
    marks = ", ".join(["%s"] * len(fields))
    fixed = tuple(same.values())
    values = [
        (*fixed, *(field.get_db_prep_save(value, connection) for field, value in zip(varying, row, strict=True)))
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {quote(template._meta.db_table)} ({columns}) VALUES ({marks})", values)  # noqa: S608
