"""The coverage page: the map, the count against the target, and a table that says the same."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from geo.map import LegendEntry, Point, pack_points, pack_values, render_map
from geo.models import Prefecture
from geo.shops import disagreements
from outreach.classes.models import ProgrammeYear
from outreach.people.access import open_to_all
from outreach.people.queries import scope_of
from outreach.people.rules import Action
from outreach.reporting import exports
from outreach.reporting.queries import coverage, find_year, shops_as_of, site_points, years
from outreach.reporting.rules import Coverage, MunicipalityCoverage, Reach

LABELS = {
    Reach.GAP: gettext_lazy("携帯ショップも講習会もない"),
    Reach.PLANNED: gettext_lazy("携帯ショップはなく、講習会を計画中"),
    Reach.HELD: gettext_lazy("携帯ショップはないが、講習会を開いた"),
    Reach.SHOP: gettext_lazy("携帯ショップがある"),
    Reach.UNKNOWN: gettext_lazy("携帯ショップの有無が分からない"),
}
# Okabe and Ito's colours, from dark to light, so that a grey print keeps them apart too.
COLOURS = {
    Reach.GAP: "#d55e00",
    Reach.PLANNED: "#f0e442",
    Reach.HELD: "#56b4e9",
    Reach.SHOP: "#e8e8e8",
    Reach.UNKNOWN: "#bbbbbb",
}
POINTS = {
    "held": (gettext_lazy("講習会を開いた会場"), "#0b3d91"),
    "planned": (gettext_lazy("これから開く会場"), "#ffffff"),
}


@dataclass(frozen=True)
class PrefectureLine:
    """One line of the table: a prefecture's counts."""

    prefecture: Prefecture
    shopless: int
    covered: int
    planned_sites: int
    held_sites: int
    own_sites: int

    @property
    def waiting(self) -> int:
        return self.shopless - self.covered


@open_to_all
@require_safe
def coverage_page(request: HttpRequest) -> HttpResponse:
    year = asked_year(request)
    total, rows = coverage(year)
    prefectures = list(Prefecture.objects.all())
    chosen = next((p for p in prefectures if p.code == request.GET.get("prefecture")), None)
    shown = [row for row in rows if row.prefecture == chosen.code] if chosen else _waiting(rows)
    context = {
        "year": year,
        "years": years(),
        "total": total,
        "lines": _lines(prefectures, rows),
        "prefectures": prefectures,
        "chosen": chosen,
        "rows": [(row, LABELS[row.reach]) for row in shown],
        "disagreements": disagreements(shops_as_of(year)),
        "may_create": _may_create(request),
        "map": _map(year, total),
    }
    return render(request, "reporting/coverage.html", context)


def _map(year: ProgrammeYear, total: Coverage) -> Any:
    unknown = total.shopless_as_of is None
    reaches = [reach for reach in LABELS if unknown or reach is not Reach.UNKNOWN]
    return render_map(
        name="coverage",
        title=_("%(year)sの実施状況の地図") % {"year": year},
        legend=(
            *(LegendEntry(reach.value, str(LABELS[reach]), COLOURS[reach]) for reach in reaches),
            *(LegendEntry(key, str(label), colour, shape="point") for key, (label, colour) in POINTS.items()),
        ),
        values_url=reverse("reporting:map-values", args=[year.pk]),
        points_url=reverse("reporting:map-points", args=[year.pk]),
    )


def _waiting(rows: list[MunicipalityCoverage]) -> list[MunicipalityCoverage]:
    return [row for row in rows if row.reach in {Reach.GAP, Reach.PLANNED}]


def _lines(prefectures: list[Prefecture], rows: list[MunicipalityCoverage]) -> list[PrefectureLine]:
    by_code: dict[str, list[MunicipalityCoverage]] = defaultdict(list)
    for row in rows:
        by_code[row.prefecture].append(row)
    return [_line(prefecture, by_code[prefecture.code]) for prefecture in prefectures]


def _line(prefecture: Prefecture, rows: list[MunicipalityCoverage]) -> PrefectureLine:
    covered = sum(row.reach is Reach.HELD for row in rows)
    return PrefectureLine(
        prefecture=prefecture,
        shopless=covered + len(_waiting(rows)),
        covered=covered,
        planned_sites=sum(row.planned_sites for row in rows),
        held_sites=sum(row.held_sites for row in rows),
        own_sites=sum(row.own_sites for row in rows),
    )


def _may_create(request: HttpRequest) -> bool:
    return request.user.is_authenticated and not scope_of(request.user, Action.EDIT_SESSIONS).empty


def asked_year(request: HttpRequest) -> ProgrammeYear:
    asked = request.GET.get("fy", "")
    year = find_year(int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else None)
    if year is None:
        raise Http404(_("この年度は登録されていません。"))
    return year


def _year_or_404(fiscal_year: int) -> ProgrammeYear:
    year = find_year(fiscal_year)
    if year is None:
        raise Http404(_("この年度は登録されていません。"))
    return year


@open_to_all
@require_safe
@cache_control(no_cache=True)
def map_values(request: HttpRequest, fiscal_year: int) -> HttpResponse:
    """The class of each municipality, and what to say of it."""
    _total, rows = coverage(_year_or_404(fiscal_year))
    notes = {row.code: _note(row) for row in rows if row.planned_sites}
    return _json(pack_values({row.code: row.reach.value for row in rows}, notes=notes))


def _json(body: object) -> JsonResponse:
    """As few bytes as JSON allows: an escaped kanji costs six."""
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False, "separators": (",", ":")})


def _note(row: MunicipalityCoverage) -> str:
    return _("計画%(planned)sか所・実施%(held)sか所") % {"planned": row.planned_sites, "held": row.held_sites}


@open_to_all
@require_safe
@cache_control(no_cache=True)
def map_points(request: HttpRequest, fiscal_year: int) -> HttpResponse:
    points = site_points(_year_or_404(fiscal_year))
    return _json(pack_points([Point(p.lat, p.lon, "held" if p.held else "planned", p.name) for p in points]))


@open_to_all
@require_safe
def table(request: HttpRequest, fiscal_year: int, kind: str) -> HttpResponse:
    """The same figures as a file: csv (UTF-8 with BOM, so that Excel reads it), geojson or json."""
    formats = {
        "csv": (exports.as_csv, "text/csv; charset=utf-8-sig"),
        "geojson": (exports.as_geojson, "application/geo+json"),
        "json": (exports.as_json, "application/json"),
    }
    if kind not in formats:
        raise Http404
    make, content_type = formats[kind]
    response = HttpResponse(make(*coverage(_year_or_404(fiscal_year))), content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="coverage-{fiscal_year}.{kind}"'
    return response
