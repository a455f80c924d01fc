"""Where about in the town a venue lies: the town's outline and a mark, as SVG. No map: nobody should drive by it."""

from math import cos, radians

from shapely.geometry import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo.atlas import atlas
from geo.models import BoundarySet
from outreach.classes.models import Venue

SIZE = 200  # of the drawing's longer side, in its own units
FAR_DEGREES = 0.4  # islands further off would shrink the rest to a dot


def outline_of(venue: Venue) -> str:
    """An SVG, or "" where no areas are installed or the venue's point does not lie near its town."""
    try:
        area = atlas().areas.get(venue.municipality_id)
    except BoundarySet.DoesNotExist:
        return ""
    mark = Point(venue.lon, venue.lat)
    near = [part for part in _parts(area) if part.distance(mark) < FAR_DEGREES]
    if not near or min(part.distance(mark) for part in near) > 0.02:
        return ""
    return _draw(near, mark)


def _parts(area: BaseGeometry | None) -> list[Polygon]:
    if isinstance(area, MultiPolygon):
        return list(area.geoms)
    return [area] if isinstance(area, Polygon) else []


def _draw(parts: list[Polygon], mark: Point) -> str:
    west, south, east, north = MultiPolygon(parts).union(mark.buffer(0.005)).bounds
    squeeze = cos(radians(mark.y))  # a degree of longitude is shorter than one of latitude
    scale = SIZE / max((east - west) * squeeze, north - south)

    def at(lon: float, lat: float) -> str:
        return f"{(lon - west) * squeeze * scale + 6:.1f} {(north - lat) * scale + 6:.1f}"

    rings = "".join(f"M{'L'.join(at(*xy[:2]) for xy in part.exterior.coords)}Z" for part in parts)
    x, y = at(mark.x, mark.y).split()
    wide, high = (east - west) * squeeze * scale + 12, (north - south) * scale + 12
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.1f} {high:.1f}">'
        f'<path d="{rings}" fill="#eee" stroke="#000" stroke-width="1.5" stroke-linejoin="round"/>'
        f'<circle cx="{x}" cy="{y}" r="9" fill="#fff" stroke="#000" stroke-width="3"/>'
        f'<circle cx="{x}" cy="{y}" r="4" fill="#000"/></svg>'
    )
