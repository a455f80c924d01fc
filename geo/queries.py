"""Reads shared by pages, API and importers."""

from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from geo.atlas import areas_version
from geo.codes import clean_code
from geo.distance import nearest
from geo.models import BoundarySet, Municipality, OldCode, Population, Prefecture, Ward
from geo.rules import search_key
from geo.shops import shop_status


@dataclass(frozen=True, slots=True)
class MunicipalityRow:
    """A municipality with what is known of it: "unknown" and None where nothing is."""

    code: str
    code6: str
    name: str
    kana: str
    kind: str
    district: str
    prefecture: str
    prefecture_name: str
    lat: float
    lon: float
    northern_territories: bool
    shop_status: str  # shop, none, unknown
    population: int | None
    population_65: int | None
    population_as_of: date | None


def municipality_rows(
    *, prefecture: str = "", q: str = "", limit: int | None = None, offset: int = 0, as_of: date | None = None
) -> tuple[list[MunicipalityRow], int]:
    """Return a page of the 1,741 by code, and how many match. `q` is part of a name, in kanji or kana of any width."""
    found = find_municipalities(prefecture=prefecture, q=q)
    page = found[offset : None if limit is None else offset + limit]
    return _rows(page, as_of or timezone.localdate()), found.count()


def municipality_row(code: str, as_of: date | None = None) -> MunicipalityRow:
    """Return one municipality, northern villages too. Raises: Municipality.DoesNotExist."""
    rows = _rows(Municipality.objects.filter(code=code), as_of or timezone.localdate())
    if not rows:
        raise Municipality.DoesNotExist(code)
    return rows[0]


def find_municipalities(*, prefecture: str = "", q: str = "") -> "QuerySet[Municipality]":
    """The 1,741, or those of a prefecture's code whose name, kana or code `q` is part of."""
    found = Municipality.objects.of_today()
    if prefecture:
        found = found.filter(prefecture=prefecture)
    if key := search_key(q):
        found = found.filter(Q(search_key__contains=key) | Q(code6__startswith=key))
    return found


def find_prefecture(text: str) -> Prefecture | None:
    """Return the prefecture of a code ("13", "1") or a name ("東京都", "東京"), None where there is none."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return Prefecture.objects.filter(code=text.zfill(2)).first()
    names = [text, *(text + ending for ending in "都道府県")]
    return Prefecture.objects.filter(name__in=names).first() if text else None


def _rows(municipalities: "QuerySet[Municipality]", as_of: date) -> list[MunicipalityRow]:
    statuses = shop_status(as_of)
    newest = Population.objects.filter(municipality=OuterRef("pk"), as_of__lte=as_of).order_by("-as_of")
    found = municipalities.select_related("prefecture").annotate(
        population=Subquery(newest.values("total")[:1]),
        population_65=Subquery(newest.values("over_65")[:1]),
        population_as_of=Subquery(newest.values("as_of")[:1]),
    )
    return [
        MunicipalityRow(
            code=one.code,
            code6=one.code6,
            name=one.name,
            kana=one.kana,
            kind=one.kind,
            district=one.district,
            prefecture=one.prefecture_id,
            prefecture_name=one.prefecture.name,
            lat=one.lat,
            lon=one.lon,
            northern_territories=one.northern_territories,
            shop_status=statuses.get(one.code, "unknown"),
            population=one.population,
            population_65=one.population_65,
            population_as_of=one.population_as_of,
        )
        for one in found
    ]


def nearest_municipalities(lat: float, lon: float, count: int) -> list[tuple[Municipality, float]]:
    """Return the municipalities whose points are nearest, with the distance in km."""
    return nearest(lat, lon, Municipality.objects.of_today().select_related("prefecture"), count)


def resolve_code(text: str) -> str | None:
    """Return today's municipality of a code in any writing (5 or 6 digits; a ward's; an old one), or None."""
    code = clean_code(text)
    return code_lookup().get(code) if code else None


def code_lookup() -> dict[str, str]:
    """Return today's municipality by every five-digit code that is or was in force, wards included."""
    known = dict(OldCode.objects.values_list("code", "municipality_id"))
    known |= dict(Ward.objects.values_list("code", "municipality_id"))
    return known | {code: code for code in Municipality.objects.values_list("code", flat=True)}


def areas_url() -> str | None:
    """Return the address of the areas in use: a new one whenever they change, so that each may be kept for ever."""
    version = areas_version()
    return reverse("geo:areas", args=[version]) if version else None


def current_boundaries() -> BoundarySet | None:
    """Return the source, date and licence of the areas in use, without their bytes. Pages that draw them say so."""
    return BoundarySet.objects.filter(is_current=True).defer("topojson_gzip").first()
