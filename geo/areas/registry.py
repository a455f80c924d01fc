"""Which prefectures, municipalities and wards there are: names, kana, kinds, points."""

from collections.abc import Iterable
from dataclasses import dataclass

import jaconv

from geo.areas.northern import VILLAGES, Village
from geo.areas.sources import Neighbourhood, Office

KINDS = {"市": "city", "町": "town", "村": "village", "区": "special_ward"}
EXPECTED = {"city": 792, "town": 743, "village": 183, "special_ward": 23}
# Hamamatsu's wards of 2024 keep the offices of these wards of before, which japancode still lists.
OFFICE_OF_NEW_WARD = {"22138": "22131", "22139": "22136", "22140": "22137"}


class RegistryError(Exception):
    """The packages disagree about which municipalities there are."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A municipality, or a ward where `parent` names its city."""

    code: str
    name: str
    kana: str
    kind: str
    district: str
    lat: float
    lon: float
    parent: str = ""
    northern: bool = False


def read_units(offices: Iterable[Office], neighbourhoods: Iterable[Neighbourhood]) -> list[Unit]:
    """Return municipalities and wards by code.

    Raises: RegistryError where the registry in force and the offices don't give the 1,741.
    """
    in_force = {row.code: row for row in neighbourhoods}
    known = {office.code: office for office in offices}
    cities = {(code[:2], office.name): code for code, office in known.items() if " " not in office.name}
    wards = [_ward(row, known, cities) for code, row in in_force.items() if _is_ward(row, known)]
    merged = {ward.code: ward.parent for ward in wards}
    units = [_municipality(known[code], in_force.get(code)) for code in {merged.get(code, code) for code in in_force}]
    _check(units)
    return sorted([*units, *wards, *map(_village, VILLAGES)], key=lambda unit: unit.code)


def katakana(text: str) -> str:
    converted: str = jaconv.hira2kata(jaconv.h2z(text))
    return converted.replace(" ", "").replace("　", "")


def _is_ward(row: Neighbourhood, known: dict[str, Office]) -> bool:
    return row.code in OFFICE_OF_NEW_WARD or " " in known[row.code].name


def _ward(row: Neighbourhood, known: dict[str, Office], cities: dict[tuple[str, str], str]) -> Unit:
    office = known[OFFICE_OF_NEW_WARD.get(row.code, row.code)]
    city_name, ward_name = office.name.split(" ")
    kana = katakana(office.kana.split(" ")[1])
    if row.code in OFFICE_OF_NEW_WARD:
        ward_name = row.city.removeprefix(city_name)
        kana = katakana(row.city_kana).removeprefix(katakana(office.kana.split(" ")[0]))
    parent = cities[(row.code[:2], city_name)]
    return Unit(row.code, ward_name, kana, "ward", "", office.lat, office.lon, parent)


def _municipality(office: Office, row: Neighbourhood | None) -> Unit:
    # The postal list writes 糟屋郡須惠町 for the 須恵町 of the ministry's list; both end a district the same way.
    district = row.city[: -len(office.name)] if row else ""
    kind = KINDS[office.name[-1]]
    return Unit(office.code, office.name, katakana(office.kana), kind, district, office.lat, office.lon)


def _village(village: Village) -> Unit:
    lat, lon = village.settlements[0]
    return Unit(village.code, village.name, village.kana, "village", village.district, lat, lon, northern=True)


def _check(units: list[Unit]) -> None:
    counts = {kind: sum(unit.kind == kind for unit in units) for kind in EXPECTED}
    if counts != EXPECTED:
        raise RegistryError(f"expected {EXPECTED}, the packages give {counts}")
