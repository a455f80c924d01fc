"""The open API of areas and addresses."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from geo.models import Population, ShopSurvey, ShopSurveyEntry
from geo.services import Loaded

pytestmark = pytest.mark.django_db


def get(client: Client, path: str, **query: Any) -> Any:
    response = client.get(f"/api/{path}", query)
    assert response.status_code == 200, response.content
    return response.json()


def refused(client: Client, status: int, path: str, **query: Any) -> str:
    response = client.get(f"/api/{path}", query)
    assert response.status_code == status
    assert response["Content-Type"].startswith("application/problem+json")
    return str(response.json()["detail"])


def test_all_municipalities_can_be_listed_in_one_call(whole_country: Loaded, client: Client) -> None:
    page = get(client, "municipalities", limit=2000)
    assert page["count"] == len(page["items"]) == 1741
    assert page["items"][0] == {
        "code": "01100",
        "code6": "011002",
        "name": "札幌市",
        "kana": "サッポロシ",
        "kind": "city",
        "district": "",
        "prefecture": "01",
        "prefecture_name": "北海道",
        "lat": 43.06209,
        "lon": 141.35439,
        "northern_territories": False,
        "shop_status": "unknown",
        "population": None,
        "population_65": None,
        "population_as_of": None,
    }


def test_pages_follow_on_one_another(whole_country: Loaded, client: Client) -> None:
    first, second = (get(client, "municipalities", prefecture="13", limit=2, offset=offset) for offset in (0, 2))
    assert first["count"] == second["count"] == 62
    assert [item["code"] for item in first["items"] + second["items"]] == ["13101", "13102", "13103", "13104"]


@pytest.mark.parametrize("q", ["ちよだ", "ﾁﾖﾀﾞ", "千代田"])
def test_search_takes_kanji_and_kana_of_any_width(whole_country: Loaded, client: Client, q: str) -> None:
    names = [item["name"] for item in get(client, "municipalities", prefecture="東京都", q=q)["items"]]
    assert names == ["千代田区"]


def test_what_is_known_of_shops_and_people_is_told(whole_country: Loaded, client: Client) -> None:
    today = timezone.localdate()
    Population.objects.create(municipality_id="01511", as_of=date(2020, 10, 1), total=2611, over_65=700)
    Population.objects.create(municipality_id="01511", as_of=date(2015, 10, 1), total=2684, over_65=650)
    survey = ShopSurvey.objects.create(as_of=today)
    ShopSurveyEntry.objects.create(survey=survey, municipality_id="01511")
    village, city = (get(client, "municipalities", q=name)["items"][0] for name in ("猿払村", "函館市"))
    assert (village["shop_status"], village["population"], village["population_65"]) == ("none", 2611, 700)
    assert village["population_as_of"] == "2020-10-01"
    assert (city["shop_status"], city["population"]) == ("shop", None)


def test_a_page_costs_the_same_at_1_and_at_30_rows(
    whole_country: Loaded, client: Client, query_count: Callable[[Callable[[], Any]], int]
) -> None:
    get(client, "municipalities", limit=1)
    one, thirty = (query_count(lambda n=n: get(client, "municipalities", limit=n)) for n in (1, 30))  # type: ignore[misc]
    assert one == thirty


def test_an_unknown_prefecture_or_a_bad_limit_is_refused(whole_country: Loaded, client: Client) -> None:
    assert "架空県" in refused(client, 422, "municipalities", prefecture="架空県")
    refused(client, 422, "municipalities", prefecture="99")
    refused(client, 422, "municipalities", limit=-1)
    refused(client, 422, "municipalities", limit="many")


def test_a_point_gives_its_municipality(whole_country: Loaded, client: Client) -> None:
    assert get(client, "municipalities/at", lat=43.0621, lon=141.3544)["code"] == "01100"
    village = get(client, "municipalities/at", lat=45.23, lon=147.88)
    assert (village["name"], village["northern_territories"]) == ("紗那村", True)


def test_a_point_at_sea_is_not_found_and_an_impossible_one_is_refused(whole_country: Loaded, client: Client) -> None:
    refused(client, 404, "municipalities/at", lat=36, lon=142.5)
    refused(client, 422, "municipalities/at", lat=91, lon=139)
    refused(client, 422, "municipalities/at", lat="nan", lon=139)
    refused(client, 422, "municipalities/at", lat=36)


def test_an_address_gives_municipality_and_point(client: Client) -> None:
    place = get(client, "geocode", address="東京都千代田区霞が関2-1-2")
    assert (place["municipality"], place["level"], place["alternatives"]) == ("13101", "chome", [])
    assert (round(place["lat"], 2), round(place["lon"], 2)) == (35.68, 139.75)


def test_an_address_that_may_be_two_places_offers_both(client: Client) -> None:
    place = get(client, "geocode", address="府中市")
    assert (place["municipality"], place["level"]) == (None, "none")
    assert [one["municipality"] for one in place["alternatives"]] == ["13206", "34208"]


def test_an_address_that_is_nowhere_comes_back_as_such_and_an_empty_one_is_refused(client: Client) -> None:
    assert get(client, "geocode", address="どこか")["level"] == "none"
    refused(client, 422, "geocode", address=" ")
    refused(client, 422, "geocode")
    refused(client, 422, "geocode", address="あ" * 201)


def test_a_postal_code_gives_municipality_and_point(client: Client) -> None:
    place = get(client, "geocode/postal/098-6234")
    assert (place["municipality"], place["level"]) == ("01511", "postal")


def test_an_unknown_postal_code_is_not_found_and_a_malformed_one_is_refused(client: Client) -> None:
    refused(client, 404, "geocode/postal/0000000")
    refused(client, 422, "geocode/postal/123")
    refused(client, 422, "geocode/postal/abcdefg")
