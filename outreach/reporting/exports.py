"""Coverage as files: each names its source, the day it was made and the law by which it counts (law 9)."""

import csv
import io
import json
from dataclasses import asdict
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _

from outreach.reporting.rules import Coverage, MunicipalityCoverage

COLUMNS = ("code", "prefecture_name", "name", "shop_status", "reach", "planned_sites", "held_sites", "own_sites")


def as_json(total: Coverage, rows: list[MunicipalityCoverage]) -> str:
    body = {**totals(total), "municipalities": [record(row) for row in rows]}
    return json.dumps(body, ensure_ascii=False, indent=1, cls=DjangoJSONEncoder)


def totals(total: Coverage) -> dict[str, Any]:
    return {"fy": total.fiscal_year, **{k: v for k, v in asdict(total).items() if k != "fiscal_year"}}


def record(row: MunicipalityCoverage) -> dict[str, Any]:
    return {**{name: getattr(row, name) for name in COLUMNS if name != "reach"}, "reach": row.reach.value}


def as_csv(total: Coverage, rows: list[MunicipalityCoverage]) -> str:
    """A table that Excel opens: UTF-8 with BOM by the caller; the last line says what it is."""
    out = io.StringIO()
    writer = csv.writer(out)
    heads = [_("団体コード"), _("都道府県"), _("市区町村"), _("携帯ショップ"), _("状況")]
    writer.writerow([*heads, _("計画箇所"), _("実施箇所"), _("独自開催の箇所")])
    writer.writerows([record(row)[name] for name in COLUMNS] for row in rows)
    writer.writerow([about(total)])
    return out.getvalue()


def about(total: Coverage) -> str:
    """One line that says what the figures are."""
    return _("%(year)s年度・%(made)s作成・携帯ショップの有無は%(as_of)s時点%(sample)s") % {
        "year": total.fiscal_year,
        "made": total.made_on.isoformat(),
        "as_of": total.shopless_as_of.isoformat() if total.shopless_as_of else _("不明"),
        "sample": _("・見本データ（架空）") if total.sample else "",
    }


def as_geojson(total: Coverage, rows: list[MunicipalityCoverage]) -> str:
    """A point for each municipality, at its representative point (EPSG:4326)."""
    features = [
        {
            "type": "Feature",
            "id": row.code,
            "geometry": {"type": "Point", "coordinates": [row.lon, row.lat]},
            "properties": record(row),
        }
        for row in rows
    ]
    body = {"type": "FeatureCollection", "properties": totals(total), "features": features}
    return json.dumps(body, ensure_ascii=False, cls=DjangoJSONEncoder)
