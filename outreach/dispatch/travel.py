"""How long the way over land takes: one protocol, and the default that needs no map and no network.

The default is the great circle times a detour factor, at a speed, plus minutes for parking or waiting, each by means
of travel and terrain, rounded up. None of it was measured on this project's roads. Where the figures come from:

- Detour: over large road networks one drives 1.3 ± 0.1 times the straight line (Wang and others, npj Complexity 1, 22
  (2024), https://doi.org/10.1038/s44260-024-00023-x); in Japan too the two are about proportional (腰塚・小林 1983, as
  cited in https://www.jstage.jst.go.jp/article/ajg/2013s/0/2013s_191/). Towns take that value; the plain and the
  mountain take more, an assumption.
- Speed: national roads (一般国道) at rush hour ran at 34.9 km/h on average in the road census of 2021
  (https://s.response.jp/article/2023/07/10/373060.html): the plain value, rounded. Towns, mountains, the faster speed
  after the first `FAR_KM`, and public transport are assumptions.
- Winter: that roads slow down is measured (https://thesis.ceri.go.jp/db/documents/public_detail/23928); by how much
  on a given road is not known here: the factor is an assumption.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Protocol

import numpy as np
import numpy.typing as npt

from geo.distance import great_circle_km_many
from outreach.dispatch.problem import NO_ROAD, Travel

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

FAR_KM = 30.0
# Floating-point dust on an exact product must not cost a whole minute.
_DUST = 1e-9


class Terrain(StrEnum):
    TOWN = "town"
    PLAIN = "plain"
    MOUNTAIN = "mountain"


@dataclass(frozen=True, slots=True)
class Point:
    """Where a way begins or ends, in degrees. `island` None is the mainland."""

    lat: float
    lon: float
    island: str | None = None
    terrain: Terrain = Terrain.PLAIN


@dataclass(frozen=True, slots=True)
class Pace:
    """`detour` times the straight line; `near_kmh` for the first `FAR_KM`, `far_kmh` beyond; `extra` minutes once."""

    detour: float
    near_kmh: float
    far_kmh: float
    extra: int


@dataclass(frozen=True, slots=True)
class Mode:
    """A means of travel. Between two terrains the slower pace holds. `winter` multiplies the minutes on the road."""

    name: str
    paces: tuple[tuple[Terrain, Pace], ...]
    winter: float


CAR = Mode(
    name="car",
    paces=(
        (Terrain.TOWN, Pace(detour=1.30, near_kmh=25, far_kmh=55, extra=5)),
        (Terrain.PLAIN, Pace(detour=1.35, near_kmh=35, far_kmh=55, extra=5)),
        (Terrain.MOUNTAIN, Pace(detour=1.50, near_kmh=30, far_kmh=45, extra=5)),
    ),
    winter=1.25,
)
TRANSIT = Mode(
    name="transit",
    paces=(
        (Terrain.TOWN, Pace(detour=1.35, near_kmh=20, far_kmh=55, extra=10)),
        (Terrain.PLAIN, Pace(detour=1.45, near_kmh=22, far_kmh=45, extra=25)),
        (Terrain.MOUNTAIN, Pace(detour=1.60, near_kmh=20, far_kmh=30, extra=40)),
    ),
    winter=1.15,
)
MODES = {mode.name: mode for mode in (CAR, TRANSIT)}

# December to March, where roads lie under snow for most of it (豪雪地帯 over the whole prefecture).
SNOW_PREFECTURES = frozenset({"01", "02", "03", "05", "06", "15", "16", "17", "18", "31"})
SNOW_MONTHS = frozenset({12, 1, 2, 3})


class TravelTimes(Protocol):
    """A source of ways over land. `symmetric` says whether there and back are always alike; callers rely on it."""

    @property
    def symmetric(self) -> bool: ...

    def travel(self, points: tuple[Point, ...], mode: str) -> Travel:
        """Every way between the points, minutes rounded up, `NO_ROAD` between lands, 0 to itself."""
        ...


class GreatCircle:
    """The default: no network, the same answer for ever, good to perhaps a fifth. Matrices are kept for reuse."""

    symmetric = True

    def __init__(self, *, winter: bool = False) -> None:
        self._winter = winter

    def travel(self, points: tuple[Point, ...], mode: str) -> Travel:
        return _travel(points, MODES[mode], self._winter)


def is_winter(prefecture: str, month: int) -> bool:
    """Whether the winter factor holds for a prefecture's roads in a month."""
    return prefecture in SNOW_PREFECTURES and month in SNOW_MONTHS


@lru_cache(maxsize=8)
def _travel(points: tuple[Point, ...], mode: Mode, winter: bool) -> Travel:
    straight = _straight_km(points)
    detour, near, far, extra = _paces(points, mode)
    road = straight * detour
    hours = np.minimum(road, FAR_KM) / near + np.maximum(road - FAR_KM, 0) / far
    minutes = _up(hours * 60 * (mode.winter if winter else 1.0)) + np.where(road > 0, extra, 0).astype(np.int64)
    across = _across(points)
    return Travel(mode.name, _matrix(minutes, across), _matrix(_up(road * 10), across))


def _straight_km(points: Sequence[Point]) -> Floats:
    lat = np.array([point.lat for point in points])
    lon = np.array([point.lon for point in points])
    straight = great_circle_km_many(lat[:, None], lon[:, None], lat[None, :], lon[None, :])
    # The last bit of a sine may differ between there and back: one half serves both.
    half = np.triu(straight, 1)
    both: Floats = half + half.T
    return both


def _paces(points: Sequence[Point], mode: Mode) -> tuple[Floats, Floats, Floats, Floats]:
    """Detour, near and far speed and extra minutes of each pair: of its two terrains, whatever is worse."""
    table = dict(mode.paces)
    paces = [table[point.terrain] for point in points]
    detour, near, far, extra = (
        np.array([float(getattr(pace, name)) for pace in paces]) for name in ("detour", "near_kmh", "far_kmh", "extra")
    )
    worst, least = np.maximum.outer, np.minimum.outer
    return worst(detour, detour), least(near, near), least(far, far), worst(extra, extra)


def _across(points: Sequence[Point]) -> npt.NDArray[np.bool_]:
    lands = {land: number for number, land in enumerate(dict.fromkeys(point.island for point in points))}
    numbers = np.array([lands[point.island] for point in points])
    across: npt.NDArray[np.bool_] = numbers[:, None] != numbers[None, :]
    return across


def _up(values: Floats) -> Ints:
    rounded: Ints = np.ceil(values - _DUST).astype(np.int64)
    return rounded


def _matrix(values: Ints, across: npt.NDArray[np.bool_]) -> tuple[tuple[int, ...], ...]:
    return tuple(map(tuple, np.where(across, NO_ROAD, values).tolist()))
