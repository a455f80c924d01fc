"""The geocoder's tables: towns by municipality or ward, and postal codes, with points."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np

from geo.address import fold, town_key
from geo.areas.registry import Unit
from geo.areas.sources import Neighbourhood, Town
from geo.columns import pack
from geo.datafile import POINT_SCALE
from geo.distance import great_circle_km_many
from geo.gazetteer import Spot, towns_of_block

# Hamamatsu, 2024-01-01: where the postal list doesn't tell, the new ward that took most of the old one.
HAMAMATSU = {
    "22131": "22138",
    "22132": "22138",
    "22133": "22138",
    "22134": "22138",
    "22135": "22139",
    "22136": "22139",
    "22137": "22140",
}
_CHOME = re.compile(r"[一二三四五六七八九十]+丁目$")
NAMELESS = "（大字なし）"  # the source's word for a part of a municipality without a name of its own
Row = tuple[str, int, int]  # key, and the point in 1/POINT_SCALE of a degree


def in_force(towns: Iterable[Town], neighbourhoods: Iterable[Neighbourhood]) -> list[Town]:
    """Move the towns of Hamamatsu's seven wards into the three of 2024, by the postal list's neighbourhoods."""
    wards: dict[str, set[str]] = defaultdict(set)
    for row in neighbourhoods:
        if row.code in HAMAMATSU.values():
            wards[row.name].add(row.code)
    return [_moved(town, wards) if town.code in HAMAMATSU else town for town in towns]


def _moved(town: Town, wards: Mapping[str, set[str]]) -> Town:
    known = wards.get(_CHOME.sub("", town.name), set())
    code = next(iter(known)) if len(known) == 1 else HAMAMATSU[town.code]
    return Town(code, town.name, town.lat, town.lon)


def tabulate_towns(towns: Iterable[Town]) -> dict[str, list[Row]]:
    """Return sorted rows by municipality or ward."""
    rows: dict[str, set[Row]] = defaultdict(set)
    for town in towns:
        key = town_key(fold(town.name))
        if key and town.name != NAMELESS:
            rows[town.code].add((key, round(town.lat * POINT_SCALE), round(town.lon * POINT_SCALE)))
    return {code: sorted(rows[code]) for code in sorted(rows)}


def town_members(rows: Mapping[str, list[Row]]) -> dict[str, bytes]:
    every = [row for block in rows.values() for row in block]
    return {
        "places/codes.txt": "\n".join(rows).encode(),
        "places/keys.txt": "\n\n".join("\n".join(key for key, _, _ in block) for block in rows.values()).encode(),
        "places/counts": pack(len(block) for block in rows.values()),
        "places/lats": pack(lat for _, lat, _ in every),
        "places/lons": pack(lon for _, _, lon in every),
    }


def postal_members(
    neighbourhoods: Iterable[Neighbourhood], rows: Mapping[str, list[Row]], units: Mapping[str, Unit]
) -> dict[str, bytes]:
    """Return the postal table: one row for each pair of postal code and municipality or ward."""
    towns = {code: towns_of_block(*zip(*block, strict=True)) for code, block in rows.items()}
    spots: dict[tuple[str, str], list[Spot]] = defaultdict(list)
    for row in neighbourhoods:
        spot = towns.get(row.code, {}).get(town_key(fold(row.name)))
        spots[row.postal_code, row.code] += [spot] if spot and spot.precision != "vague" else []
    names = sorted({code for _, code in spots})
    number = {code: index for index, code in enumerate(names)}
    table = [
        (postal, code, *_point(found, units[code]), bool(found)) for (postal, code), found in sorted(spots.items())
    ]
    return {
        "postal/units.txt": "\n".join(names).encode(),
        "postal/codes": pack(int(postal) for postal, _, _, _, _ in table),
        "postal/units": pack(number[code] for _, code, _, _, _ in table),
        "postal/lats": pack(lat for _, _, lat, _, _ in table),
        "postal/lons": pack(lon for _, _, _, lon, _ in table),
        "postal/found": pack(found for _, _, _, _, found in table),
    }


def _point(spots: list[Spot], unit: Unit) -> tuple[int, int]:
    points = spots or [Spot(unit.lat, unit.lon, "vague")]
    lat, lon = (sum(axis) / len(points) for axis in ((p.lat for p in points), (p.lon for p in points)))
    return round(POINT_SCALE * lat), round(POINT_SCALE * lon)


def spread_km(unit: Unit, towns: Iterable[Town]) -> float:
    """Return the distance from a municipality's point within which nine of ten of its places lie."""
    points = [(town.lat, town.lon) for town in towns]
    if not points:
        return 3.0  # the two that no list of towns knows: an island of 4 km, and a valley
    lats, lons = zip(*points, strict=True)
    return round(float(np.quantile(great_circle_km_many(unit.lat, unit.lon, lats, lons), 0.9)), 1)
