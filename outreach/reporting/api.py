"""Coverage as open data: counts, never a person."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.errors import HttpError

from geo.paging import Limit, Offset, Page, paginate
from outreach.classes.models import ProgrammeYear
from outreach.people.access import open_to_all
from outreach.reporting import exports
from outreach.reporting.queries import coverage, find_year

router = Router(tags=["coverage"])


class CoverageOut(Schema):
    fy: int
    target: int  # 0: not set yet
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


class MunicipalityCoverageOut(Schema):
    code: str
    name: str
    prefecture_name: str
    shop_status: str
    reach: str
    planned_sites: int
    held_sites: int
    own_sites: int


@router.get("/coverage", response=CoverageOut, summary="年度の実施状況")
@open_to_all
def get_coverage(request: HttpRequest, fy: int | None = None) -> dict[str, Any]:
    """目標・計画・実施の箇所数と、携帯ショップのない市区町村の数。見本データのとき sample は true です。"""
    return exports.totals(coverage(_year(fy))[0])


@router.get("/coverage/municipalities", response=Page[MunicipalityCoverageOut], summary="市区町村ごとの実施状況")
@open_to_all
def list_coverage(
    request: HttpRequest, fy: int | None = None, limit: Limit = 2000, offset: Offset = 0
) -> dict[str, Any]:
    return paginate([exports.record(row) for row in coverage(_year(fy))[1]], limit, offset)


def _year(fy: int | None) -> ProgrammeYear:
    year = find_year(fy)
    if year is None:
        raise HttpError(404, _("この年度は登録されていません。"))
    return year
