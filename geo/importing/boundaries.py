"""The official areas (国土数値情報 N03) in place of the approximate ones."""

import json
from collections import defaultdict
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from tqdm import tqdm

from geo import topology
from geo.importing.boundary_file import EXPECTED, Layer, read_layer
from geo.importing.report import Report, WrongFile
from geo.models import BoundarySet, Municipality, OldCode, Ward
from geo.services import store_boundaries
from geo.shops import place_shops_anew

TOLERANCE = 0.004  # degrees: measured on N03, IoU .919 of the full shapes at a thirtieth of the points
GRID = 1e-5  # degrees: a metre. What lies nearer together is one point, also where the file's twins differ by a hair
SPECK = 1.2e-5  # square degrees, 0.12 km²: rocks below it aren't drawn, unless they are all that there is
LISTED = 20
LICENCE = "国土数値情報利用規約（CC BY 4.0 互換）"

Geometries = npt.NDArray[np.object_]


def import_boundaries(path: Path, *, dry_run: bool = False, progress: bool = False) -> Report:
    """Replace the areas in use by those of an N03 file, and place the shops anew.

    Raises: WrongFile where it isn't one, or a municipality is missing or unknown; nothing is changed then.
    """
    report = Report()
    layer = read_layer(path)
    report.read = len(layer.codes)
    members = _by_municipality(layer, report)
    areas = _simplified(members, layer.geometries, progress)
    with transaction.atomic():
        _install(areas, path.name, layer.as_of, report)
        transaction.set_rollback(dry_run)
    return report


def _by_municipality(layer: Layer, report: Report) -> dict[str, list[int]]:
    """Return indices of features by municipality, wards under their city. Raises: WrongFile naming what is amiss."""
    units = dict(Municipality.objects.values_list("code", "northern_territories"))
    city_of = {**dict(OldCode.objects.values_list("code", "municipality_id"))}
    city_of |= dict(Ward.objects.values_list("code", "municipality_id"))
    members: dict[str, list[int]] = defaultdict(list)
    unknown: list[str] = []
    for index, code in enumerate(layer.codes):
        municipality = code if code in units else city_of.get(code)
        if municipality:
            members[municipality].append(index)
        elif code:
            unknown.append(
                _("図形{number}番「{name}」の{column}「{code}」").format(
                    number=index + 1, name=layer.names[index], column=layer.code_column, code=code
                )
            )
        else:
            report.skipped += 1  # 所属未定地: land that no municipality has
    missing = [code for code, northern in units.items() if code not in members and not northern]
    if unknown or missing:
        raise WrongFile(_complaint(unknown, missing, len(units)))
    _check_geometries(layer)
    return members


def _complaint(unknown: list[str], missing: list[str], units: int) -> str:
    lines = [_("この全国の市区町村とは合いません。必要なもの：{expected}").format(expected=EXPECTED)]
    if unknown:
        lines.append(_("知らない団体コード（{count}件）：").format(count=len(unknown)) + _some(unknown))
    if missing:
        names = Municipality.objects.filter(code__in=missing).select_related("prefecture")
        listed = [f"{one.code} {one.prefecture.name}{one.name}" for one in names[:LISTED]]
        lines.append(_("図形がない市区町村（{count}件）：").format(count=len(missing)) + _some(listed, len(missing)))
    return "\n".join(lines)


def _some(items: list[str], count: int | None = None) -> str:
    count = len(items) if count is None else count
    more = _(" ほか{count}件").format(count=count - LISTED) if count > LISTED else ""
    return "、".join(items[:LISTED]) + more


def _check_geometries(layer: Layer) -> None:
    """Raises: WrongFile naming the first feature that is no area, or lies outside Japan."""
    kinds = shapely.get_type_id(layer.geometries)
    bounds = shapely.bounds(layer.geometries)
    inside = (bounds[:, 0] > 122) & (bounds[:, 1] > 20) & (bounds[:, 2] < 154.5) & (bounds[:, 3] < 46)
    areal = np.isin(kinds, (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    faulty = np.flatnonzero(~(inside & areal))
    if len(faulty):
        index = int(faulty[0])
        text = _("図形{number}番「{name}」が日本の範囲の面ではありません。緯度・経度（度）の面が必要です。")
        raise WrongFile(text.format(number=index + 1, name=layer.names[index]))


def _simplified(members: dict[str, list[int]], geometries: Geometries, progress: bool) -> dict[str, shapely.Geometry]:
    codes = sorted(members)
    bar = tqdm(codes, unit=_("市区町村"), disable=None if progress else True)
    whole = np.array([_dissolved(geometries[members[code]]) for code in bar], dtype=object)
    thin = shapely.coverage_simplify(whole, TOLERANCE, simplify_boundary=True)
    return dict(zip(codes, thin, strict=True))


def _dissolved(pieces: Geometries) -> shapely.Geometry:
    """Return the pieces as one area, its specks dropped. Neighbours still share their points after it."""
    grid = shapely.transform(pieces, lambda xy: np.round(xy / GRID) * GRID)
    try:
        whole = grid[0] if len(grid) == 1 else shapely.coverage_union_all(grid)
    except shapely.GEOSException:  # pieces that overlap or miss one another by a hair: slower, but takes anything
        whole = shapely.union_all(shapely.make_valid(grid), grid_size=GRID)
    parts = shapely.get_parts(whole)
    sizes = shapely.area(parts)
    return shapely.multipolygons(parts[(sizes >= SPECK) | (sizes == sizes.max())])


def _install(areas: dict[str, shapely.Geometry], name: str, as_of: date | None, report: Report) -> None:
    before = BoundarySet.objects.filter(is_current=True).values_list("version", flat=True).first()
    names = dict(Municipality.objects.values_list("code", "name"))
    encoded = topology.encode(areas, {code: {"name": names[code]} for code in areas})
    installed = store_boundaries(
        topojson=json.dumps(encoded, ensure_ascii=False, separators=(",", ":")).encode(),
        name=_("国土数値情報 行政区域"),
        source=_("「国土数値情報（行政区域データ）」（国土交通省、{file}）を加工して作成").format(file=name),
        licence=LICENCE,
        as_of=as_of or timezone.localdate(),
        approximate=False,
    )
    if installed.version == before:
        report.unchanged = len(areas)
        return
    report.changed = len(areas)
    if moved := place_shops_anew():
        report.notes.append(_("市区町村が変わった携帯ショップ: {count}").format(count=moved))
