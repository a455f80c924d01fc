from collections.abc import Callable
from datetime import date
from itertools import count
from typing import Any

import pytest

from geo.models import CarrierShop, ShopSurvey, ShopSurveyEntry
from geo.services import load_areas
from geo.shops import Shop, disagreements, municipalities_of, shop_status, shop_statuses
from tests.geo import small_country

serial = count()


@pytest.fixture
def country(db: None) -> None:
    small_country.make()


def shop(code: str, **dates: Any) -> CarrierShop:
    return CarrierShop.objects.create(
        key=str(next(serial)),
        name="店",
        carrier="au",
        municipality_id=code,
        lat=43,
        lon=141,
        precision="point",
        **dates,
    )


def survey(day: date, *codes: str) -> None:
    made = ShopSurvey.objects.create(as_of=day)
    ShopSurveyEntry.objects.bulk_create(ShopSurveyEntry(survey=made, municipality_id=code) for code in codes)


def test_nothing_is_known_before_a_list_or_a_survey_is_read(country: None) -> None:
    found = shop_statuses(date(2022, 4, 1))

    assert {one.status for one in found.by_code.values()} == {Shop.UNKNOWN}
    assert found.decided_as_of is None


def test_a_shop_counts_from_its_opening_day_until_the_day_before_it_closes(country: None) -> None:
    shop("01202", opened=date(2022, 4, 1), closed=date(2022, 10, 1))

    days = [date(2022, 3, 31), date(2022, 4, 1), date(2022, 9, 30), date(2022, 10, 1)]
    assert [shop_status(day)["01202"] for day in days] == ["none", "shop", "shop", "none"]
    assert shop_status(days[1])["13101"] == "none"


def test_the_newest_survey_before_the_day_decides(country: None) -> None:
    shop("01202")
    survey(date(2021, 3, 1), "01202", "01455")
    survey(date(2021, 11, 10), "01455")

    assert shop_status(date(2021, 2, 28)) == {
        "01100": "none", "01202": "shop", "01455": "none", "13101": "none", "22130": "none"
    }  # fmt: skip
    assert shop_status(date(2021, 11, 9))["01202"] == "none"
    assert shop_status(date(2021, 11, 10))["01202"] == "shop"
    assert shop_statuses(date(2022, 4, 1)).decided_as_of == date(2021, 11, 10)


def test_where_shops_and_survey_disagree_both_are_told(country: None) -> None:
    shop("01202")
    survey(date(2021, 11, 10), "01202", "01455", "13101", "22130")

    differing = disagreements(date(2022, 4, 1))
    assert [(place.code, one.computed, one.surveyed) for place, one in differing] == [
        ("01100", Shop.NONE, Shop.SHOP),
        ("01202", Shop.SHOP, Shop.NONE),
    ]


def test_the_cost_does_not_grow_with_the_shops(
    country: None, same_queries_at_1_and_30: Callable[[Callable[[], Any], Callable[[], Any]], None]
) -> None:
    same_queries_at_1_and_30(lambda: shop("01202"), lambda: shop_status(date(2022, 4, 1)))


@pytest.mark.django_db
def test_points_are_joined_with_the_areas_and_the_sea_belongs_to_none() -> None:
    load_areas()

    points = [(43.062, 141.354), (30.0, 150.0), (35.6938, 139.7036), (44.42, 146.9)]
    assert municipalities_of(points)[:3] == ["01100", None, "13104"]
    assert municipalities_of([]) == []
