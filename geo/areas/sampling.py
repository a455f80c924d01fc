"""Labels a grid of Japan with municipalities, by asking the Meteorological Agency's areas (reversejp) point by point.

A miss at sea costs fifty times what a hit on land does, so the coarse grid grows outward from known places, and only
cells beside a border are asked again at half the step.
"""

from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.pool import Pool

import numpy as np
import numpy.typing as npt
from reversejp import find_properties
from scipy import ndimage
from scipy.spatial import cKDTree

from geo.areas import northern

Labels = npt.NDArray[np.uint16]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Log = Callable[[str], None]

COARSE_STEP = 0.008  # degrees
HALVINGS = 2
WEST, SOUTH, EAST, NORTH = 122.4, 20.0, 154.4, 46.0
NORTHERN_LAND = 65_000  # label of the Northern Territories, until they are shared among the villages
PATCH_DEGREES = 0.015
SHORE_DEGREES = 0.004  # how far a place that the agency puts at sea makes land
LON_PER_LAT = float(np.cos(np.radians(36)))  # a degree of longitude, in degrees of latitude
CHUNK = 4000


@dataclass(frozen=True, slots=True)
class Grid:
    """Municipal codes as numbers by cell, 0 at sea; rows run northward from SOUTH."""

    labels: Labels
    step: float

    def cells_at(self, lons: Floats, lats: Floats) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        return ((lats - SOUTH) / self.step).astype(np.intp), ((lons - WEST) / self.step).astype(np.intp)


class Sampler:
    """Asks which municipality points lie in, on two processors."""

    def __init__(self, pool: Pool, city_of_ward: dict[str, str]) -> None:
        self.pool = pool
        self.asked = 0
        self.merged = np.arange(65_536, dtype=np.uint16)
        for ward, city in city_of_ward.items():
            self.merged[int(ward)] = int(city)

    def label(self, lons: Floats, lats: Floats) -> Labels:
        self.asked += len(lons)
        if not len(lons):
            return np.zeros(0, np.uint16)
        points = np.column_stack([lons, lats])
        chunks = [chunk.tolist() for chunk in np.array_split(points, max(1, len(points) // CHUNK))]
        labels: Labels = self.merged[np.concatenate(self.pool.map(ask, chunks))]
        return labels


def ask(points: list[tuple[float, float]]) -> Labels:
    return np.array([_code_at(lon, lat) for lon, lat in points], dtype=np.uint16)


def _code_at(lon: float, lat: float) -> int:
    for area in find_properties(lon, lat):
        if len(area.code) == 7:  # the agency's smallest areas; it splits some cities by the last two
            return int(area.code[:5])
        if area.code == northern.AREA_CODE:
            return NORTHERN_LAND
    return 0


def sample(sampler: Sampler, lons: Floats, lats: Floats, log: Log) -> Grid:
    """Return the finest grid, grown from the places given."""
    grid = _grow(sampler, lons, lats)
    log(f"coarse grid: {sampler.asked} points asked")
    for halving in range(HALVINGS):
        grid = _refine(sampler, grid, lons, lats, every_place=halving == 0)
        log(f"step {grid.step}: {sampler.asked} points asked")
    return grid


def _grow(sampler: Sampler, lons: Floats, lats: Floats) -> Grid:
    shape = (round((NORTH - SOUTH) / COARSE_STEP), round((EAST - WEST) / COARSE_STEP))
    grid, asked = Grid(np.zeros(shape, np.uint16), COARSE_STEP), np.zeros(shape, bool)
    front = np.zeros(shape, bool)
    front[grid.cells_at(lons, lats)] = True
    front = ndimage.binary_dilation(front, iterations=2)
    while front.any():
        rows, columns = np.nonzero(front)
        grid.labels[rows, columns] = found = sampler.label(*_centres(rows, columns, COARSE_STEP))
        asked[rows, columns] = True
        land = np.zeros(shape, bool)
        land[rows, columns] = found > 0
        front = ndimage.binary_dilation(land) & ~asked
    return grid


def _refine(sampler: Sampler, grid: Grid, lons: Floats, lats: Floats, *, every_place: bool) -> Grid:
    """Halve the step; ask again only beside borders, and where a place stands (in the first round: on any cell)."""
    doubtful = _beside_border(grid.labels)
    rows, columns = grid.cells_at(lons, lats)
    wanted = np.ones(len(rows), bool) if every_place else grid.labels[rows, columns] == 0
    doubtful[rows[wanted], columns[wanted]] = True
    finer = Grid(np.repeat(np.repeat(grid.labels, 2, 0), 2, 1), grid.step / 2)
    row, column = np.nonzero(doubtful)
    rows = np.concatenate([2 * row, 2 * row, 2 * row + 1, 2 * row + 1])
    columns = np.concatenate([2 * column, 2 * column + 1, 2 * column, 2 * column + 1])
    finer.labels[rows, columns] = sampler.label(*_centres(rows, columns, finer.step))
    return finer


def _beside_border(labels: Labels) -> Mask:
    border = np.zeros(labels.shape, bool)
    vertical, horizontal = labels[1:] != labels[:-1], labels[:, 1:] != labels[:, :-1]
    border[1:] |= vertical
    border[:-1] |= vertical
    border[:, 1:] |= horizontal
    border[:, :-1] |= horizontal
    return border


def _centres(rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp], step: float) -> tuple[Floats, Floats]:
    return WEST + (columns.astype(np.float64) + 0.5) * step, SOUTH + (rows.astype(np.float64) + 0.5) * step


def patch(grid: Grid, lons: Floats, lats: Floats, true: Labels, found: Labels, log: Log) -> None:
    """Overwrite cells near places that the agency puts elsewhere: it has 刈羽村's area wrong, and some lone towns."""
    wrong = found != true
    tree = cKDTree(np.column_stack([lons * LON_PER_LAT, lats]))
    reach = int(PATCH_DEGREES / grid.step)
    offsets = np.arange(-reach, reach + 1)
    patched = 0
    for row, column in zip(*grid.cells_at(lons[wrong], lats[wrong]), strict=True):
        columns, rows = (axis.ravel() for axis in np.meshgrid(column + offsets, row + offsets))
        near_lons, near_lats = _centres(rows, columns, grid.step)
        distance, nearest = tree.query(np.column_stack([near_lons * LON_PER_LAT, near_lats]))
        mine = wrong[nearest] & ((grid.labels[rows, columns] > 0) | (distance < SHORE_DEGREES))
        grid.labels[rows[mine], columns[mine]] = true[nearest[mine]]
        patched += int(mine.sum())
    log(f"{int(wrong.sum())} of {len(wrong)} places disagree with the agency, {patched} cells overwritten")


def share_northern_land(grid: Grid) -> None:
    """Give each cell of the Northern Territories to the village with the nearest settlement."""
    points = [(lon, lat, int(v.code)) for v in northern.VILLAGES for lat, lon in v.settlements]
    tree = cKDTree([(lon * LON_PER_LAT, lat) for lon, lat, _ in points])
    rows, columns = np.nonzero(grid.labels == NORTHERN_LAND)
    lons, lats = _centres(rows, columns, grid.step)
    _, nearest = tree.query(np.column_stack([lons * LON_PER_LAT, lats]))
    grid.labels[rows, columns] = np.array([code for _, _, code in points], np.uint16)[nearest]
