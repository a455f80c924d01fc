"""Turns a labelled grid into simplified polygons whose shared borders are one line."""

from collections import defaultdict

import numpy as np
import numpy.typing as npt
import rasterio.features
import shapely
from rasterio.transform import Affine

from geo.areas.sampling import SOUTH, WEST, Grid

TILE = 1000  # cells a side
SPECK = 3  # cells
TOLERANCE = 0.004  # degrees

Geometries = npt.NDArray[np.object_]


class BrokenCoverage(Exception):
    """The polygons overlap or leave gaps; nothing made of them could be trusted."""


def draw(grid: Grid) -> dict[str, shapely.Geometry]:
    """Return one (multi)polygon for each code on the grid, in degrees."""
    pieces = _pieces_by_code(grid)
    codes = sorted(pieces)
    # A tile's straight edge has no vertex where its neighbour's meets it, so every cell corner becomes one.
    areas = np.array([shapely.coverage_union_all([_noded(piece) for piece in pieces[code]]) for code in codes])
    if not shapely.coverage_is_valid(areas):
        raise BrokenCoverage("the polygons of the grid overlap")
    areas = np.array([_without_specks(area) for area in areas])
    areas = shapely.transform(areas, lambda xy: np.array([WEST, SOUTH]) + xy * grid.step)
    areas = shapely.coverage_simplify(areas, TOLERANCE, simplify_boundary=True)
    return dict(zip(codes, areas, strict=True))


def _pieces_by_code(grid: Grid) -> dict[str, list[shapely.Geometry]]:
    pieces: dict[str, list[shapely.Geometry]] = defaultdict(list)
    height, width = grid.labels.shape
    for row in range(0, height, TILE):
        for column in range(0, width, TILE):
            tile = np.ascontiguousarray(grid.labels[row : row + TILE, column : column + TILE])
            if not tile.any():
                continue
            place = Affine(1, 0, column, 0, 1, row)
            for shape, code in rasterio.features.shapes(tile, mask=tile > 0, connectivity=4, transform=place):
                pieces[f"{int(code):05d}"].append(shapely.geometry.shape(shape))
    return pieces


def _noded(piece: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(shapely.segmentize(piece, 1.0), np.round)


def _without_specks(area: shapely.Geometry) -> shapely.Geometry:
    """Drop parts of one or two cells, but never the largest part: some islands are no more."""
    parts = shapely.get_parts(area)
    sizes = shapely.area(parts)
    return shapely.multipolygons(parts[(sizes >= SPECK) | (sizes == sizes.max())])
