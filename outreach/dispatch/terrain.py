"""A stand-in for a map of heights: how many town points lie near a place says town, plain or mountain."""

from functools import lru_cache

import numpy as np

from geo.distance import great_circle_km_many
from geo.gazetteer import gazetteer
from outreach.dispatch.travel import Floats, Terrain

TOWN_NEIGHBOURS = 40  # town points within NEAR_KM: a built-up place
MOUNTAIN_NEIGHBOURS = 3
NEAR_KM = 3.0
NEAR_DEGREES = 0.03  # of latitude: a little more than NEAR_KM


@lru_cache(maxsize=20_000)
def terrain_at(municipality: str, lat: float, lon: float) -> Terrain:
    """Of a place in a municipality (five digits), by the towns of its prefecture."""
    lats, lons = _town_points(municipality[:2])
    first, last = np.searchsorted(lats, (lat - NEAR_DEGREES, lat + NEAR_DEGREES))
    near = great_circle_km_many(lat, lon, lats[first:last], lons[first:last]) <= NEAR_KM
    return terrain_of(int(near.sum()))


def terrain_of(neighbours: int) -> Terrain:
    if neighbours >= TOWN_NEIGHBOURS:
        return Terrain.TOWN
    return Terrain.MOUNTAIN if neighbours <= MOUNTAIN_NEIGHBOURS else Terrain.PLAIN


@lru_cache(maxsize=47)
def _town_points(prefecture: str) -> tuple[Floats, Floats]:
    """By latitude."""
    places = gazetteer()
    codes = (code for code in (*places.municipalities, *places.wards) if code.startswith(prefecture))
    spots = [spot for code in codes for spot in places.towns(code).values() if spot.precision != "vague"]
    points = np.array(sorted((spot.lat, spot.lon) for spot in spots), dtype=np.float64).reshape(-1, 2)
    return points[:, 0], points[:, 1]
