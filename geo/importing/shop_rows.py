"""One row of a list of carrier shops: a carrier's own list, or what an OpenStreetMap query returns."""

import hashlib
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from geo.importing.headings import Columns
from geo.importing.places import spelt
from geo.importing.tables import Row
from geo.importing.values import plain, read_day

HEADINGS = {
    "id": ("店舗id", "店舗コード", "id", "@id"),
    "name": ("店名", "店舗名", "ショップ名", "名称", "name"),
    "carrier": (
        "事業者",
        "通信事業者",
        "携帯会社",
        "キャリア",
        "ブランド",
        "carrier",
        "brand:wikidata",
        "brand",
        "operator",
    ),
    "address": ("住所", "所在地", "address", "addr:full"),
    "lat": ("緯度", "lat", "latitude", "@lat"),
    "lon": ("経度", "lon", "lng", "longitude", "@lon"),
    "opened": ("開店日", "開業日", "開設日", "opened", "start_date"),
    "closed": ("閉店日", "廃止日", "closed", "end_date"),
}
REQUIRED = (("name", "carrier", "address"), ("name", "carrier", "lat", "lon"))
# OpenStreetMap's brand tags, and how offices write the same carriers.
CARRIERS = {
    "Q853958": "ドコモ",
    "Q307110": "au",
    "Q2214105": "ソフトバンク",
    "Q97311741": "楽天モバイル",
    "Q86726664": "UQモバイル",
    "Q18455742": "ワイモバイル",
    "docomo": "ドコモ",
    "nttdocomo": "ドコモ",
    "nttドコモ": "ドコモ",
    "kddi": "au",
    "kddi/沖縄セルラー": "au",
    "softbank": "ソフトバンク",
    "rakutenmobile": "楽天モバイル",
    "uqmobile": "UQモバイル",
    "y!mobile": "ワイモバイル",
}
KNOWN = {spelt(written): name for written, name in CARRIERS.items()}
LATITUDES, LONGITUDES = (20.0, 46.0), (122.0, 154.5)


class BadShop(Exception):
    """A row that has to be left out: the field at fault, and why."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


@dataclass(frozen=True, slots=True)
class ShopRow:
    row: int
    key: str
    name: str
    carrier: str
    address: str
    point: tuple[float, float] | None
    opened: date | None
    closed: date | None


def read_shop(row: Row, columns: Columns) -> ShopRow:
    """Return what a row says. Raises: BadShop."""
    cells = {field: plain(row[column]) for field, column in columns.items()}
    for field in ("name", "carrier"):
        if not cells[field]:
            raise BadShop(field, _("空欄です。"))
    carrier = KNOWN.get(spelt(cells["carrier"]), cells["carrier"])
    point = _point(cells)
    address = cells.get("address", "")
    if not point and not address:
        raise BadShop("address" if "address" in columns else "lat", _("住所も座標もありません。"))
    opened, closed = _day(cells, "opened"), _day(cells, "closed")
    if opened and closed and closed < opened:
        raise BadShop("closed", _("閉店日が開店日より前です。"))
    key = shop_key(carrier, cells["name"], address, point, cells.get("id", ""))
    return ShopRow(row.number, key, cells["name"][:120], carrier[:40], address[:200], point, opened, closed)


def shop_key(carrier: str, name: str, address: str, point: tuple[float, float] | None, given: str = "") -> str:
    """Return what stays the same between two lists: the list's own number, else carrier, name and place."""
    place = spelt(address) or (f"{point[0]:.4f},{point[1]:.4f}" if point else "")
    parts = (carrier, given) if given else (carrier, spelt(name), place)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:40]


def _point(cells: dict[str, str]) -> tuple[float, float] | None:
    if not cells.get("lat") and not cells.get("lon"):
        return None
    lat = _degrees(cells, "lat", LATITUDES)
    return lat, _degrees(cells, "lon", LONGITUDES)


def _degrees(cells: dict[str, str], field: str, limits: tuple[float, float]) -> float:
    text = cells.get(field, "")
    try:
        degrees = float(text)
    except ValueError:
        raise BadShop(field, _("「{text}」は度の数ではありません。").format(text=text)) from None
    if not limits[0] <= degrees <= limits[1]:
        raise BadShop(field, _("「{text}」は日本の範囲にありません。").format(text=text))
    return degrees


def _day(cells: dict[str, str], field: str) -> date | None:
    text = cells.get(field, "")
    if not text:
        return None
    try:
        return read_day(text)
    except ValueError:
        raise BadShop(field, _("「{text}」は日付ではありません。").format(text=text)) from None
