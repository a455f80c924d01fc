"""Counts of the programme: a fixed number of statements, whatever the country's size. Never a person."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q
from django.utils import timezone

from geo.models import Municipality
from geo.shops import ShopStatuses, shop_statuses
from outreach.classes.models import NATIONAL_SCHEMES, ProgrammeYear, Scheme, Session, Site
from outreach.classes.rules import fiscal_year_of
from outreach.reporting.rules import Coverage, MunicipalityCoverage, last_day, sum_up

PLANNED = Q(planned_sessions__gt=0, scheme__in=NATIONAL_SCHEMES)
HELD = Q(held_sessions__gt=0, scheme__in=NATIONAL_SCHEMES)
OWN = Q(held_sessions__gt=0, scheme=Scheme.OWN)


@dataclass(frozen=True, slots=True)
class SitePoint:
    """A venue of the year on the map."""

    lat: float
    lon: float
    name: str
    held: bool


def this_fiscal_year() -> int:
    return fiscal_year_of(timezone.localdate())


def find_year(fiscal_year: int | None) -> ProgrammeYear | None:
    """The year asked for; without one, today's or the newest. None where it isn't known."""
    years = ProgrammeYear.objects.order_by("-fiscal_year")
    if fiscal_year is not None:
        return years.filter(pk=fiscal_year).first()
    return years.filter(pk__lte=this_fiscal_year()).first() or years.first()


def coverage(year: ProgrammeYear) -> tuple[Coverage, list[MunicipalityCoverage]]:
    """The country and each of its 1,741 municipalities in a year, by code. About 8 statements.

    Shops are taken as of the year's last day, or of today while the year runs.
    """
    shops = shop_statuses(min(last_day(year.fiscal_year), timezone.localdate()))
    rows = _rows(year, shops)
    total = sum_up(
        rows,
        fiscal_year=year.fiscal_year,
        target=year.target_sites,
        shopless_as_of=shops.decided_as_of,
        sample=shops.sample or Session.objects.filter(programme_year=year, sample=True).exists(),
        made_on=timezone.localdate(),
    )
    return total, rows


def _rows(year: ProgrammeYear, shops: ShopStatuses) -> list[MunicipalityCoverage]:
    counts = _site_counts(year)
    return [
        MunicipalityCoverage(
            code=town.code,
            name=town.name,
            kana=town.kana,
            prefecture=town.prefecture_id,
            prefecture_name=town.prefecture.name,
            lat=town.lat,
            lon=town.lon,
            shop_status=shops.by_code[town.code].status.value,
            planned_sites=counts[town.code][0],
            held_sites=counts[town.code][1],
            own_sites=counts[town.code][2],
        )
        for town in Municipality.objects.of_today().select_related("prefecture")
    ]


def _site_counts(year: ProgrammeYear) -> dict[str, tuple[int, int, int]]:
    """(planned, held, own) venues by municipality: a venue in two schemes is one site."""
    found = Site.objects.filter(programme_year=year).order_by().values("municipality")
    rows = found.annotate(
        planned=Count("venue", filter=PLANNED, distinct=True),
        held=Count("venue", filter=HELD, distinct=True),
        own=Count("venue", filter=OWN, distinct=True),
    )
    counts: dict[str, tuple[int, int, int]] = defaultdict(lambda: (0, 0, 0))
    counts.update({row["municipality"]: (row["planned"], row["held"], row["own"]) for row in rows})
    return counts


def site_points(year: ProgrammeYear) -> list[SitePoint]:
    """Every planned or held venue of the national schemes, once. 1 statement."""
    found = Site.objects.filter(PLANNED, programme_year=year).order_by("venue_id")
    points: dict[int, SitePoint] = {}
    for pk, lat, lon, name, held in found.values_list(
        "venue_id", "venue__lat", "venue__lon", "venue__name", "held_sessions"
    ):
        known = points.get(pk)
        points[pk] = SitePoint(lat, lon, name, held > 0 or bool(known and known.held))
    return list(points.values())


def years() -> list[ProgrammeYear]:
    return list(ProgrammeYear.objects.order_by("-fiscal_year"))


def shops_as_of(year: ProgrammeYear) -> date:
    return min(last_day(year.fiscal_year), timezone.localdate())
