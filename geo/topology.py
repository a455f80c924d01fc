"""TopoJSON of areas that share borders: written once with each border one line, and read back into geometry.

Small on purpose: one object of areas, one of the lines between prefectures, nothing else of the format.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

QUANTUM = 0.0004  # degrees, about 40 m: far finer than the simplified borders, and 8 % fewer bytes than 0.0003
ORIGIN = (122.0, 20.0)
AREAS, PREFECTURE_BORDERS = "areas", "prefecture_borders"

Point = tuple[int, int]
Ring = list[Point]  # closed by implication: the first point isn't repeated
Topology = dict[str, Any]


class UnreadableTopology(ValueError):
    """The text isn't TopoJSON of the kind that `encode` writes."""


def encode(areas: Mapping[str, shapely.Geometry], properties: Mapping[str, Mapping[str, Any]]) -> Topology:
    """Return TopoJSON with one MultiPolygon for each area, its code as `id`.

    `areas` are (multi)polygons in degrees by municipal code that already share their borders point for point, as
    `shapely.coverage_simplify` leaves them. Where rounding empties an area (a lone rock), its largest part stays as
    a triangle, so that no municipality vanishes.
    """
    rings = {code: _quantised(areas[code]) for code in sorted(areas)}
    cutter = _Cutter(_junctions(ring for polygons in rings.values() for polygon in polygons for ring in polygon))
    geometries = [
        {
            "type": "MultiPolygon",
            "id": code,
            "properties": dict(properties.get(code, {})),
            "arcs": [[cutter.cut(ring, code) for ring in polygon] for polygon in polygons],
        }
        for code, polygons in rings.items()
    ]
    return {
        "type": "Topology",
        "transform": {"scale": [QUANTUM, QUANTUM], "translate": list(ORIGIN)},
        "objects": {
            AREAS: {"type": "GeometryCollection", "geometries": geometries},
            PREFECTURE_BORDERS: {"type": "MultiLineString", "arcs": [[arc] for arc in cutter.between_prefectures()]},
        },
        "arcs": [_deltas(arc) for arc in cutter.arcs],
    }


def decode(topology: Topology) -> dict[str, shapely.Geometry]:
    """Return the areas of TopoJSON that `encode` wrote, by code.

    Raises: UnreadableTopology.
    """
    try:
        transform = topology["transform"]
        arcs = [np.cumsum(arc, axis=0) * transform["scale"] + transform["translate"] for arc in topology["arcs"]]
        geometries = topology["objects"][AREAS]["geometries"]
        areas = {geometry["id"]: _multipolygon(geometry["arcs"], arcs) for geometry in geometries}
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise UnreadableTopology(str(error)) from error
    return areas


def _multipolygon(polygons: list[list[list[int]]], arcs: list[npt.NDArray[np.float64]]) -> shapely.Geometry:
    made = [shapely.Polygon(_join(rings[0], arcs), [_join(ring, arcs) for ring in rings[1:]]) for rings in polygons]
    area = shapely.MultiPolygon(made)
    # Rounding can fold a spike over itself.
    return area if area.is_valid else shapely.make_valid(area, method="structure")


def _join(ring: list[int], arcs: list[npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    lines = [arcs[arc] if arc >= 0 else arcs[~arc][::-1] for arc in ring]
    return np.concatenate([lines[0], *(line[1:] for line in lines[1:])])


def _quantised(area: shapely.Geometry) -> list[list[Ring]]:
    """Return the area's polygons, each an outer ring and its holes, on the grid."""
    polygons = [rings for part in shapely.get_parts(area) if (rings := _rings(part))]
    return polygons or [[_triangle(area)]]


def _rings(polygon: shapely.Polygon) -> list[Ring]:
    outer, *holes = [_ring(ring) for ring in (polygon.exterior, *polygon.interiors)]
    return [outer, *(hole for hole in holes if len(hole) > 2)] if len(outer) > 2 else []


def _ring(ring: shapely.LinearRing) -> Ring:
    grid = np.rint((shapely.get_coordinates(ring) - ORIGIN) / QUANTUM).astype(int)[:-1]
    moved = np.any(grid != np.roll(grid, 1, axis=0), axis=1)
    return [(x, y) for x, y in grid[moved].tolist()]


def _triangle(area: shapely.Geometry) -> Ring:
    centre = np.rint((shapely.get_coordinates(area.centroid)[0] - ORIGIN) / QUANTUM).astype(int)
    x, y = centre.tolist()
    return [(x, y), (x, y + 1), (x + 1, y)]


def _junctions(rings: Iterator[Ring]) -> set[Point]:
    """Return the points where rings part or meet: those that don't always stand between the same two others."""
    neighbours: dict[Point, tuple[Point, Point]] = {}
    junctions: set[Point] = set()
    for ring in rings:
        for index, point in enumerate(ring):
            before, after = ring[index - 1], ring[(index + 1) % len(ring)]
            pair = (before, after) if before < after else (after, before)
            if neighbours.setdefault(point, pair) != pair:
                junctions.add(point)
    return junctions


class _Cutter:
    """Cuts rings at junctions into arcs, each kept once whichever way it is met."""

    def __init__(self, junctions: set[Point]) -> None:
        self.junctions = junctions
        self.arcs: list[tuple[Point, ...]] = []
        self.index: dict[tuple[Point, ...], int] = {}
        self.prefectures: dict[int, set[str]] = defaultdict(set)

    def cut(self, ring: Ring, code: str) -> list[int]:
        pieces = [self._keep(piece) for piece in self._pieces(ring)]
        for arc in pieces:
            self.prefectures[arc if arc >= 0 else ~arc].add(code[:2])
        return pieces

    def between_prefectures(self) -> list[int]:
        return sorted(arc for arc, prefectures in self.prefectures.items() if len(prefectures) > 1)

    def _pieces(self, ring: Ring) -> Iterator[tuple[Point, ...]]:
        # A ring without a junction (an island, an enclave) starts at its least point, so that both sides match.
        start = next((index for index, point in enumerate(ring) if point in self.junctions), ring.index(min(ring)))
        turned = ring[start:] + ring[: start + 1]
        piece = [turned[0]]
        for point in turned[1:]:
            piece.append(point)
            if point in self.junctions:
                yield tuple(piece)
                piece = [point]
        if len(piece) > 1:
            yield tuple(piece)

    def _keep(self, piece: tuple[Point, ...]) -> int:
        if (known := self.index.get(piece)) is not None:
            return known
        if (known := self.index.get(piece[::-1])) is not None:
            return ~known
        self.index[piece] = len(self.arcs)
        self.arcs.append(piece)
        return self.index[piece]


def _deltas(arc: tuple[Point, ...]) -> list[list[int]]:
    steps: list[list[int]] = np.diff(np.array(arc), axis=0, prepend=np.zeros((1, 2), int)).tolist()
    return steps
