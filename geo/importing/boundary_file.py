"""Finding and reading the layer of areas in whatever the ministry's N03 file came as. Needs GDAL (inside pyogrio)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from django.utils.translation import gettext as _

from geo.importing.report import WrongFile

CODE_COLUMNS = ("n03_007", "行政区域コード", "code", "jisx0402")
NAME_COLUMNS = ("n03_001", "n03_003", "n03_004", "n03_005")
READABLE = (".shp", ".geojson", ".json", ".topojson")
EXPECTED = (
    "国土数値情報「行政区域」（N03）の zip、シェープファイル、GeoJSON、TopoJSON（全国、属性 N03_007 に団体コード）"
)
STAMP = re.compile(r"(?<!\d)((?:19|20)\d{2})(\d{2})(\d{2})(?!\d)")
SHORT_STAMP = re.compile(r"_(\d{2})(\d{2})(\d{2})(?!\d)")


@dataclass(frozen=True, slots=True)
class Layer:
    """Features in file order: the code each bears (empty where none), what it calls itself, and its geometry."""

    codes: list[str]
    names: list[str]
    geometries: Any  # numpy array of shapely geometries in degrees
    code_column: str
    as_of: date | None


def read_layer(path: Path) -> Layer:
    """Read the areas of a file. Raises: WrongFile."""
    # geopandas takes more than a second to import, and only this command needs it.
    import geopandas
    from pyogrio.errors import DataLayerError, DataSourceError

    source = _source(path)
    try:
        frame = geopandas.read_file(source)
    except (DataSourceError, DataLayerError, UnicodeDecodeError, ValueError) as error:
        raise _wrong(_("読めません（{error}）").format(error=str(error).split(";")[0][:200])) from error
    column = _code_column(frame.columns)
    if getattr(frame, "geometry", None) is None or not len(frame):
        raise _wrong(_("図形がありません"))
    if frame.crs is not None and not frame.crs.is_geographic:
        frame = frame.to_crs(4326)
    names = [one for one in frame.columns if one.lower() in NAME_COLUMNS]
    return Layer(
        codes=[_text(code) for code in frame[column]],
        names=["".join(_text(part) for part in row) for row in frame[names].itertuples(index=False)],
        geometries=frame.geometry.values,
        code_column=column,
        as_of=stamp(source),
    )


def stamp(name: str) -> date | None:
    """Return the day in a name such as N03-20240101_GML.zip or N03-21_210101.shp."""
    for part in reversed(Path(name).parts):
        for pattern, century in ((STAMP, 0), (SHORT_STAMP, 2000)):
            for year, month, day in pattern.findall(part):
                try:
                    return date(int(year) + century, int(month), int(day))
                except ValueError:
                    continue
    return None


def _source(path: Path) -> str:
    if not path.exists():
        raise _wrong(_("ファイルがありません"))
    if path.suffix.lower() != ".zip":
        return str(path)
    try:
        with ZipFile(path) as archive:
            members = [name for name in archive.namelist() if name.lower().endswith(READABLE)]
    except BadZipFile as error:
        raise _wrong(_("zip として読めません")) from error
    if not members:
        raise _wrong(_("zip の中に {kinds} がありません").format(kinds="・".join(READABLE)))
    # Since 2021 the zip also holds layers of whole prefectures: the plain name is the municipalities'.
    return f"/vsizip/{path.resolve()}/{min(members, key=_preference)}"


def _preference(member: str) -> tuple[int, int, str]:
    name = Path(member)
    return READABLE.index(name.suffix.lower()), len(name.name), member


def _code_column(columns: Iterable[str]) -> str:
    known = {str(column).lower(): str(column) for column in columns}
    for name in CODE_COLUMNS:
        if name in known:
            return known[name]
    raise _wrong(
        _("団体コードの属性がありません。この図形の属性は {columns} です").format(columns="、".join(known.values()))
    )


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _wrong(what: str) -> WrongFile:
    return WrongFile(_("{what}。必要なもの：{expected}").format(what=what, expected=EXPECTED))
