from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from geo.importing.shops import import_shops
from geo.models import CarrierShop
from geo.services import load_areas

LIST = """店名,事業者,住所,緯度,経度,開店日,閉店日
ドコモショップ函館本通店,NTTドコモ,北海道函館市本通１丁目７－２４,,,2005/4/1,
ａｕショップ新宿,ａｕ,東京都新宿区西新宿１－５－１,35.6909,139.6987,平成20年10月1日,令和3年3月31日
"""


@pytest.fixture(autouse=True)
def areas(db: None) -> None:
    load_areas()


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_text(text, encoding=encoding)
    return path


def test_a_shop_stands_at_its_point_or_where_its_address_lies(tmp_path: Path) -> None:
    report = import_shops(write(tmp_path / "list.csv", LIST, "cp932"))

    assert (report.read, report.added, report.refused) == (2, 2, [])
    hakodate, shinjuku = CarrierShop.objects.order_by("municipality_id")
    assert (hakodate.municipality_id, hakodate.carrier, hakodate.precision) == ("01202", "ドコモ", "chome")
    assert (shinjuku.municipality_id, shinjuku.lat, shinjuku.precision) == ("13104", 35.6909, "point")
    assert (shinjuku.opened, shinjuku.closed) == (date(2008, 10, 1), date(2021, 3, 31))


def test_an_openstreetmap_query_with_brand_tags_is_read(tmp_path: Path) -> None:
    text = "@id\t@lat\t@lon\tname\tbrand:wikidata\n123\t35.6909\t139.6987\t楽天モバイル 新宿\tQ97311741\n"
    import_shops(write(tmp_path / "overpass.csv", text))

    shop = CarrierShop.objects.get()
    assert (shop.carrier, shop.municipality_id) == ("楽天モバイル", "13104")


def test_the_same_list_again_changes_nothing_and_a_closing_is_a_change(tmp_path: Path) -> None:
    import_shops(write(tmp_path / "list.csv", LIST))
    again = import_shops(tmp_path / "list.csv")
    closed = import_shops(write(tmp_path / "newer.csv", LIST.replace("2005/4/1,", "2005/4/1,2022-05-31")))

    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)
    assert (closed.added, closed.changed, closed.unchanged) == (0, 1, 1)
    assert CarrierShop.objects.get(municipality_id="01202").closed == date(2022, 5, 31)


def test_the_same_shop_written_another_way_is_the_same_shop(tmp_path: Path) -> None:
    import_shops(write(tmp_path / "list.csv", LIST))
    report = import_shops(write(tmp_path / "other.csv", LIST.replace("１丁目７－２４", "1丁目7-24")))

    assert (report.added, CarrierShop.objects.count()) == (0, 2)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("店,,東京都新宿区西新宿1,,,,", "事業者"),
        ("店,au,どこでもない場所,,,,", "住所"),
        ("店,au,府中市,,,,", "住所"),
        ("店,au,,,,,", "住所"),
        ("店,au,,35.69,北,,", "経度"),
        ("店,au,,139.7,35.7,,", "緯度"),
        ("店,au,,38.0,150.0,,", "緯度"),
        ("店,au,東京都新宿区西新宿1,,,昨日,", "開店日"),
        ("店,au,東京都新宿区西新宿1,,,2021-02-30,", "開店日"),
        ("店,au,東京都新宿区西新宿1,,,2021-04-01,2020-04-01", "閉店日"),
        ("ａｕショップ新宿,au,東京都新宿区西新宿1-5-1,,,,", "店名"),
    ],
)
def test_a_bad_row_is_refused_with_its_row_and_column_and_the_rest_kept(tmp_path: Path, row: str, column: str) -> None:
    report = import_shops(write(tmp_path / "list.csv", LIST + row + "\n"))

    assert [(one.row, one.column) for one in report.refused] == [(4, column)]
    assert CarrierShop.objects.count() == 2


def test_a_dry_run_changes_nothing(tmp_path: Path) -> None:
    assert import_shops(write(tmp_path / "list.csv", LIST), dry_run=True).added == 2
    assert not CarrierShop.objects.exists()


def test_a_table_without_the_columns_is_a_wrong_file(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="店名・事業者・住所"):
        call_command("import_shops", write(tmp_path / "list.csv", "店名,電話\n店,1\n"))
