"""Where an address or a postal code lies, offline. What can't be told comes back as such, never as a guess.

An address: prefecture (may be missing) + municipality (with or without its 郡; a ward with or without its city) +
town + 丁目, each read as the longest name that the tables know. Where several municipalities fit equally well, none is
chosen and all are offered as alternatives.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from geo.address import behind_kyoto_turn, fold, town_key
from geo.distance import great_circle_km
from geo.gazetteer import Gazetteer, PostalSpot, Spot, gazetteer, postal_table

Level = Literal["chome", "town", "postal", "municipality", "prefecture", "none"]

# One in ten lay nearer to the answer than the first figure, one in ten farther than the second, of 12,000 public halls,
# schools and roadside stations; the country's long valleys make the second one large. A postal code's point is that of
# its towns. A municipality's error depends on its size: see `spread_km`.
ERROR_CLASS_KM: dict[Level, tuple[float, float]] = {"chome": (0.05, 0.4), "town": (0.1, 3.6), "postal": (0.1, 4.0)}
LONGEST_TOWN = 24
_BLOCK = re.compile(r"(\d+)(?:丁目|丁|-|の|番|$)?")


@dataclass(frozen=True, slots=True)
class Alternative:
    """A municipality that the text may mean, with its own point."""

    municipality: str
    ward: str | None
    name: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class GeocodeResult:
    """An answer. `municipality` is None where none was found, or where `alternatives` has to be asked about.

    `level` says what the point stands for; `error_km` is what nine of ten points of that kind lie within. A postal
    code of several municipalities has a point (their middle) but no municipality.
    """

    municipality: str | None
    ward: str | None
    level: Level
    lat: float | None
    lon: float | None
    error_km: float | None
    alternatives: tuple[Alternative, ...] = ()
    prefecture: str | None = None


class _Match(NamedTuple):
    """One reading of an address: how much of it is explained, by which unit, and where in it."""

    length: int
    unit: str  # municipality or ward
    spots: dict[str, Spot]  # by unit: several where a city's wards have towns of one name


NOTHING = GeocodeResult(None, None, "none", None, None, None)


def geocode_address(text: str, *, prefecture: str | None = None) -> GeocodeResult:
    """Find an address. `prefecture` is the code to take where the text names none, as lists of one prefecture do."""
    known = gazetteer()
    folded = fold(text)
    named = next((name for name in known.prefectures if folded.startswith(name)), "")
    wanted = known.prefectures.get(named, prefecture)
    matches = list(_matches(known, folded[len(named) :], wanted))
    if not matches:
        return GeocodeResult(None, None, "prefecture", None, None, None, (), wanted) if named else NOTHING
    longest = max(match.length for match in matches)
    return _decide(known, [match for match in matches if match.length == longest], wanted)


def geocode_addresses(texts: Iterable[str], *, prefecture: str | None = None) -> list[GeocodeResult]:
    """Find many addresses, in order: some 20,000 a second."""
    return [geocode_address(text, prefecture=prefecture) for text in texts]


def geocode_postal(code: str) -> GeocodeResult:
    """Find a postal code in any writing: 7 digits, with or without 〒 and hyphen, in any width."""
    digits = re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", code))
    spots = postal_table().spots(digits) if len(digits) == 7 else []
    if not spots:
        return NOTHING
    known = gazetteer()
    municipalities = {known.municipality_of(spot.code) for spot in spots}
    lat, lon = (sum(axis) / len(spots) for axis in ((s.lat for s in spots), (s.lon for s in spots)))
    apart = max(great_circle_km(lat, lon, spot.lat, spot.lon) for spot in spots)
    one = municipalities.pop() if len(municipalities) == 1 else None
    found = any(spot.found for spot in spots) or one is None
    base = ERROR_CLASS_KM["postal"][1] if found or one is None else known.municipalities[one].spread_km
    return GeocodeResult(
        municipality=one,
        ward=spots[0].code if len(spots) == 1 and spots[0].code in known.wards else None,
        level="postal" if found else "municipality",
        lat=round(lat, 5),
        lon=round(lon, 5),
        error_km=round(apart + base, 1),
        alternatives=_postal_alternatives(known, spots) if one is None else (),
        prefecture=_common_prefecture(spot.code for spot in spots),
    )


def _matches(known: Gazetteer, text: str, prefecture: str | None) -> Iterator[_Match]:
    for length in range(min(known.longest_name, len(text)), 1, -1):
        name, rest = text[:length], text[length:]
        for unit in known.names.get(name, ()):
            if prefecture is None or unit[:2] == prefecture:
                size, spots = _find_town(known, unit, town_key(rest))
                yield _Match(length + size, unit, spots)
        if (old := known.old_names.get(name)) and prefecture in (None, old[0][:2]):
            yield _old_match(known, *old, length, rest)


def _old_match(known: Gazetteer, unit: str, bare: str, length: int, rest: str) -> _Match:
    """A merged town's name is often kept before its parts: 岩舟町静 became 栃木市岩舟町静."""
    size, spots = _find_town(known, unit, town_key(bare + rest))
    if size > len(bare):
        return _Match(length + size - len(bare), unit, spots)
    size, spots = _find_town(known, unit, town_key(rest))
    return _Match(length + size, unit, spots)


def _find_town(known: Gazetteer, unit: str, key: str) -> tuple[int, dict[str, Spot]]:
    """Return how many characters of `key` name a town of `unit`, and where it is (in which of a city's wards)."""
    if not key:
        return 0, {}
    parts = known.wards_of.get(unit, [unit])
    for start in (key, behind_kyoto_turn(key)):
        for size in range(min(len(start), LONGEST_TOWN), 0, -1):
            if spots := {
                part: _block(known.towns(part), start, size) for part in parts if start[:size] in known.towns(part)
            }:
                return size, spots
    return 0, {}


def _block(towns: dict[str, Spot], key: str, size: int) -> Spot:
    """Return the 丁目 that the number after the town means, where the town has it; else the town."""
    town = key[:size]
    number = _BLOCK.match(key, size)
    if number:
        for sign in ("丁目", "丁"):  # Sakai counts in 丁
            if spot := towns.get(f"{town}{number[1]}{sign}"):
                return spot
    return towns[town]


def _decide(known: Gazetteer, matches: list[_Match], prefecture: str | None) -> GeocodeResult:
    municipalities = {known.municipality_of(match.unit) for match in matches}
    if len(municipalities) > 1:
        units = sorted({match.unit for match in matches})
        common = prefecture or _common_prefecture(units)
        return GeocodeResult(None, None, "none", None, None, None, tuple(_alternative(known, u) for u in units), common)
    spots = {unit: spot for match in matches for unit, spot in match.spots.items()}
    if len(spots) == 1:
        (unit, spot), *_rest = spots.items()
        if spot.precision != "vague":
            return _at_town(known, unit, spot)
    return _at_municipality(known, matches[0].unit, spots)


def _at_town(known: Gazetteer, unit: str, spot: Spot) -> GeocodeResult:
    level: Level = "chome" if spot.precision == "chome" else "town"
    return GeocodeResult(
        municipality=known.municipality_of(unit),
        ward=unit if unit in known.wards else None,
        level=level,
        lat=round(spot.lat, 5),
        lon=round(spot.lon, 5),
        error_km=ERROR_CLASS_KM[level][1],
        prefecture=unit[:2],
    )


def _at_municipality(known: Gazetteer, unit: str, spots: dict[str, Spot]) -> GeocodeResult:
    """The municipality is sure, the place in it is not: towns of one name in several wards are offered."""
    municipality = known.municipalities[known.municipality_of(unit)]
    office = known.wards.get(unit, municipality)
    return GeocodeResult(
        municipality=municipality.code,
        ward=unit if unit in known.wards else None,
        level="municipality",
        lat=office.lat,
        lon=office.lon,
        error_km=municipality.spread_km,
        alternatives=tuple(_alternative(known, part, spot) for part, spot in spots.items()) if len(spots) > 1 else (),
        prefecture=municipality.code[:2],
    )


def _alternative(known: Gazetteer, unit: str, spot: Spot | PostalSpot | None = None) -> Alternative:
    municipality = known.municipalities[known.municipality_of(unit)]
    ward = known.wards.get(unit)
    point = spot or ward or municipality
    name = f"{known.prefecture_names[unit[:2]]}{municipality.district}{municipality.name}{ward.name if ward else ''}"
    return Alternative(municipality.code, ward.code if ward else None, name, round(point.lat, 5), round(point.lon, 5))


def _postal_alternatives(known: Gazetteer, spots: list[PostalSpot]) -> tuple[Alternative, ...]:
    return tuple(_alternative(known, spot.code, spot) for spot in spots)


def _common_prefecture(units: Iterable[str]) -> str | None:
    prefectures = {unit[:2] for unit in units}
    return prefectures.pop() if len(prefectures) == 1 else None
