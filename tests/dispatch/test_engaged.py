"""What an instructor does besides a plan comes off what the plan's problem offers."""

from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone

from outreach.dispatch.building import build_problem
from outreach.dispatch.engaged import Busy, Limits, nights_beside, weeks_beside, windows_beside
from outreach.dispatch.models import Offer, OtherBase, Trip, Visit
from outreach.dispatch.problem import Horizon, Instructor, Window
from outreach.dispatch.services import OfferError, accept_offer, publish_plan
from outreach.dispatch.terrain import terrain_at
from outreach.dispatch.travel import Terrain
from outreach.people.models import DayException, Engagement, Person, TravelLimits
from outreach.people.services import engage
from tests import factories
from tests.dispatch import rows

LIMITS = Limits(rest=660, day=600, week=2400, sessions=3)
HOUR = 60
DAY = 1440


def at(day: int, hour: int, minute: int = 0) -> int:
    return day * DAY + hour * 60 + minute


def window(day: int, opens: int, closes: int) -> Window:
    return Window(at(day, opens), at(day, closes))


def test_the_way_to_a_class_and_back_is_not_free() -> None:
    left = windows_beside([window(0, 8, 19)], [Busy(at(0, 12), at(0, 13), way=30)], LIMITS, HOUR)
    assert left == [Window(at(0, 8), at(0, 11, 30)), Window(at(0, 13, 30), at(0, 19))]


def test_an_evening_elsewhere_is_rested_from_and_an_early_morning_is_rested_for() -> None:
    evening = Busy(at(-1, 18), at(-1, 22))
    assert windows_beside([window(0, 8, 19)], [evening], LIMITS, HOUR) == [Window(at(0, 9), at(0, 19))]
    morning = Busy(at(1, 5), at(1, 6))
    assert windows_beside([window(0, 8, 19)], [morning], LIMITS, HOUR) == [Window(at(0, 8), at(0, 18))]


def test_no_trip_beside_a_class_can_make_the_day_too_long() -> None:
    limits = Limits(rest=0, day=300, week=2400, sessions=3)
    left = windows_beside([window(0, 8, 19)], [Busy(at(0, 14), at(0, 16))], limits, HOUR)
    assert left == [Window(at(0, 11), at(0, 14)), Window(at(0, 16), at(0, 19))]
    assert windows_beside([window(0, 8, 19)], [Busy(at(0, 9), at(0, 14))], limits, HOUR) == []


def test_sessions_taught_elsewhere_leave_room_for_no_more_than_the_rest_of_them() -> None:
    class_of_two = Busy(at(0, 9), at(0, 11), sessions=2)
    short = windows_beside([window(0, 8, 19)], [class_of_two], LIMITS, HOUR)
    assert short == [Window(at(0, 8), at(0, 9)), Window(at(0, 11), at(0, 13, 29))]  # two of an hour, set up and cleared
    assert windows_beside([window(0, 8, 19)], [class_of_two, Busy(at(0, 12), at(0, 13), 0, 1)], LIMITS, HOUR) == []
    assert windows_beside([window(1, 8, 19)], [class_of_two], LIMITS, HOUR) == [window(1, 8, 19)]


def test_hours_worked_in_a_week_come_off_its_cap_even_before_the_first_day() -> None:
    horizon = Horizon("2022-06-08", 7)  # a Wednesday: two weeks
    busy = [Busy(at(-2, 9), at(-2, 17)), Busy(at(6, 9), at(6, 10), way=30)]
    assert weeks_beside(horizon, busy, LIMITS) == (2400 - 480, 2400 - 120)
    assert weeks_beside(horizon, [Busy(at(day, 0), at(day, 10)) for day in range(-2, 5)], LIMITS) == (0, 2400)


def test_nobody_sleeps_elsewhere_between_days_on_which_something_else_waits() -> None:
    week = [window(day, 8, 19) for day in range(5)]
    assert nights_beside(week, [], ()) == (0, 1, 2, 3)
    assert nights_beside(week, [Busy(at(1, 20), at(1, 21))], ()) == (2, 3)
    assert nights_beside(week, [], {4}) == (0, 1, 2)


pytestmark = pytest.mark.django_db


@pytest.fixture
def teacher() -> Person:
    made = rows.instructor()
    TravelLimits.objects.create(person=made, max_nights=1)
    return made


def moment(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


def built(first: date, days: int = 7) -> Instructor:
    (only,) = build_problem(prefecture="01", first=first, last=first + timedelta(days=days - 1)).instructors
    return only


def test_a_class_of_the_monday_counts_for_a_plan_that_begins_on_wednesday(teacher: Person) -> None:
    first = rows.monday() + timedelta(days=2)
    monday = first - timedelta(days=2)
    engage(person=teacher, starts_at=moment(monday, 9), ends_at=moment(monday, 12), subject="session:1")
    eve = first - timedelta(days=1)
    engage(person=teacher, starts_at=moment(eve, 19), ends_at=moment(eve, 22), subject="session:2")
    made = built(first)
    assert made.week_minutes == (2400 - 180 - 180, 2400)
    assert made.windows[0].start == at(0, 9)  # eleven hours after ten in the evening


def test_hours_off_leave_no_night_away(teacher: Person) -> None:
    first = rows.monday()
    DayException.objects.create(person=teacher, day=first, kind="off", starts=time(18), ends=time(20))
    assert built(first).nights == (1, 2, 3, 4, 5)


def test_who_lives_elsewhere_but_has_a_base_in_the_prefecture_can_be_sent() -> None:
    away = rows.instructor(municipality=factories.municipality("13101"), lat=35.69, lon=139.75)
    town = factories.municipality()
    assert build_problem(prefecture="01", first=rows.monday(), last=rows.monday()).instructors == ()
    base = OtherBase.objects.create(person=away, name="実家", municipality=town, lat=town.lat, lon=town.lon)
    assert built(rows.monday()).homes == (f"h{away.pk}", f"b{base.pk}")


def test_a_month_with_any_winter_in_it_is_driven_as_in_winter(teacher: Person) -> None:
    rows.instructor(lat=teacher.lat - 0.5)

    def minutes(last: date) -> int:
        return build_problem(prefecture="01", first=date(2026, 11, 20), last=last).travel[0].minutes[0][1]

    assert minutes(date(2026, 11, 30)) < minutes(date(2026, 12, 1))


def test_a_yes_is_refused_where_the_way_from_a_class_to_the_door_takes_too_long(teacher: Person) -> None:
    rows.request()
    plan = rows.plan()
    publish_plan(plan=plan, by=None)
    trip, offer = Trip.objects.get(plan=plan), Offer.objects.get(visit=Visit.objects.get(plan=plan))
    far = (teacher.lat - 1, teacher.lon)  # 110 km from home
    ends = trip.leaves_at - timedelta(minutes=30)
    engage(person=teacher, starts_at=ends - timedelta(hours=1), ends_at=ends, subject="session:9", place=far)
    with pytest.raises(OfferError):
        accept_offer(offer=offer, now=rows.now())
    Engagement.objects.update(lat=teacher.lat, lon=teacher.lon)
    accept_offer(offer=offer, now=rows.now())


def test_a_place_among_many_towns_is_driven_to_as_in_town_and_a_lonely_one_as_in_the_hills() -> None:
    assert terrain_at("13101", 35.694, 139.7536) == Terrain.TOWN
    assert terrain_at("01511", 45.0, 142.3) == Terrain.MOUNTAIN


def test_a_plan_reckons_with_the_terrain_of_each_place(teacher: Person) -> None:
    capital = rows.instructor(lat=43.06, lon=141.35)
    near, hill = rows.instructor(lat=43.07, lon=141.35), rows.instructor(lat=teacher.lat + 0.011, lon=teacher.lon)
    travel = build_problem(prefecture="01", first=rows.monday(), last=rows.monday()).travel[0]
    order = {person.pk: number for number, person in enumerate((teacher, capital, near, hill))}
    in_town = travel.minutes[order[capital.pk]][order[near.pk]]
    assert in_town > travel.minutes[order[teacher.pk]][order[hill.pk]]  # as far, on an emptier road
