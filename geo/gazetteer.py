"""The place names and postal codes of the data file, in memory: kept as columns, made into dictionaries when asked."""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Literal, NamedTuple

import numpy as np

from geo import datafile
from geo.address import fold
from geo.columns import Column, unpack
from geo.distance import great_circle_km

Precision = Literal["chome", "town", "vague"]

SAME_PLACE_KM = 1.5  # towns of one name in one municipality that lie farther apart have no common point
_CHOME = re.compile(r"\d+丁目?$")
_DISTRICT = re.compile(r"^.+郡(?=.+[町村]$)")


class Spot(NamedTuple):
    """A place's point. "vague": several places of the name lie apart, so the point says nothing."""

    lat: float
    lon: float
    precision: Precision


class PostalSpot(NamedTuple):
    code: str  # of a municipality or ward
    lat: float
    lon: float
    found: bool  # False: the neighbourhood's place isn't known, so that the point is the municipality's


def towns_of_block(keys: Iterable[str], lats: Iterable[int], lons: Iterable[int]) -> dict[str, Spot]:
    """Return one spot a key, and one for each town that is only listed by its 丁目."""
    points: dict[str, list[tuple[float, float]]] = defaultdict(list)
    blocks: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for key, lat, lon in zip(keys, lats, lons, strict=True):
        point = lat / datafile.POINT_SCALE, lon / datafile.POINT_SCALE
        points[key].append(point)
        if (town := _CHOME.sub("", key)) != key:
            blocks[town].append(point)
    towns = {key: _spot(found, "chome" if _CHOME.search(key) else "town") for key, found in points.items()}
    return {town: Spot(*_mean(found), "town") for town, found in blocks.items() if town} | towns


def _spot(points: list[tuple[float, float]], precision: Precision) -> Spot:
    lat, lon = _mean(points)
    apart = len(points) > 1 and max(great_circle_km(lat, lon, *point) for point in points) > SAME_PLACE_KM
    return Spot(lat, lon, "vague" if apart else precision)


def _mean(points: list[tuple[float, float]]) -> tuple[float, float]:
    return sum(lat for lat, _ in points) / len(points), sum(lon for _, lon in points) / len(points)


class Gazetteer:
    def __init__(self) -> None:
        keys, counts, lats, lons, codes = datafile.read(
            "places/keys.txt", "places/counts", "places/lats", "places/lons", "places/codes.txt"
        )
        self._codes = {code: index for index, code in enumerate(codes.decode().split("\n"))}
        self._blocks = keys.decode().split("\n\n")
        self._starts = np.concatenate([[0], np.cumsum(unpack(counts))])
        self._lats, self._lons = unpack(lats), unpack(lons)
        self._towns: dict[str, dict[str, Spot]] = {}
        self.municipalities = {row.code: row for row in datafile.municipalities()}
        self.wards = {row.code: row for row in datafile.wards()}
        self.wards_of: dict[str, list[str]] = defaultdict(list)
        for ward in self.wards.values():
            self.wards_of[ward.municipality].append(ward.code)
        self.prefecture_names = {row.code: row.name for row in datafile.prefectures()}
        self.prefectures = {fold(name): code for code, name in self.prefecture_names.items()}
        self.names = self._read_names()
        self.old_names = self._read_old_names()
        self.longest_name = max(map(len, [*self.names, *self.old_names]))

    def towns(self, code: str) -> dict[str, Spot]:
        """Return the places of a municipality or ward by key; empty for a designated city, whose wards have them."""
        if code not in self._towns:
            self._towns[code] = self._read_towns(code)
        return self._towns[code]

    def municipality_of(self, code: str) -> str:
        """Return the municipality of a ward's code, and a municipality's own."""
        return self.wards[code].municipality if code in self.wards else code

    def _read_towns(self, code: str) -> dict[str, Spot]:
        index = self._codes.get(code)
        if index is None:
            return {}
        rows = slice(self._starts[index], self._starts[index + 1])
        return towns_of_block(self._blocks[index].split("\n"), self._lats[rows].tolist(), self._lons[rows].tolist())

    def _read_names(self) -> dict[str, set[str]]:
        """Return the codes that each folded way of naming a municipality or ward may mean."""
        names: dict[str, set[str]] = defaultdict(set)
        for row in self.municipalities.values():
            names[fold(row.district + row.name)].add(row.code)
            if not row.northern_territories:  # there are living villages of the same name: only with the district
                names[fold(row.name)].add(row.code)
        for ward in self.wards.values():
            names[fold(self.municipalities[ward.municipality].name + ward.name)].add(ward.code)
            names[fold(ward.name)].add(ward.code)
        return dict(names)

    def _read_old_names(self) -> dict[str, tuple[str, str]]:
        """Return the unit of today for each name that none bears any more, and the name without its district."""
        found: dict[str, tuple[str, str]] = {}
        for old in datafile.old_codes():
            full, bare = fold(old.name), fold(_DISTRICT.sub("", old.name))
            for name in {full, bare} - self.names.keys():
                found[name] = (old.ward or old.municipality, bare)
        return found


class PostalTable:
    """The spots of each postal code, in one sorted table."""

    def __init__(self) -> None:
        codes, units, lats, lons, found, names = datafile.read(
            "postal/codes", "postal/units", "postal/lats", "postal/lons", "postal/found", "postal/units.txt"
        )
        self._codes: Column = unpack(codes)
        self._units, self._lats, self._lons, self._found = map(unpack, (units, lats, lons, found))
        self._names = names.decode().split("\n")

    def spots(self, postal_code: str) -> list[PostalSpot]:
        number = np.int32(postal_code)
        first, last = np.searchsorted(self._codes, number), np.searchsorted(self._codes, number, side="right")
        return [
            PostalSpot(
                self._names[self._units[row]],
                float(self._lats[row]) / datafile.POINT_SCALE,
                float(self._lons[row]) / datafile.POINT_SCALE,
                bool(self._found[row]),
            )
            for row in range(int(first), int(last))
        ]


@cache
def gazetteer() -> Gazetteer:
    return Gazetteer()


@cache
def postal_table() -> PostalTable:
    return PostalTable()
