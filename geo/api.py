"""Areas and addresses: the open API."""

import re
import unicodedata
from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from ninja.errors import HttpError

from geo.access import open_to_all
from geo.atlas import municipality_at
from geo.geocoder import GeocodeResult, geocode_address, geocode_postal
from geo.paging import MOST, Limit, Offset, Page
from geo.queries import MunicipalityRow, find_prefecture, municipality_row, municipality_rows

router = Router(tags=["areas"])


class MunicipalityOut(Schema):
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


class AlternativeOut(Schema):
    municipality: str
    ward: str | None
    name: str
    lat: float
    lon: float


class GeocodeOut(Schema):
    municipality: str | None
    ward: str | None
    prefecture: str | None
    level: str  # chome, town, postal, municipality, prefecture, none
    lat: float | None
    lon: float | None
    error_km: float | None
    alternatives: list[AlternativeOut]


@router.get("/municipalities", response=Page[MunicipalityOut], summary="市区町村をさがす")
@open_to_all
def list_municipalities(
    request: HttpRequest,
    prefecture: Annotated[str, Query(description="都道府県のコード（2桁）または名称")] = "",
    q: Annotated[str, Query(max_length=60, description="名称の一部。漢字でもかなでも（半角も可）")] = "",
    limit: Limit = 100,
    offset: Offset = 0,
) -> dict[str, Any]:
    found = find_prefecture(prefecture) if prefecture else None
    if prefecture and not found:
        raise HttpError(422, _("「{text}」という都道府県はありません。").format(text=prefecture))
    code = found.code if found else ""
    rows, count = municipality_rows(prefecture=code, q=q, limit=min(limit, MOST), offset=offset)
    return {"items": rows, "count": count}


@router.get("/municipalities/at", response=MunicipalityOut, summary="座標から市区町村を知る")
@open_to_all
def get_municipality_at(
    request: HttpRequest,
    lat: Annotated[float, Query(ge=-90, le=90, description="緯度（度）")],
    lon: Annotated[float, Query(ge=-180, le=180, description="経度（度）")],
) -> MunicipalityRow:
    code = municipality_at(lat, lon)
    if code is None:
        raise HttpError(404, _("この地点は、どの市区町村の中でもありません。"))
    return municipality_row(code)


@router.get("/geocode", response=GeocodeOut, summary="住所から市区町村と座標を知る")
@open_to_all
def geocode(
    request: HttpRequest, address: Annotated[str, Query(max_length=200, description="都道府県からの住所")]
) -> GeocodeResult:
    """Answers 200 with level "none" where nothing was found: the caller's list goes on with the next row."""
    if not address.strip():
        raise HttpError(422, _("住所を入れてください。"))
    return geocode_address(address)


@router.get("/geocode/postal/{code}", response=GeocodeOut, summary="郵便番号から市区町村と座標を知る")
@open_to_all
def geocode_by_postal_code(request: HttpRequest, code: str) -> GeocodeResult:
    digits = re.sub(r"[〒\s-]", "", unicodedata.normalize("NFKC", code))
    if not re.fullmatch(r"[0-9]{7}", digits):
        raise HttpError(422, _("郵便番号は7桁の数字です。"))
    result = geocode_postal(digits)
    if result.level == "none":
        raise HttpError(404, _("この郵便番号は見つかりません。"))
    return result
