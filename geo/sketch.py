"""A small map as SVG: a home, how far one goes, and numbered places, on the outlines of the towns around.

Drawn by the server from what it is given, so that it needs no script, no tiles and no network; each number is a link.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import cos, radians

import shapely
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from geo.atlas import atlas
from geo.models import BoundarySet

Projection = Callable[[float, float], tuple[float, float]]  # latitude and longitude to the sketch's x and y

WIDE = 640
KM_PER_DEGREE = 111.2
APART = 16  # units within which two marks become one
FEWEST_KM = 2.0


@dataclass(frozen=True)
class Pin:
    """A numbered place; `href` is where it leads on the page."""

    number: int
    lat: float
    lon: float
    href: str
    words: str


def sketch(*, home: tuple[float, float], reach_km: float, pins: Sequence[Pin], title: str) -> SafeString:
    """The square around `home` (lat, lon) as far as the reach. Marks too near one another share one."""
    half = max(reach_km, FEWEST_KM) * 1.08
    scale = WIDE / (2 * half)
    lat0, lon0 = home

    def at(lat: float, lon: float) -> tuple[float, float]:
        east = (lon - lon0) * KM_PER_DEGREE * cos(radians(lat0))
        return (half + east) * scale, (half - (lat - lat0) * KM_PER_DEGREE) * scale

    high, wide = half / KM_PER_DEGREE, half / KM_PER_DEGREE / cos(radians(lat0))
    towns = _outlines((lon0 - wide, lat0 - high, lon0 + wide, lat0 + high), at)
    middle = WIDE / 2
    return format_html(
        '<svg class="sketch" viewBox="0 0 {} {}" role="group" aria-label="{}">{}{}'
        '<circle class="sketch-reach" cx="{}" cy="{}" r="{}"/>'
        '<circle class="sketch-home" cx="{}" cy="{}" r="7"/>{}</svg>',
        WIDE, WIDE, title, format_html('<rect class="sketch-sea" width="{}" height="{}"/>', WIDE, WIDE), towns,
        middle, middle, f"{reach_km * scale:.0f}", middle, middle, _marks(pins, at),
    )  # fmt: skip


def _outlines(box: tuple[float, float, float, float], at: Projection) -> SafeString:
    try:
        areas = atlas().areas
    except BoundarySet.DoesNotExist:
        return SafeString()
    frame = shapely.box(*box)
    shapes = (shapely.clip_by_rect(area, *box) for area in areas.values() if area.intersects(frame))
    rings = (part.exterior.coords for shape in shapes for part in _parts(shape.simplify(0.0005)))
    paths = (("L".join("{:.0f} {:.0f}".format(*at(lat, lon)) for lon, lat in ring),) for ring in rings)
    return format_html_join("", '<path class="sketch-town" d="M{}Z"/>', paths)


def _parts(shape: shapely.Geometry) -> list[shapely.Polygon]:
    found = getattr(shape, "geoms", [shape])
    return [part for part in found if isinstance(part, shapely.Polygon) and not part.is_empty]


def _marks(pins: Sequence[Pin], at: Projection) -> SafeString:
    groups: list[tuple[float, float, list[Pin]]] = []
    for pin in pins:
        x, y = at(pin.lat, pin.lon)
        near = next((g for g in groups if abs(g[0] - x) < APART and abs(g[1] - y) < APART), None)
        if near:
            near[2].append(pin)
        else:
            groups.append((x, y, [pin]))
    return format_html_join(
        "",
        '<a href="{}" aria-label="{}"><circle class="sketch-pin" cx="{}" cy="{}" r="15"/>'
        '<text class="sketch-number" x="{}" y="{}">{}</text></a>',
        (
            (
                some[0].href,
                "、".join(one.words for one in some),
                f"{x:.0f}",
                f"{y:.0f}",
                f"{x:.0f}",
                f"{y + 5:.0f}",
                _numbers(some),
            )
            for x, y, some in groups
        ),
    )


def _words(pins: Sequence[Pin]) -> str:
    return "、".join(one.words for one in pins)


def _numbers(pins: Sequence[Pin]) -> str:
    return str(pins[0].number) if len(pins) == 1 else f"{pins[0].number}+"
