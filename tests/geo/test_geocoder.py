"""Addresses and postal codes to places."""

import json
import time
from pathlib import Path

import numpy as np
import pytest

from geo.distance import great_circle_km
from geo.gazetteer import gazetteer
from geo.geocoder import ERROR_CLASS_KM, geocode_address, geocode_addresses, geocode_postal

HALLS_OF_OSAKA = Path(__file__).parents[3] / "shared" / "data" / "P05-22_27.geojson"
# Places that everyone knows: address, municipality, ward, level, and a point within the level's error.
KNOWN = [
    ("東京都千代田区霞が関2-1-2", "13101", None, "chome", 35.6752, 139.7508),
    ("東京都千代田区霞ヶ関二丁目１番２号", "13101", None, "chome", 35.6752, 139.7508),
    ("〒060-8588 北海道札幌市中央区北3条西6丁目", "01100", "01101", "chome", 43.0642, 141.3469),
    ("大阪市北区中之島1丁目3番20号", "27100", "27127", "chome", 34.6937, 135.5020),
    ("堺市堺区新町5-1", "27140", "27141", "town", 34.5780, 135.4780),
    ("沖縄県那覇市泉崎1-2-2", "47201", None, "chome", 26.2124, 127.6809),
    ("長野県北佐久郡軽井沢町大字長倉2381-1", "20321", None, "town", 36.3485, 138.5970),
    ("軽井沢町長倉2381", "20321", None, "town", 36.3485, 138.5970),
    ("京都府京都市下京区烏丸通七条下ル東塩小路町", "26100", "26106", "town", 34.9858, 135.7588),
    ("東京都三宅島三宅村阿古497", "13381", None, "town", 34.0640, 139.4970),
    ("茨城県龍ヶ崎市3710", "08208", None, "municipality", 35.9115, 140.1822),
    ("静岡県浜松市中区元城町103-2", "22130", "22138", "town", 34.7108, 137.7261),  # a ward until 2024
    ("栃木県下都賀郡岩舟町静3624", "09203", None, "town", 36.3290, 139.6570),  # a town until 2014
]


@pytest.mark.parametrize(("address", "municipality", "ward", "level", "lat", "lon"), KNOWN)
def test_a_well_known_address_is_found_within_its_error(
    address: str, municipality: str, ward: str | None, level: str, lat: float, lon: float
) -> None:
    result = geocode_address(address)
    assert (result.municipality, result.ward, result.level) == (municipality, ward, level)
    assert result.lat is not None
    assert result.lon is not None
    assert result.error_km is not None
    assert great_circle_km(result.lat, result.lon, lat, lon) <= result.error_km
    assert result.alternatives == ()


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("府中市", {"東京都府中市", "広島県府中市"}),
        ("森町", {"北海道茅部郡森町", "静岡県周智郡森町"}),
        ("太子町山田88", {"大阪府南河内郡太子町", "兵庫県揖保郡太子町"}),
    ],
)
def test_what_may_be_two_places_is_asked_about_never_guessed(address: str, names: set[str]) -> None:
    result = geocode_address(address)
    assert (result.municipality, result.level, result.lat) == (None, "none", None)
    assert {one.name for one in result.alternatives} == names


def test_a_bare_ward_name_is_asked_about_unless_the_town_tells() -> None:
    assert len(geocode_address("中央区").alternatives) > 8
    assert geocode_address("中央区銀座4-1").municipality == "13102"


def test_a_town_that_several_wards_have_leaves_only_the_ward_open() -> None:
    shared = next(
        key
        for key in gazetteer().towns("26104")
        if key in gazetteer().towns("26106") and not key[-1].isdigit() and len(key) > 2
    )
    result = geocode_address(f"京都府京都市{shared}")
    assert (result.municipality, result.ward, result.level) == ("26100", None, "municipality")
    assert {"26104", "26106"} <= {one.ward for one in result.alternatives}


def test_a_list_of_one_prefecture_need_not_name_it() -> None:
    assert geocode_address("太子町山田88", prefecture="27").municipality == "27381"


def test_a_northern_village_is_meant_only_when_its_district_is_written() -> None:
    assert geocode_address("北海道泊村").municipality == "01403"
    assert geocode_address("国後郡泊村").municipality == "01696"


@pytest.mark.parametrize("address", ["", "　", "xyz", "12345", "どこか遠いところ", "市", "中央区" * 3000])
def test_nonsense_is_found_nowhere(address: str) -> None:
    result = geocode_address(address)
    assert (result.municipality, result.lat, result.error_km) == (None, None, None)


def test_a_prefecture_alone_is_no_point() -> None:
    result = geocode_address("大阪府")
    assert (result.level, result.prefecture, result.municipality, result.lat) == ("prefecture", "27", None, None)


@pytest.mark.parametrize("written", ["1000001", "100-0001", "〒１００－０００１", " 100 0001 "])
def test_a_postal_code_is_read_however_it_is_written(written: str) -> None:
    result = geocode_postal(written)
    assert (result.municipality, result.level) == ("13101", "postal")
    assert great_circle_km(result.lat or 0, result.lon or 0, 35.6840, 139.7530) < 1


def test_a_postal_code_of_a_ward_names_city_and_ward() -> None:
    result = geocode_postal("0600001")
    assert (result.municipality, result.ward) == ("01100", "01101")


def test_a_postal_code_of_two_municipalities_offers_both_and_a_point_between() -> None:
    result = geocode_postal("4980000")
    assert (result.municipality, result.prefecture) == (None, None)
    assert {one.municipality for one in result.alternatives} == {"23235", "24303"}
    assert result.lat is not None


def test_a_large_offices_own_postal_code_is_known() -> None:
    assert geocode_postal("100-8968").municipality == "13101"


@pytest.mark.parametrize("written", ["0000000", "100000", "10000011", "abc", ""])
def test_an_unknown_postal_code_is_found_nowhere(written: str) -> None:
    assert geocode_postal(written).level == "none"


def test_ten_thousand_addresses_take_seconds() -> None:
    began = time.process_time()
    results = geocode_addresses([address for address, *_rest in KNOWN] * 770)
    assert time.process_time() - began < 8
    assert len(results) == 10_010


def test_the_halls_of_a_prefecture_are_found_where_they_stand() -> None:
    """The real list of Ōsaka where it is at hand; a dozen known places stand in for it where it isn't."""
    halls = _halls() if HALLS_OF_OSAKA.exists() else [(address, lat, lon) for address, _, _, _, lat, lon in KNOWN]
    results = geocode_addresses([address for address, _, _ in halls])
    found = [(result, lat, lon) for result, (_, lat, lon) in zip(results, halls, strict=True) if result.municipality]
    assert len(found) / len(halls) > 0.99
    for level, (_, most) in ERROR_CLASS_KM.items():
        errors = [
            great_circle_km(result.lat or 0, result.lon or 0, lat, lon)
            for result, lat, lon in found
            if result.level == level
        ]
        assert not errors or np.quantile(errors, 0.9) < most


def _halls() -> list[tuple[str, float, float]]:
    features = json.loads(HALLS_OF_OSAKA.read_text())["features"]
    rows = [(f["properties"]["P05_004"], *reversed(f["geometry"]["coordinates"])) for f in features]
    return [(address, lat, lon) for address, lat, lon in rows if address]
