"""Which municipalities have a carrier shop, and which have none.

Two witnesses, both kept with their dates:
- computed: a municipality has a shop where one that stands inside its area (point in polygon) is open on the day. It
  is known only once a list of shops has been read; then a municipality without an open shop has none.
- surveyed: the newest survey of that day or before lists those without; all others have one.

Where both speak, the survey decides, since the programme counts by it; `disagreements` names where they differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from geo.atlas import atlas
from geo.models import CarrierShop, Municipality, ShopSurvey

if TYPE_CHECKING:
    from geopandas import GeoDataFrame


class Shop(StrEnum):
    SHOP = "shop"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Witnesses:
    """What each witness says of one municipality."""

    computed: Shop
    surveyed: Shop

    @property
    def status(self) -> Shop:
        return self.computed if self.surveyed is Shop.UNKNOWN else self.surveyed

    @property
    def disagree(self) -> bool:
        return Shop.UNKNOWN not in (self.computed, self.surveyed) and self.computed is not self.surveyed


@dataclass(frozen=True, slots=True)
class ShopStatuses:
    """The 1,741 on a day, by code. `survey_as_of` is the survey's own day, None where there was none yet."""

    as_of: date
    survey_as_of: date | None
    by_code: dict[str, Witnesses]
    sample: bool

    @property
    def decided_as_of(self) -> date | None:
        """The day that the statuses are of: the survey's, else the day asked for, None where nothing is known."""
        if self.survey_as_of:
            return self.survey_as_of
        known = any(one.computed is not Shop.UNKNOWN for one in self.by_code.values())
        return self.as_of if known else None

    @property
    def shopless(self) -> frozenset[str]:
        return frozenset(code for code, one in self.by_code.items() if one.status is Shop.NONE)


def shop_statuses(as_of: date) -> ShopStatuses:
    """Return what is known of every municipality's shops on `as_of`, in four or five statements."""
    codes = Municipality.objects.of_today().values_list("code", flat=True)
    survey = ShopSurvey.objects.filter(as_of__lte=as_of).order_by("-as_of").first()
    without = set(survey.entries.values_list("municipality_id", flat=True)) if survey else set()
    shops = CarrierShop.objects.values_list("sample", flat=True).order_by()
    samples = set(shops.distinct())
    opened = set(CarrierShop.objects.open_at(as_of).order_by().values_list("municipality_id", flat=True).distinct())
    by_code = {
        code: Witnesses(
            computed=_say(code in opened) if samples else Shop.UNKNOWN,
            surveyed=_say(code not in without) if survey else Shop.UNKNOWN,
        )
        for code in codes
    }
    sample = True in samples or bool(survey and survey.sample)
    return ShopStatuses(as_of, survey.as_of if survey else None, by_code, sample)


def shop_status(as_of: date) -> dict[str, str]:
    """Return "shop", "none" or "unknown" by municipal code."""
    return {code: one.status.value for code, one in shop_statuses(as_of).by_code.items()}


def disagreements(as_of: date) -> list[tuple[Municipality, Witnesses]]:
    """Return the municipalities of which the list of shops and the survey say different things, by code."""
    differing = {code: one for code, one in shop_statuses(as_of).by_code.items() if one.disagree}
    found = Municipality.objects.select_related("prefecture").filter(code__in=differing).order_by("code")
    return [(municipality, differing[municipality.code]) for municipality in found]


def municipalities_of(points: Sequence[tuple[float, float]]) -> list[str | None]:
    """Return the code of the area that each (lat, lon) lies in, by a spatial join; None at sea.

    On a border the lesser code wins. Raises: BoundarySet.DoesNotExist before `load_areas`.
    """
    import geopandas  # takes more than a second to load, and no page needs it

    if not points:
        return []
    lats, lons = zip(*points, strict=True)
    places = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(lons, lats), crs=4326)
    joined = places.sjoin(_areas(), predicate="intersects", how="left").sort_values("code")
    first = joined[~joined.index.duplicated()].sort_index()
    return [code if isinstance(code, str) else None for code in first["code"]]


def place_shops_anew() -> int:
    """Ask the current areas again where each shop stands; return how many moved. A shop now at sea stays as it was."""
    shops = list(CarrierShop.objects.order_by("pk"))
    codes = municipalities_of([(shop.lat, shop.lon) for shop in shops])
    moved = [shop for shop, code in zip(shops, codes, strict=True) if code and code != shop.municipality_id]
    found = {shop.pk: code for shop, code in zip(shops, codes, strict=True)}
    for shop in moved:
        shop.municipality_id = found[shop.pk] or shop.municipality_id
    CarrierShop.objects.bulk_update(moved, ["municipality"], batch_size=500)
    return len(moved)


def _say(has_shop: bool) -> Shop:
    return Shop.SHOP if has_shop else Shop.NONE


def _areas() -> "GeoDataFrame":
    import geopandas

    areas = atlas().areas
    return geopandas.GeoDataFrame({"code": list(areas)}, geometry=list(areas.values()), crs=4326)
