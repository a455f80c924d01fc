"""Great-circle distance."""

from types import SimpleNamespace

import numpy as np
import pytest

from geo.distance import great_circle_km, great_circle_km_many, nearest

TOKYO, OSAKA, NAHA = (35.6896, 139.6917), (34.6863, 135.5200), (26.2124, 127.6809)


def test_tokyo_to_osaka_is_395_km() -> None:
    assert great_circle_km(*TOKYO, *OSAKA) == pytest.approx(395, abs=1)


def test_a_place_is_no_distance_from_itself_and_the_far_side_is_half_way_round() -> None:
    assert great_circle_km(*TOKYO, *TOKYO) == 0
    assert great_circle_km(0, 0, 0, 180) == pytest.approx(20015, abs=1)


def test_arrays_give_what_scalars_give() -> None:
    lats, lons = np.array([OSAKA[0], NAHA[0]]), np.array([OSAKA[1], NAHA[1]])
    many = great_circle_km_many(*TOKYO, lats, lons)
    assert many == pytest.approx([great_circle_km(*TOKYO, *OSAKA), great_circle_km(*TOKYO, *NAHA)])


def test_the_nearest_come_first_and_no_more_than_asked_for() -> None:
    places = [
        SimpleNamespace(name=name, lat=lat, lon=lon) for name, (lat, lon) in {"那覇": NAHA, "大阪": OSAKA}.items()
    ]
    assert [(place.name, round(km)) for place, km in nearest(*TOKYO, places, 1)] == [("大阪", 395)]
    assert nearest(*TOKYO, [], 3) == []
