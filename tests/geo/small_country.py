"""Five municipalities, a ward and an old code: enough for the readers, which take whatever the tables hold."""

from datetime import date

import shapely

from geo.codes import with_check_digit
from geo.models import Municipality, OldCode, Prefecture, Ward

PREFECTURES = {"01": ("北海道", "ホッカイドウ"), "13": ("東京都", "トウキョウト"), "22": ("静岡県", "シズオカケン")}
MUNICIPALITIES = (
    ("01100", "札幌市", "サッポロシ", "city", "", 43.05, 141.35),
    ("01202", "函館市", "ハコダテシ", "city", "", 41.77, 140.73),
    ("01455", "比布町", "ピップチョウ", "town", "上川郡", 43.87, 142.47),
    ("13101", "千代田区", "チヨダク", "special_ward", "", 35.69, 139.75),
    ("22130", "浜松市", "ハママツシ", "city", "", 34.71, 137.73),
)
SIDE = 0.1  # degrees: each municipality is a square around its point


def make() -> None:
    Prefecture.objects.bulk_create(Prefecture(code=code, name=n, kana=k) for code, (n, k) in PREFECTURES.items())
    Municipality.objects.bulk_create(
        Municipality(
            code=code,
            code6=with_check_digit(code),
            prefecture_id=code[:2],
            name=name,
            kana=kana,
            kind=kind,
            district=district,
            lat=lat,
            lon=lon,
        )
        for code, name, kana, kind, district, lat, lon in MUNICIPALITIES
    )
    Ward.objects.create(
        code="01101", code6="011011", municipality_id="01100", name="中央区", kana="チュウオウク", lat=43.05, lon=141.34
    )
    # 上川郡の旧鷹栖村のように、合併で消えた番号
    OldCode.objects.create(code="01201", name="旧亀田市", ended=date(1973, 12, 1), municipality_id="01202")


def square(lat: float, lon: float) -> shapely.Polygon:
    return shapely.box(lon - SIDE / 2, lat - SIDE / 2, lon + SIDE / 2, lat + SIDE / 2)


def squares() -> dict[str, shapely.Geometry]:
    return {code: shapely.multipolygons([square(lat, lon)]) for code, *_names, lat, lon in MUNICIPALITIES}
