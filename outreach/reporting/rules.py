"""What a municipality's colour means, and what counts. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from geo.shops import Shop


class Reach(StrEnum):
    """How a municipality stands in a year: what the map draws."""

    GAP = "gap"  # no shop, and no class held or planned
    PLANNED = "planned"  # no shop; a class is planned, none was held yet
    HELD = "held"  # no shop, but a class was held
    SHOP = "shop"
    UNKNOWN = "unknown"  # nothing is known of shops


def reach_of(shop: str, *, planned_sites: int, held_sites: int) -> Reach:
    if shop == Shop.UNKNOWN:
        return Reach.UNKNOWN
    if shop == Shop.SHOP:
        return Reach.SHOP
    if held_sites:
        return Reach.HELD
    return Reach.PLANNED if planned_sites else Reach.GAP


@dataclass(frozen=True, slots=True)
class MunicipalityCoverage:
    """One municipality in a year. Sites are venues of the national schemes; `own_sites` are 独自開催, held."""

    code: str
    name: str
    kana: str
    prefecture: str
    prefecture_name: str
    lat: float
    lon: float
    shop_status: str
    planned_sites: int
    held_sites: int
    own_sites: int

    @property
    def reach(self) -> Reach:
        return reach_of(self.shop_status, planned_sites=self.planned_sites, held_sites=self.held_sites)


@dataclass(frozen=True, slots=True)
class Coverage:
    """The country in a year. A covered municipality is one in which a class of the programme was held."""

    fiscal_year: int
    target: int
    planned_sites: int
    held_sites: int
    own_sites: int
    shopless: int
    shopless_as_of: date | None
    shopless_covered: int
    shopless_planned: int
    municipalities_covered: int
    sample: bool
    made_on: date

    @property
    def shopless_waiting(self) -> int:
        return self.shopless - self.shopless_covered


def sum_up(
    rows: list[MunicipalityCoverage],
    *,
    fiscal_year: int,
    target: int,
    shopless_as_of: date | None,
    sample: bool,
    made_on: date,
) -> Coverage:
    shopless = [row for row in rows if row.shop_status == Shop.NONE]
    return Coverage(
        fiscal_year=fiscal_year,
        target=target,
        planned_sites=sum(row.planned_sites for row in rows),
        held_sites=sum(row.held_sites for row in rows),
        own_sites=sum(row.own_sites for row in rows),
        shopless=len(shopless),
        shopless_as_of=shopless_as_of,
        shopless_covered=sum(row.reach is Reach.HELD for row in shopless),
        shopless_planned=sum(row.reach is Reach.PLANNED for row in shopless),
        municipalities_covered=sum(row.held_sites > 0 for row in rows),
        sample=sample,
        made_on=made_on,
    )


def last_day(fiscal_year: int) -> date:
    return date(fiscal_year + 1, 3, 31)


SMALL = 5


def hide_small(cells: list[int]) -> list[int | None]:
    """A row that splits people, with cells from 1 to 4 hidden (None), since its sum is shown beside it.

    One hidden cell alone could be worked out from the sum: then the smallest of the others goes too (law 7).
    """
    hidden = {n for n, count in enumerate(cells) if 0 < count < SMALL}
    if len(hidden) == 1:
        others = [(count, n) for n, count in enumerate(cells) if count and n not in hidden]
        hidden |= {min(others)[1]} if others else set()
    return [None if n in hidden else count for n, count in enumerate(cells)]
