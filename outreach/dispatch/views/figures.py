"""Requests counted, never a person: by prefecture and status, and for municipalities without a shop."""

from datetime import date, datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from geo.shops import ShopStatuses, shop_statuses
from outreach.classes.rules import fiscal_year_of
from outreach.dispatch.models import DispatchRequest, LetterStatus, RequestStatus
from outreach.dispatch.queries import letters_in, requests_in
from outreach.dispatch.reaching import Town, by_prefecture, shopless_towns, sum_of
from outreach.downloads import FORMATS, download
from outreach.people.access import ScopedRequest, allowed
from outreach.people.rules import Action
from outreach.people.writing import whole_number


@allowed(Action.SEE_FIGURES)
@require_safe
def figures(request: ScopedRequest) -> HttpResponse:
    """`?fy=2026`: requests whose days begin in that fiscal year. `?format=csv` or `xlsx`: each town without a shop."""
    now = timezone.now()
    all_of_them = requests_in(request.scope)
    years = _years(all_of_them)
    year = next((one for one in years if one == whole_number(request.GET.get("fy"))), None)
    found = _of_year(all_of_them, year)
    shops = shop_statuses(timezone.localdate(now))
    towns = shopless_towns(request.scope, shops, found, now)
    if request.GET.get("format") in FORMATS:
        return _file(request.GET["format"], towns, shops, year, now)
    asked = f"?fy={year}&" if year else "?"
    context = {
        "statuses": [status.label for status in RequestStatus],
        "rows": _by_status(found),
        "waiting": letters_in(request.scope).filter(status=LetterStatus.WAITING).count(),
        "years": years,
        "year": year,
        "shops": shops,
        "reached": by_prefecture(towns),
        "total": sum_of("", towns),
        "made_at": now,
        "csv": f"{asked}format=csv",
        "excel": f"{asked}format=xlsx",
    }
    return render(request, "dispatch/request_figures.html", context)


def _years(found: QuerySet[DispatchRequest]) -> list[int]:
    days = found.order_by().dates("earliest", "month")
    return sorted({fiscal_year_of(day) for day in days}, reverse=True)


def _of_year(found: QuerySet[DispatchRequest], year: int | None) -> QuerySet[DispatchRequest]:
    if year is None:
        return found
    return found.filter(earliest__gte=date(year, 4, 1), earliest__lt=date(year + 1, 4, 1))


def _by_status(found: QuerySet[DispatchRequest]) -> list[tuple[str, list[tuple[str, int]], int]]:
    table: dict[str, dict[str, Any]] = {}
    counted = found.values("municipality__prefecture", "municipality__prefecture__name", "status")
    for row in counted.order_by("municipality__prefecture").annotate(n=Count("pk")):
        line = table.setdefault(row["municipality__prefecture__name"], {})
        line[row["status"]] = row["n"]
    return [
        (name, [(str(status.label), line.get(status, 0)) for status in RequestStatus], sum(line.values()))
        for name, line in table.items()
    ]


def _file(kind: str, towns: list[Town], shops: ShopStatuses, year: int | None, now: datetime) -> HttpResponse:
    head = [
        _("団体コード"), _("都道府県"), _("市区町村"), _("派遣の状況"), _("依頼"), _("講師が決まった依頼"),
        _("講師が行った依頼"),
    ]  # fmt: skip
    rows = [(town.code6, town.prefecture, town.name, town.words, town.asked, town.agreed, town.gone) for town in towns]
    made = timezone.localdate(now).isoformat()
    about = [
        (_("作成日"), made),
        (_("出典"), _("津々浦々 派遣依頼。携帯ショップのない市区町村のみ")),
        (_("携帯ショップの時点"), shops.decided_as_of.isoformat() if shops.decided_as_of else _("不明")),
        (_("年度"), year or _("すべて")),
        (_("見本データ"), _("はい") if shops.sample else _("いいえ")),
    ]
    return download(kind, f"dispatch-shopless-{year or 'all'}-{made}", head, rows, about=about)
