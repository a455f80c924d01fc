"""Carrier shops, from a carrier's list or OpenStreetMap's."""

from collections.abc import Iterator
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _
from tqdm import tqdm

from geo.geocoder import GeocodeResult, geocode_addresses
from geo.importing.headings import Columns, find_columns
from geo.importing.report import Report, WrongFile
from geo.importing.shop_rows import HEADINGS, REQUIRED, BadShop, ShopRow, read_shop
from geo.importing.tables import Table, open_table
from geo.importing.upsert import upsert
from geo.models import CarrierShop
from geo.shops import municipalities_of

COMPARED = ("name", "carrier", "address", "municipality_id", "lat", "lon", "precision", "opened", "closed", "sample")
PRECISION = {"chome": CarrierShop.Precision.CHOME, "town": CarrierShop.Precision.TOWN}
EXPECTED = "店名・事業者・住所（または緯度・経度）の列。開店日・閉店日は任意"


Place = tuple[float, float, str]  # lat, lon, precision


def import_shops(path: Path, *, sample: bool = False, dry_run: bool = False, progress: bool = False) -> Report:
    """Read a list of shops and keep each with its place. Shops that the list doesn't name stay as they are.

    Raises: WrongFile; nothing is changed then.
    """
    report = Report()
    with open_table(path) as table:
        columns, heading = find_columns(table.rows, HEADINGS, REQUIRED, _wrong())
        names = {field: heading[column] for field, column in columns.items()}
        rows = list(_read(table, columns, names, report, progress))
    if not report.read:
        raise WrongFile(_wrong())
    shops = list(_placed(rows, names, report, source=path.name, sample=sample))
    with transaction.atomic():
        known = {shop.key: shop for shop in CarrierShop.objects.filter(key__in=[row.key for row in rows])}
        wanted = [(shop.key, shop) for shop in shops]
        upsert(CarrierShop, known, wanted, report, compared=COMPARED, copied=("source",))
        transaction.set_rollback(dry_run)
    return report


def _wrong() -> str:
    return _("携帯ショップの表として読めません。必要なもの：{expected}").format(expected=EXPECTED)


def _read(table: Table, columns: Columns, names: dict[str, str], report: Report, progress: bool) -> Iterator[ShopRow]:
    first: dict[str, int] = {}
    for row in tqdm(table.rows, total=table.about, unit=_("行"), disable=None if progress else True):
        if row.empty:
            continue
        report.read += 1
        try:
            shop = read_shop(row, columns)
        except BadShop as error:
            report.refuse(row.number, names.get(error.field, error.field), error.reason)
            continue
        if shop.key in first:
            reason = _("{row}行目と同じ店です。").format(row=first[shop.key])
            report.refuse(row.number, names["name"], reason)
            continue
        first[shop.key] = row.number
        yield shop


def _placed(
    rows: list[ShopRow], names: dict[str, str], report: Report, *, source: str, sample: bool
) -> Iterator[CarrierShop]:
    """Yield the shops that have a place: the given point's area, else where the address lies."""
    addresses = geocode_addresses(row.address for row in rows)
    places = [_place(row, found) for row, found in zip(rows, addresses, strict=True)]
    codes = municipalities_of([(lat, lon) for lat, lon, _precision in filter(None, places)])
    areas = iter(codes)
    for row, found, place in zip(rows, addresses, places, strict=True):
        inside = next(areas) if place else None
        # An address names its municipality; near a border or a coast, approximate areas may not.
        code = found.municipality if place and place[2] != CarrierShop.Precision.POINT else inside
        code = code or found.municipality
        if place is None or code is None:
            column = names.get("address" if row.address else "lat", "")
            report.refuse(row.row, column, _why_not(found) if row.address else _("どの市区町村の中にもありません。"))
            continue
        yield CarrierShop(
            key=row.key,
            name=row.name,
            carrier=row.carrier,
            address=row.address,
            municipality_id=code,
            lat=place[0],
            lon=place[1],
            precision=place[2],
            opened=row.opened,
            closed=row.closed,
            source=source[:120],
            sample=sample,
        )


def _place(row: ShopRow, found: GeocodeResult) -> Place | None:
    if row.point:
        return *row.point, CarrierShop.Precision.POINT
    if found.municipality is None or found.lat is None or found.lon is None:
        return None
    return found.lat, found.lon, PRECISION.get(found.level, CarrierShop.Precision.MUNICIPALITY)


def _why_not(found: GeocodeResult) -> str:
    if found.alternatives:
        names = "、".join(one.name for one in found.alternatives[:3])
        return _("住所がどの市区町村か決められません（{names} など）。").format(names=names)
    return _("住所の場所がわかりません。")
