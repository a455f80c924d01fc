"""Distance on the globe, in kilometres, and who is nearest."""

import math
from collections.abc import Iterable
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

EARTH_RADIUS_KM = 6371.0088

Floats = npt.NDArray[np.float64]


class Placed(Protocol):
    """Anything with a point in degrees."""

    @property
    def lat(self) -> float: ...

    @property
    def lon(self) -> float: ...


Place = TypeVar("Place", bound=Placed)


def great_circle_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Return the great-circle distance between two points given in degrees."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    half_lat, half_lon = (phi2 - phi1) / 2, math.radians(lon2 - lon1) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(phi1) * math.cos(phi2) * math.sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(chord)))


def great_circle_km_many(lat1: npt.ArrayLike, lon1: npt.ArrayLike, lat2: npt.ArrayLike, lon2: npt.ArrayLike) -> Floats:
    """Return great-circle distances of arrays in degrees, broadcast against one another as numpy does."""
    phi1, lam1, phi2, lam2 = (np.radians(np.asarray(values, dtype=np.float64)) for values in (lat1, lon1, lat2, lon2))
    chord = np.sin((phi2 - phi1) / 2) ** 2 + np.cos(phi1) * np.cos(phi2) * np.sin((lam2 - lam1) / 2) ** 2
    distance: Floats = 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(1.0, np.sqrt(chord)))
    return distance


def nearest(lat: float, lon: float, places: Iterable[Place], count: int) -> list[tuple[Place, float]]:
    """Return the `count` places nearest to a point with their distances in km, nearest first."""
    known = list(places)
    if not known:
        return []
    distances = great_circle_km_many(lat, lon, [place.lat for place in known], [place.lon for place in known])
    order = np.argsort(distances, kind="stable")[:count]
    return [(known[index], float(distances[index])) for index in order]
