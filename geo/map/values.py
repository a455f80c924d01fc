"""Values as few bytes: what a map colours, apart from the areas, which the browser already has."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
POINT_SCALE = 10_000  # 11 m


@dataclass(frozen=True, slots=True)
class Point:
    lat: float
    lon: float
    kind: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A way over the map, as straight pieces between (lat, lon) in degrees."""

    kind: str
    stops: tuple[tuple[float, float], ...]


def pack_lines(lines: Iterable[Line]) -> dict[str, Any]:
    """Return JSON for a map's `lines_url`: (lon, lat) as in GeoJSON, to 11 m."""
    return {
        "lines": [
            {"kind": line.kind, "stops": [[round(lon, 4), round(lat, 4)] for lat, lon in line.stops]} for line in lines
        ]
    }


def pack_values(kinds: Mapping[str, str], notes: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return JSON for a map's `values_url` from the class of each municipal code.

    The codes of a class go as steps in base 36: ascending codes lie close together, so that most steps take a digit.
    """
    codes: dict[str, list[int]] = defaultdict(list)
    for code in sorted(kinds):
        codes[kinds[code]].append(int(code))
    steps = {kind: " ".join(_base36(step) for step in _steps(own)) for kind, own in sorted(codes.items())}
    return {"classes": steps, "notes": dict(notes)} if notes else {"classes": steps}


def pack_points(points: Iterable[Point]) -> dict[str, Any]:
    """Return JSON for a map's `points_url`: columns, sorted from south-west so that the steps are short."""
    known = sorted(points, key=lambda point: (round(point.lat, 1), point.lon, point.name))
    kinds = sorted({point.kind for point in known})
    return {
        "lats": _steps(round(point.lat * POINT_SCALE) for point in known),
        "lons": _steps(round(point.lon * POINT_SCALE) for point in known),
        "kinds": kinds,
        "kind": [kinds.index(point.kind) for point in known],
        "names": [point.name for point in known] if any(point.name for point in known) else [],
    }


def _steps(numbers: Iterable[int]) -> list[int]:
    return [after - before for before, after in pairwise([0, *numbers])]


def _base36(number: int) -> str:
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 36)
        digits = DIGITS[digit] + digits
    return digits
