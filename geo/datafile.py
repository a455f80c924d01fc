"""The one file of default areas, place names and postal codes that comes with the code. `build_areas` writes it.

It is a zip. Members: metadata.json (sources, licences, date, credits, how to rebuild); prefectures, municipalities,
wards and old_codes as JSON rows; areas.topojson.gz; places/* and postal/* for the geocoder.
"""

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

PATH = Path(__file__).parent / "data" / "areas.zip"
POINT_SCALE = 10_000  # points of places are kept in 1/10,000 of a degree: 11 m


class PrefectureRow(NamedTuple):
    code: str
    name: str
    kana: str


class MunicipalityRow(NamedTuple):
    code: str
    name: str
    kana: str
    kind: str
    district: str
    lat: float
    lon: float
    northern_territories: bool
    spread_km: float  # nine of ten of its places lie nearer to its point


class WardRow(NamedTuple):
    code: str
    municipality: str
    name: str
    kana: str
    lat: float
    lon: float


class OldCodeRow(NamedTuple):
    code: str
    name: str
    ended: str  # ISO date
    municipality: str
    ward: str


def write(members: dict[str, bytes], path: Path = PATH) -> None:
    """Write the file so that equal members give equal bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with ZipFile(path, "w") as archive:
        for name in sorted(members):
            entry = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, members[name], compresslevel=9)


def read(*names: str) -> list[bytes]:
    with ZipFile(PATH) as archive:
        return [archive.read(name) for name in names]


def read_all(path: Path = PATH) -> dict[str, bytes]:
    with ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@cache
def metadata() -> dict[str, Any]:
    result: dict[str, Any] = json.loads(read("metadata.json")[0])
    return result


def as_of() -> date:
    """The day that the municipal codes of the file stand for."""
    return date.fromisoformat(metadata()["as_of"])


def prefectures() -> list[PrefectureRow]:
    return [PrefectureRow(*row) for row in json.loads(read("prefectures.json")[0])]


def municipalities() -> list[MunicipalityRow]:
    return [MunicipalityRow(*row) for row in json.loads(read("municipalities.json")[0])]


def wards() -> list[WardRow]:
    return [WardRow(*row) for row in json.loads(read("wards.json")[0])]


def old_codes() -> list[OldCodeRow]:
    return [OldCodeRow(*row) for row in json.loads(read("old_codes.json")[0])]
