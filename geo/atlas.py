"""The areas in use, in memory: which municipality a point lies in."""

import gzip
import json
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import shapely

from geo import topology
from geo.models import BoundarySet

# Quays and narrow islands lie just outside the simplified coast. A point this near to a shore belongs to it.
SHORE_DEGREES = 0.004  # 350 to 450 m


class Atlas:
    def __init__(self, areas: dict[str, shapely.Geometry]) -> None:
        self.areas = areas
        self._codes = sorted(areas)
        self._tree = shapely.STRtree([areas[code] for code in self._codes])

    def municipalities_at(self, points: Sequence[tuple[float, float]]) -> list[str | None]:
        """Return the code for each (lat, lon), None at sea. On a border the lesser code wins."""
        found: list[str | None] = [None] * len(points)
        if not points:
            return found
        marks = shapely.points([(lon, lat) for lat, lon in points])
        at_sea = np.ones(len(points), bool)
        # Falling, so that the lesser code is written last.
        for mark, area in sorted(self._tree.query(marks, predicate="intersects").T.tolist(), reverse=True):
            found[mark] = self._codes[area]
            at_sea[mark] = False
        strays = np.flatnonzero(at_sea)
        near, areas = self._tree.query_nearest(marks[strays], max_distance=SHORE_DEGREES, all_matches=False)
        for mark, area in zip(strays[near].tolist(), areas.tolist(), strict=True):
            found[mark] = self._codes[area]
        return found

    def codes_along(self, lines: Sequence[Sequence[tuple[float, float]]]) -> list[set[str]]:
        """Return the codes of all that each line of two or more (lat, lon) crosses, straight from point to point."""
        found: list[set[str]] = [set() for _ in lines]
        if lines:
            drawn = [shapely.LineString([(lon, lat) for lat, lon in line]) for line in lines]
            for line, area in self._tree.query(drawn, predicate="intersects").T.tolist():
                found[line].add(self._codes[area])
        return found


def areas_version() -> str | None:
    """Return the version of the areas in use, None before `load_areas`. It changes when other areas are put in."""
    return BoundarySet.objects.filter(is_current=True).values_list("version", flat=True).first()


def atlas() -> Atlas:
    """Return the areas in use, read again only when others were put in their place.

    Raises: BoundarySet.DoesNotExist before `load_areas`.
    """
    version = areas_version()
    if version is None:
        raise BoundarySet.DoesNotExist("no areas yet: run load_areas")
    return _atlas(version)


@lru_cache(maxsize=1)
def _atlas(version: str) -> Atlas:
    packed = BoundarySet.objects.values_list("topojson_gzip", flat=True).get(version=version)
    return Atlas(topology.decode(json.loads(gzip.decompress(packed))))


def municipality_at(lat: float, lon: float) -> str | None:
    """Return the code of the municipality (or northern village) that a point lies in, None at sea."""
    return municipalities_at([(lat, lon)])[0]


def municipalities_at(points: Sequence[tuple[float, float]]) -> list[str | None]:
    """Look up many (lat, lon) at once."""
    return atlas().municipalities_at(points)
