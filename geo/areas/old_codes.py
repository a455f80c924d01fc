"""Codes that were in force once, with what stands in their place: a table by hand beside this file.

The ministry's list of changes comes in no package, and the table hasn't been compared with it. Since 2011-04-01 it
should be whole: its nine mergers are what lies between the 1,727 municipalities of that March and today's 1,718 (and 23
special wards). Of the years before it has some. A row leads to a municipality of today, or to a ward where all of the
old area went to one.
"""

import csv
from collections.abc import Mapping
from pathlib import Path

from geo.areas.registry import RegistryError, Unit
from geo.datafile import OldCodeRow

PATH = Path(__file__).parent / "old_codes.csv"


def read_old_codes(units: Mapping[str, Unit]) -> list[OldCodeRow]:
    """Return the table, each row resolved to a unit in force.

    Raises: RegistryError where an old code is still in force, or its successor isn't.
    """
    with PATH.open(encoding="utf-8", newline="") as file:
        rows = [_resolved(row, units) for row in csv.DictReader(file)]
    return sorted(rows)


def _resolved(row: Mapping[str, str], units: Mapping[str, Unit]) -> OldCodeRow:
    today = units.get(row["today"])
    if today is None or row["old"] in units:
        raise RegistryError(f"old_codes.csv: {row['old']} → {row['today']} doesn't fit the codes in force")
    municipality, ward = (today.parent, today.code) if today.parent else (today.code, "")
    return OldCodeRow(row["old"], row["name"], row["ended"], municipality, ward)
