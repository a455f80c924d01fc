"""Ways over land are rounded up and never down, ferries keep their timetables, and journeys are the best there are."""

import math
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.distance import great_circle_km
from outreach.dispatch.ferries import Season, load_sea, sailing_of, write_out
from outreach.dispatch.journeys import Journeys
from outreach.dispatch.problem import NO_ROAD
from outreach.dispatch.travel import CAR, FAR_KM, GreatCircle, Point, Terrain, is_winter
from tests.dispatch import samples
from tests.dispatch.samples import at

SAPPORO, WAKKANAI, RISHIRI = Point(43.062, 141.354), Point(45.416, 141.673), Point(45.241, 141.228, "rishiri")
JOURNEYS = Journeys(samples.problem(), "car")

points = st.builds(
    Point,
    lat=st.floats(24, 46),
    lon=st.floats(123, 146),
    island=st.sampled_from([None, None, "x"]),
    terrain=st.sampled_from(Terrain),
)


@given(st.lists(points, min_size=1, max_size=6, unique=True))
def test_minutes_and_distance_are_never_below_the_unrounded_way(given_points: list[Point]) -> None:
    travel = GreatCircle().travel(tuple(given_points), "car")
    for a, start in enumerate(given_points):
        for b, end in enumerate(given_points):
            minutes, hm = travel.minutes[a][b], travel.hm[a][b]
            if start.island != end.island:
                assert minutes == hm == NO_ROAD
                continue
            straight = great_circle_km(start.lat, start.lon, end.lat, end.lon)
            assert hm >= straight * 1.3 * 10 - 1e-6
            assert minutes >= straight * 1.3 / 55 * 60 - 1e-6
            assert (a != b) or minutes == hm == 0


@given(st.lists(points, min_size=2, max_size=6, unique=True), st.sampled_from(["car", "transit"]))
def test_the_default_is_symmetric_as_it_says(given_points: list[Point], mode: str) -> None:
    assert GreatCircle.symmetric
    travel = GreatCircle(winter=True).travel(tuple(given_points), mode)
    assert travel.minutes == tuple(zip(*travel.minutes, strict=True))
    assert travel.hm == tuple(zip(*travel.hm, strict=True))


def test_a_way_is_reckoned_as_documented() -> None:
    straight = great_circle_km(SAPPORO.lat, SAPPORO.lon, WAKKANAI.lat, WAKKANAI.lon)
    road = straight * 1.35
    travel = GreatCircle().travel((SAPPORO, WAKKANAI), "car")
    assert travel.hm[0][1] == math.ceil(road * 10)
    assert travel.minutes[0][1] == math.ceil((FAR_KM / 35 + (road - FAR_KM) / 55) * 60) + 5


def test_the_worse_terrain_of_the_two_ends_holds() -> None:
    hill, town = replace(WAKKANAI, terrain=Terrain.MOUNTAIN), replace(SAPPORO, terrain=Terrain.TOWN)
    mixed = GreatCircle().travel((town, hill), "car")
    plain = GreatCircle().travel((SAPPORO, WAKKANAI), "car")
    assert mixed.hm[0][1] > plain.hm[0][1]
    assert mixed.minutes[0][1] > plain.minutes[0][1]


def test_winter_slows_the_road_and_not_the_parking() -> None:
    summer = GreatCircle().travel((SAPPORO, WAKKANAI), "car")
    winter = GreatCircle(winter=True).travel((SAPPORO, WAKKANAI), "car")
    assert winter.hm == summer.hm
    assert abs(winter.minutes[0][1] - 5 - (summer.minutes[0][1] - 5) * CAR.winter) <= 2


@pytest.mark.parametrize(("prefecture", "month", "expected"), [("01", 1, True), ("01", 6, False), ("47", 1, False)])
def test_winter_is_where_and_when_snow_lies(prefecture: str, month: int, expected: bool) -> None:
    assert is_winter(prefecture, month) is expected


def test_the_same_points_are_reckoned_once() -> None:
    asked = (SAPPORO, WAKKANAI, RISHIRI)
    assert GreatCircle().travel(asked, "car") is GreatCircle().travel(asked, "car")


def test_every_line_joins_known_ports_on_different_lands_and_sails_both_ways() -> None:
    sea = load_sea()
    islands = set(sea.island_of.values())
    for line in sea.lines:
        lands = [sea.ports[port].island for port in line.ports]
        assert lands[0] != lands[1]
        assert {land for land in lands if land} <= islands
        assert line.out
        assert line.back
        assert 0 < line.minutes < 300
        assert all(len(one.first) == len(one.last) in {5, 10} for one in line.seasons)


def test_a_timetable_is_written_out_over_the_days_in_both_directions() -> None:
    (line,) = (line for line in load_sea().lines if line.id == "wakkanai-oshidomari")
    there, back = write_out([line], date(2022, 6, 6), 2)
    assert (there.origin, there.destination) == (back.destination, back.origin) == ("p-wakkanai", "p-oshidomari")
    assert there.sailings[0] == (435, 535)
    assert there.sailings[3] == (1440 + 435, 1440 + 535)


def test_a_season_has_its_own_sailings_each_year_or_once_and_may_have_none() -> None:
    (line,) = (line for line in load_sea().lines if line.id == "wakkanai-oshidomari")
    winter = Season("11-01", "03-31", (600,), (700,))
    rest = Season("2026-12-30", "2026-12-31", (), ())
    line = replace(line, out=(435, 480), back=(500,), seasons=(rest, winter))
    held = [(2026, 10, 31), (2026, 11, 1), (2027, 3, 31), (2027, 4, 1), (2026, 12, 30), (2027, 12, 30)]
    assert [line.on(date(*day))[0] for day in held] == [(435, 480), (600,), (600,), (435, 480), (), (600,)]
    there, _back = write_out([line], date(2026, 10, 31), 2)
    assert there.sailings == ((435, 535), (480, 580), (1440 + 600, 1440 + 700))
    assert write_out([line], date(2026, 12, 30), 2) == ()  # it doesn't sail: there is no such way


def test_by_road_one_leaves_as_late_as_possible() -> None:
    journey = JOURNEYS.latest("h1", "v1", at(0, 9))
    assert journey is not None
    assert (journey.leave, journey.arrive, journey.hm, journey.fare) == (at(0, 8, 40), at(0, 9), 200, 0)


def test_by_ferry_one_takes_the_last_sailing_that_arrives_in_time() -> None:
    in_time, too_late = JOURNEYS.latest("h1", "vi", at(2, 9, 50)), JOURNEYS.latest("h1", "vi", at(2, 9, 49))
    assert in_time is not None
    assert too_late is not None
    assert (in_time.leave, in_time.arrive) == (at(2, 7, 40), at(2, 9, 50))  # 60 by road, 20 boarding, 45, 5 by road
    assert (in_time.minutes, in_time.hm, in_time.fare, in_time.ferry) == (130, 650, 700, "pm>pi")
    assert too_late.arrive == at(1, 16, 50)


def test_after_the_last_visit_one_takes_the_first_sailing_one_can_board() -> None:
    boarded, missed = JOURNEYS.earliest("vi", "h1", at(2, 12, 5)), JOURNEYS.earliest("vi", "h1", at(2, 12, 6))
    assert boarded is not None
    assert missed is not None
    assert (boarded.leave, boarded.arrive) == (at(2, 12, 5), at(2, 14, 15))
    assert missed.arrive == at(2, 18, 45)


def test_beyond_the_last_sailing_there_is_no_way() -> None:
    assert JOURNEYS.earliest("vi", "h1", at(6, 18)) is None
    assert JOURNEYS.latest("h1", "vi", at(0, 9)) is None


def test_of_two_lines_the_shorter_is_taken_whatever_the_hour() -> None:
    problem = samples.problem()
    nearer = replace(problem.ferries[0], id="v1>pi", origin="v1", sailings=((at(0, 9), at(0, 10)),))
    journeys = Journeys(replace(problem, ferries=(*problem.ferries, nearer)), "car")
    ferry = journeys.ferry("h1", "vi")
    assert ferry is not None
    assert ferry.id == "v1>pi"
    assert journeys.latest("h1", "vi", at(3, 9)) == journeys.latest("h1", "vi", at(0, 11))


def test_a_journey_s_ship_is_known_by_its_hours_alone_or_not_told() -> None:
    line = load_sea().lines[0]
    ferry, sails = ">".join(line.ports), 2 * 1440 + line.out[0]
    leave, arrive = sails - line.boarding - 30, sails + line.minutes + 10
    first = date(2022, 6, 6)
    assert sailing_of(ferry, leave, arrive, first) == sails
    assert sailing_of(ferry, leave + 31, arrive, first) is None  # too late for it
    assert sailing_of("nowhere>else", leave, arrive, first) is None
    back = 2 * 1440 + line.back[-1]
    assert sailing_of(">".join(line.ports[::-1]), back - line.boarding, back + line.minutes, first) == back
