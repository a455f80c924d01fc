import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import geopandas
import pytest
import shapely
from django.core.management import CommandError, call_command

from geo import topology
from geo.importing.boundaries import import_boundaries
from geo.importing.boundary_file import stamp
from geo.models import BoundarySet, CarrierShop, Municipality
from geo.services import store_boundaries
from tests.geo import small_country


@pytest.fixture(autouse=True)
def country(db: None) -> None:
    small_country.make()


@pytest.fixture
def approximate() -> BoundarySet:
    text = json.dumps(topology.encode(small_country.squares(), {})).encode()
    return store_boundaries(topojson=text, name="概略", source="", licence="", as_of=date(2024, 1, 1), approximate=True)


def features() -> list[dict[str, Any]]:
    """The small country as the ministry would publish it: Sapporo by wards, some land that belongs to nobody."""
    made = []
    for code, area in small_country.squares().items():
        west, south, east, north = area.bounds
        halves = [
            shapely.box(west, south, (west + east) / 2, north),
            shapely.box((west + east) / 2, south, east, north),
        ]
        pieces = [("01101", halves[0]), ("01101", halves[1])] if code == "01100" else [(code, area)]
        made += [feature(own, piece) for own, piece in pieces]
    return [*made, feature(None, shapely.box(140.0, 35.0, 140.1, 35.1))]


def feature(code: str | None, area: shapely.Geometry) -> dict[str, Any]:
    properties = {"N03_001": "県", "N03_004": f"自治体{code}", "N03_007": code}
    return {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(area)}


def geojson(path: Path, parts: list[dict[str, Any]]) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": parts}), encoding="utf-8")
    return path


def current() -> BoundarySet:
    return BoundarySet.objects.get(is_current=True)


def test_wards_become_their_city_and_nobodys_land_is_left_out(tmp_path: Path, approximate: BoundarySet) -> None:
    report = import_boundaries(geojson(tmp_path / "N03-20240101.geojson", features()))

    assert (report.read, report.changed, report.skipped) == (7, 5, 1)
    assert (current().approximate, current().as_of) == (False, date(2024, 1, 1))
    assert "国土数値情報" in current().source


def test_a_zip_with_a_shapefile_of_another_years_columns_is_read(tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame.from_features(features(), crs=6668).rename(columns={"N03_004": "N03_005"})
    (tmp_path / "N03-20250101_GML").mkdir()
    frame.to_file(tmp_path / "N03-20250101_GML" / "N03-20250101.shp", encoding="cp932")
    with ZipFile(tmp_path / "N03.zip", "w") as archive:
        archive.writestr("KS-META-N03.xml", "<x/>")
        for part in (tmp_path / "N03-20250101_GML").iterdir():
            archive.write(part, f"N03-20250101_GML/{part.name}")

    import_boundaries(tmp_path / "N03.zip")

    assert current().as_of == date(2025, 1, 1)


def test_wards_that_overlap_by_a_hair_still_become_one_city(tmp_path: Path) -> None:
    west, south, east, north = small_country.squares()["01100"].bounds
    spike = shapely.Polygon([(west, south), (east, south), (west + 0.03, north), (west, north)])
    import_boundaries(geojson(tmp_path / "a.geojson", [*features(), feature("01101", spike)]))

    assert topology.decode(json.loads(gzip.decompress(current().topojson_gzip)))["01100"].is_valid


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    path = geojson(tmp_path / "a.geojson", features())
    import_boundaries(path)
    again = import_boundaries(path)

    assert (again.changed, again.unchanged) == (0, 5)
    assert BoundarySet.objects.count() == 1


def test_shops_are_placed_anew_in_the_new_areas(tmp_path: Path, approximate: BoundarySet) -> None:
    shop = CarrierShop.objects.create(
        key="a", name="店", carrier="au", municipality_id="01455", lat=43.05, lon=141.35, precision="point"
    )
    report = import_boundaries(geojson(tmp_path / "a.geojson", features()))

    shop.refresh_from_db()
    assert shop.municipality_id == "01100"
    assert report.notes == ["市区町村が変わった携帯ショップ: 1"]


def test_a_dry_run_changes_nothing(tmp_path: Path, approximate: BoundarySet) -> None:
    report = import_boundaries(geojson(tmp_path / "a.geojson", features()), dry_run=True)

    assert report.changed == 5
    assert current() == approximate


def without_hakodate() -> list[dict[str, Any]]:
    return [one for one in features() if one["properties"]["N03_007"] != "01202"]


def with_an_unknown() -> list[dict[str, Any]]:
    return [*features(), feature("99999", shapely.box(140, 36, 141, 37))]


def in_metres() -> list[dict[str, Any]]:
    return [feature("13101", shapely.box(500000, 400000, 510000, 410000)), *features()]


def with_a_point() -> list[dict[str, Any]]:
    return [feature("13101", shapely.Point(140, 36)), *features()]


def without_codes() -> list[dict[str, Any]]:
    parts = features()
    for one in parts:
        del one["properties"]["N03_007"]
    return parts


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        (without_hakodate, "01202 北海道函館市"),
        (with_an_unknown, "図形8番「県自治体99999」のN03_007「99999」"),
        (in_metres, "図形1番「県自治体13101」"),
        (with_a_point, "図形1番「県自治体13101」"),
        (without_codes, "この図形の属性は N03_001、N03_004"),
        (list, "図形がありません|団体コードの属性がありません"),
    ],
)
def test_a_wrong_file_changes_nothing_and_says_what_is_amiss(
    tmp_path: Path, approximate: BoundarySet, parts: Any, told: str
) -> None:
    with pytest.raises(CommandError, match=told):
        call_command("import_boundaries", geojson(tmp_path / "a.geojson", parts()))
    assert current() == approximate


@pytest.mark.parametrize("name", ["a.zip", "a.shp", "a.topojson", "a.geojson", "a.txt"])
def test_what_is_no_map_at_all_says_what_was_expected(tmp_path: Path, approximate: BoundarySet, name: str) -> None:
    (tmp_path / name).write_bytes(b"nothing of the kind")

    with pytest.raises(CommandError, match="必要なもの：国土数値情報"):
        call_command("import_boundaries", tmp_path / name)
    assert current() == approximate


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("N03-20240101_GML.zip", date(2024, 1, 1)),
        ("/vsizip//tmp/x.zip/N03-21_210101.shp", date(2021, 1, 1)),
        ("my map.json", None),
    ],
)
def test_the_day_is_read_from_the_files_name(name: str, day: date | None) -> None:
    assert stamp(name) == day


N03 = Path(__file__).parents[3] / "shared" / "data" / "N03-20210101.topojson"


@pytest.mark.skipif(not N03.exists(), reason="the shared data is not here")
def test_the_real_file_of_2021_replaces_all_areas_at_once() -> None:
    call_command("load_areas")
    report = import_boundaries(N03)

    areas = topology.decode(json.loads(gzip.decompress(current().topojson_gzip)))
    assert report.changed == 1747
    assert set(Municipality.objects.values_list("code", flat=True)) == set(areas)
    assert current().as_of == date(2021, 1, 1)
