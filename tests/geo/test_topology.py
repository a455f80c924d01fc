"""Areas to TopoJSON and back."""

import pytest
import shapely

from geo.topology import AREAS, PREFECTURE_BORDERS, QUANTUM, UnreadableTopology, decode, encode

WEST = shapely.box(139, 35, 140, 36)
EAST = shapely.box(140, 35, 141, 36)
LAKE = shapely.box(139.2, 35.2, 139.4, 35.4)


def test_areas_come_back_within_the_grid() -> None:
    with_hole = shapely.difference(WEST, LAKE)
    back = decode(encode({"13101": with_hole, "13102": shapely.MultiPolygon([EAST, LAKE])}, {}))
    assert set(back) == {"13101", "13102"}
    for code, area in (("13101", with_hole), ("13102", shapely.union(EAST, LAKE))):
        assert shapely.hausdorff_distance(back[code].boundary, area.boundary) < QUANTUM
        assert back[code].is_valid


def test_a_shared_border_is_one_line() -> None:
    topology = encode({"13101": WEST, "13102": EAST}, {})
    used = [arc for area in topology["objects"][AREAS]["geometries"] for ring in area["arcs"][0] for arc in ring]
    assert len(topology["arcs"]) == 3
    assert len([arc for arc in used if ~arc in used]) == 2  # once each way


def test_an_enclave_and_the_hole_round_it_share_their_line_too() -> None:
    topology = encode({"13101": shapely.difference(WEST, LAKE), "13102": LAKE}, {})
    assert len(topology["arcs"]) == 2


def test_only_lines_between_prefectures_are_prefecture_borders() -> None:
    same = encode({"13101": WEST, "13102": EAST}, {})
    other = encode({"13101": WEST, "14101": EAST}, {})
    assert same["objects"][PREFECTURE_BORDERS]["arcs"] == []
    assert len(other["objects"][PREFECTURE_BORDERS]["arcs"]) == 1


def test_an_area_too_small_for_the_grid_stays_as_a_speck() -> None:
    rock = shapely.box(140, 30, 140 + QUANTUM / 10, 30 + QUANTUM / 10)
    assert decode(encode({"13421": rock}, {}))["13421"].area > 0


def test_names_travel_with_their_areas() -> None:
    topology = encode({"13101": WEST}, {"13101": {"name": "千代田区"}})
    assert topology["objects"][AREAS]["geometries"][0]["properties"] == {"name": "千代田区"}


@pytest.mark.parametrize(
    "broken", [{}, {"transform": {}, "arcs": []}, {"transform": None, "arcs": [[[1]]], "objects": {}}]
)
def test_anything_else_is_refused(broken: dict[str, object]) -> None:
    with pytest.raises(UnreadableTopology):
        decode(broken)
