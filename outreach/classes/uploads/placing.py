"""Where the places of a file are: by their own point, else where their address lies."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from geo.geocoder import GeocodeResult, geocode_addresses
from geo.shops import municipalities_of

LATITUDES, LONGITUDES = (20.0, 46.0), (122.0, 154.5)
Point = tuple[float, float]


class BadCell(Exception):
    """A row that has to be left out: the field at fault, and why."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


@dataclass(frozen=True, slots=True)
class Where:
    """A place found, or (with no municipality) why it was not."""

    municipality: str | None
    lat: float = 0.0
    lon: float = 0.0
    reason: str = ""


def read_point(lat: str, lon: str) -> Point | None:
    """The point that two cells write; None where both are empty. Raises: BadCell for `lat` or `lon`."""
    if not lat and not lon:
        return None
    return _degrees("lat", lat, LATITUDES), _degrees("lon", lon, LONGITUDES)


def _degrees(field: str, text: str, limits: tuple[float, float]) -> float:
    try:
        degrees = float(text)
    except ValueError:
        raise BadCell(field, _("「{text}」は度の数ではありません。").format(text=text)) from None
    if not limits[0] <= degrees <= limits[1]:
        raise BadCell(field, _("「{text}」は日本の範囲にありません。").format(text=text))
    return degrees


def find_where(places: Sequence[tuple[str, Point | None]]) -> list[Where]:
    """Find many (address, own point), in order. An own point lies in its area; an address names its municipality."""
    found = geocode_addresses(address for address, _point in places)
    inside = iter(municipalities_of([point for _address, point in places if point]))
    return [_where(point, one, next(inside) if point else None) for (_a, point), one in zip(places, found, strict=True)]


def _where(point: Point | None, found: GeocodeResult, inside: str | None) -> Where:
    if point:
        # Near a coast the simplified areas may miss a point: there the address decides.
        code = inside or found.municipality
        return Where(code, *point, "" if code else _("どの市区町村の中にもありません。"))
    if found.municipality is None or found.lat is None or found.lon is None:
        return Where(None, reason=_why_not(found))
    return Where(found.municipality, found.lat, found.lon)


def _why_not(found: GeocodeResult) -> str:
    if found.alternatives:
        names = "、".join(one.name for one in found.alternatives[:3])
        return _("住所がどの市区町村か決められません（{names} など）。").format(names=names)
    return _("住所の場所がわかりません。")
