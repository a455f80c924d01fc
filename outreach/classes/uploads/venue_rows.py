"""Rows of a list of venues: the ministry's P05 (公共施設) in any of its shapes, or an office's CSV or Excel."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from django.utils.translation import gettext as _

from geo.importing.headings import Columns, find_columns
from geo.importing.report import WrongFile
from geo.importing.tables import Row, Table, open_table
from geo.importing.values import plain, read_count
from outreach.classes.uploads.placing import BadCell, Point, read_point

HEADINGS = {
    "name": ("会場名", "施設名", "名称", "p05_003", "name"),
    "kana": ("カナ", "フリガナ", "kana"),
    "address": ("住所", "所在地", "p05_004", "address"),
    "lat": ("緯度", "lat", "latitude"),
    "lon": ("経度", "lon", "longitude"),
    "capacity": ("収容人数", "定員", "capacity"),
    "phone": ("電話番号", "電話", "phone"),
    "access": ("行き方", "交通", "access"),
    "hours": ("利用時間", "開館時間", "hours"),
    "key_holder": ("鍵の管理者", "鍵", "key_holder"),
    "cost": ("使用料", "費用", "cost"),
    "step_free": ("段差なし", "step_free"),
    "induction_loop": ("磁気ループ", "induction_loop"),
    "parking": ("駐車場", "parking"),
    "heating": ("冷暖房", "heating"),
    "wifi": ("wi-fi", "wifi"),
}
REQUIRED = (("name", "address"), ("name", "lat", "lon"))
TEXTS = ("kana", "access", "hours", "key_holder", "cost")
MARKS = ("step_free", "induction_loop", "parking", "heating", "wifi")
YES, NO = (
    frozenset("○〇◯有1") | {"あり", "はい", "yes", "true"},
    frozenset("×無0-") | {"", "なし", "いいえ", "no", "false"},
)
LAYERS = (".geojson", ".json", ".shp")
EXPECTED = (
    "国土数値情報 P05 の zip・シェープファイル・GeoJSON、または、会場名と住所（か緯度・経度）の列がある CSV・Excel"
)
MOST_SEATS = 30_000


@dataclass(frozen=True, slots=True)
class VenueRow:
    """What a row says; `said` holds only the fields that the file has."""

    number: int
    name: str
    address: str
    point: Point | None
    said: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VenueTable:
    """Rows to be read once, where each field stands in them, and what the file itself calls it."""

    table: Table
    columns: Columns
    names: dict[str, str]


@contextmanager
def open_venues(path: Path) -> Iterator[VenueTable]:
    """Open a list of venues in any shape. Raises: WrongFile."""
    if path.suffix.lower() in {*LAYERS, ".zip"}:
        yield _head(_layer(path))
        return
    with open_table(path) as table:
        yield _head(table)


def _head(table: Table) -> VenueTable:
    columns, heading = find_columns(table.rows, HEADINGS, REQUIRED, wrong())
    return VenueTable(table, columns, {name: heading[column] for name, column in columns.items()})


def wrong(what: str = "") -> str:
    return what + _("会場の表として読めません。必要なもの：{expected}").format(expected=EXPECTED)


def _layer(path: Path) -> Table:
    """A layer of points as a table: its attributes, then lat and lon. Feature n is row n + 1, below its headings."""
    # geopandas takes more than a second to load, and only files of this kind need it.
    import geopandas
    from pyogrio.errors import DataLayerError, DataSourceError

    try:
        frame = geopandas.read_file(_source(path))
    except (DataSourceError, DataLayerError, UnicodeDecodeError, ValueError) as error:
        raise WrongFile(wrong()) from error
    if getattr(frame, "geometry", None) is None or not len(frame):
        raise WrongFile(wrong(_("図形がありません。")))
    if frame.crs is not None and not frame.crs.is_geographic:
        frame = frame.to_crs(4326)
    points = frame.geometry.representative_point()
    attributes = frame.drop(columns=frame.geometry.name)
    return Table(_rows(attributes, points.y, points.x), len(frame))


def _rows(attributes: Any, lats: Any, lons: Any) -> Iterator[Row]:
    yield Row(1, (*map(str, attributes.columns), "lat", "lon"))
    for number, (cells, lat, lon) in enumerate(zip(attributes.itertuples(index=False), lats, lons, strict=True), 2):
        # A feature without a geometry has NaN, which is not itself.
        point = (repr(float(lat)), repr(float(lon))) if lat == lat else ("", "")
        yield Row(number, (*(cell.strip() if isinstance(cell, str) else "" for cell in cells), *point))


def _source(path: Path) -> str:
    if path.suffix.lower() != ".zip":
        if path.exists():
            return str(path)
        raise WrongFile(_("ファイルがありません"))
    try:
        with ZipFile(path) as archive:
            members = [name for name in archive.namelist() if name.lower().endswith(LAYERS)]
    except (BadZipFile, OSError) as error:
        raise WrongFile(_("zip として読めません")) from error
    if not members:
        raise WrongFile(wrong())
    chosen = min(members, key=lambda name: (LAYERS.index(Path(name).suffix.lower()), len(name), name))
    return f"/vsizip/{path.resolve()}/{chosen}"


def read_venue(row: Row, columns: Columns) -> VenueRow:
    """Return what a row says. Raises: BadCell."""
    cells = {name: plain(row[column]) for name, column in columns.items()}
    if not cells["name"]:
        raise BadCell("name", _("空欄です。"))
    point = read_point(cells.get("lat", ""), cells.get("lon", ""))
    address = cells.get("address", "")
    if not point and not address:
        raise BadCell("address" if "address" in columns else "lat", _("住所も座標もありません。"))
    said: dict[str, Any] = {name: row[columns[name]][:200] for name in TEXTS if name in columns}
    said |= {name: _mark(name, cells[name]) for name in MARKS if name in cells}
    if "kana" in said:
        said["kana"] = said["kana"][:150]
    if "phone" in cells:
        said["phone"] = cells["phone"][:16]
    if cells.get("capacity"):
        said["capacity"] = read_seats(cells["capacity"])
    return VenueRow(row.number, cells["name"][:100], address[:200], point, said)


def read_seats(text: str, name: str = "capacity") -> int:
    """A number of seats, from 1. Raises: BadCell."""
    try:
        seats = read_count(text)
    except ValueError:
        seats = 0
    if not 1 <= seats <= MOST_SEATS:
        raise BadCell(name, _("「{text}」は人数ではありません。").format(text=text))
    return seats


def _mark(name: str, text: str) -> bool:
    word = text.lower()
    if word not in YES | NO:
        raise BadCell(name, _("「{text}」は、○か×で書いてください。").format(text=text))
    return word in YES
