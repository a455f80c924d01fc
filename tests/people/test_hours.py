"""When someone can come: the page for the person and for staff, and what it leaves of the days ahead."""

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from outreach.dates import rest_name
from outreach.people.availability import availability
from outreach.people.models import DayException, Person, Role, Supporter, TravelLimits, WeeklyHours
from outreach.people.services import engage
from tests import factories
from tests.browser import OpenPage

pytestmark = pytest.mark.django_db
OWN = "/staff/mine/hours/"


@pytest.fixture
def student() -> Person:
    user = factories.user(Role.SUPPORTER)
    return factories.supporter(user=user, name="湊 蓮")


@pytest.fixture
def phone(client: Client, student: Person) -> Client:
    assert student.user
    client.force_login(student.user)
    return client


def week(**times: str) -> dict[str, str]:
    return {"what": "week", **times}


def next_monday() -> date:
    today = timezone.localdate()
    return today + timedelta(days=7 - today.weekday())


def test_a_week_is_written_anew_as_a_whole(phone: Client, student: Person) -> None:
    phone.post(OWN, week(d0_0_from="09:00", d0_0_to="12:00", d5_0_from="13:00", d5_0_to="18:00"))
    phone.post(OWN, week(d5_0_from="09:00", d5_0_to="12:00", d5_1_from="13:00", d5_1_to="18:00"))
    kept = list(student.weekly_hours.values_list("weekday", "starts", "ends"))
    assert kept == [(5, time(9), time(12)), (5, time(13), time(18))]
    assert 'value="13:00"' in phone.get(OWN).content.decode()


@pytest.mark.parametrize(
    "times",
    [
        {"d0_0_from": "09:00"},
        {"d0_0_from": "12:00", "d0_0_to": "09:00"},
        {"d0_0_from": "09:00", "d0_0_to": "12:00", "d0_1_from": "11:00", "d0_1_to": "13:00"},
        {"d0_0_from": "nine", "d0_0_to": "12:00"},
    ],
)
def test_half_stretches_and_overlaps_are_refused_and_nothing_is_lost(
    phone: Client, student: Person, times: dict[str, str]
) -> None:
    WeeklyHours.objects.create(person=student, weekday=2, starts=time(9), ends=time(12))
    answer = phone.post(OWN, week(**times))
    assert answer.context["week"].errors
    assert student.weekly_hours.count() == 1


def test_leave_and_hours_offered_besides_change_the_days_ahead(phone: Client, student: Person) -> None:
    monday = next_monday()
    WeeklyHours.objects.create(person=student, weekday=0, starts=time(9), ends=time(12))
    phone.post(OWN, {"what": "day", "kind": "off", "day": monday, "starts": "11:00", "ends": "12:00"})
    sunday = monday - timedelta(days=1)
    phone.post(OWN, {"what": "day", "kind": "on", "day": sunday, "starts": "10:00", "ends": "15:00"})
    open_days = availability([student], sunday, monday)[student.pk]
    assert open_days == {sunday: [(600, 900)], monday: [(540, 660)]}
    one = DayException.objects.get(day=sunday)
    phone.post(OWN, {"what": "remove", "exception": one.pk})
    assert not DayException.objects.filter(day=sunday).exists()


def test_the_same_day_noted_twice_stands_once_and_a_stretch_of_days_at_once(phone: Client, student: Person) -> None:
    monday = next_monday()
    leave = {"what": "day", "kind": "off", "day": monday, "until": monday + timedelta(days=4)}
    phone.post(OWN, leave)
    phone.post(OWN, leave)
    assert student.day_exceptions.count() == 5


@pytest.mark.parametrize(
    "wrong",
    [
        {"day": "2020-01-01"},
        {"kind": "on"},
        {"starts": "09:00"},
        {"until": "2020-01-01"},
        {"kind": "holiday"},
        {"day": ""},
    ],
)
def test_a_day_that_cannot_be_is_refused(phone: Client, student: Person, wrong: dict[str, Any]) -> None:
    answer = phone.post(OWN, {"what": "day", "kind": "off", "day": next_monday(), **wrong})
    assert answer.context["day_form"].errors
    assert not student.day_exceptions.exists()


def test_a_public_holiday_is_closed_until_the_person_opens_it(student: Person) -> None:
    holiday = date(2027, 1, 11)  # Coming-of-Age Day, a Monday
    WeeklyHours.objects.create(person=student, weekday=0, starts=time(9), ends=time(12))
    assert availability([student], holiday, holiday)[student.pk][holiday] == []
    TravelLimits.objects.create(person=student, holidays=True)
    assert availability([student], holiday, holiday)[student.pk][holiday] == [(540, 720)]


def test_the_turn_of_the_year_is_closed_as_town_halls_are_unless_the_person_says_so(
    phone: Client, student: Person
) -> None:
    first, last = date(2026, 12, 28), date(2027, 1, 4)  # Monday to Monday
    for weekday in range(7):
        WeeklyHours.objects.create(person=student, weekday=weekday, starts=time(9), ends=time(12))
    DayException.objects.create(person=student, day=date(2026, 12, 30), kind="on", starts=time(13), ends=time(15))

    def days() -> list[int]:
        return [day.day for day, spans in availability([student], first, last)[student.pk].items() if spans]

    assert days() == [28, 30, 4]
    TravelLimits.objects.create(person=student, holidays=True)
    assert days() == [28, 29, 30, 31, 1, 2, 3, 4]
    assert [rest_name(date(2026, 12, day)) for day in (28, 29)] == ["", "年末年始"]
    assert rest_name(date(2027, 1, 1)) == "元日"
    assert "祝日・年末年始も出られる" in phone.get(OWN).content.decode()


def test_how_far_and_how_often_is_kept(phone: Client, student: Person) -> None:
    phone.post(OWN, {"what": "limits", "reach_km": 5, "month_limit": 2, "gender": "", "mode": "transit"})
    supporter = Supporter.objects.get(person=student)
    assert (supporter.reach_km, supporter.month_limit, student.travel_limits.mode) == (5, 2, "transit")
    assert phone.post(OWN, {"what": "limits", "reach_km": -5, "month_limit": 2, "mode": "car"}).status_code == 200
    supporter.refresh_from_db()
    assert supporter.reach_km == 5


def test_nobody_removes_a_day_of_someone_else(phone: Client) -> None:
    other = DayException.objects.create(person=factories.supporter(), day=next_monday(), kind="off")
    phone.post(OWN, {"what": "remove", "exception": other.pk})
    assert DayException.objects.filter(pk=other.pk).exists()


def test_staff_see_their_own_people_only(client: Client, student: Person) -> None:
    address = reverse("people:hours", args=[student.pk])
    assert client.get(address).status_code == 302
    client.force_login(factories.user(Role.COORDINATOR, organisation=student.supporter.organisation))
    assert client.get(address).status_code == 200
    client.force_login(factories.user(Role.COORDINATOR, organisation=factories.organisation()))
    assert client.get(address).status_code == 404
    client.force_login(factories.user(Role.MINISTRY))
    assert client.get(address).status_code == 403


def test_the_page_costs_the_same_however_many_days_differ(
    phone: Client, student: Person, same_queries_at_1_and_30: Callable[..., None]
) -> None:
    days = iter(range(1, 100))

    def add() -> None:
        day = timezone.localdate() + timedelta(days=next(days))
        DayException.objects.create(person=student, day=day, kind="off")
        at = timezone.now() + timedelta(days=next(days))
        engage(person=student, starts_at=at, ends_at=at + timedelta(hours=1), subject=f"x:{day}")

    same_queries_at_1_and_30(add, lambda: phone.get(OWN))


@pytest.mark.django_db(transaction=True)
def test_the_page_is_clean_on_a_phone_and_a_desk(
    open_page: OpenPage, axe: Callable[[Page], None], fits_width: Callable[[Page], None], shot: Callable[..., None]
) -> None:
    user = factories.user(Role.SUPPORTER)
    student = factories.supporter(user=user, name="湊 蓮")
    WeeklyHours.objects.create(person=student, weekday=5, starts=time(9), ends=time(17))
    DayException.objects.create(person=student, day=next_monday(), kind="off")
    for size in ("phone", "desktop"):
        page = open_page(size, javascript=size == "desktop")
        page.goto("/staff/sign-in/?next=" + OWN)
        page.get_by_label("ユーザー名").fill(user.username)
        page.get_by_label("パスワード").fill("正しい馬の電池")
        page.get_by_role("button", name="サインインする").click()
        fits_width(page)
        shot(page, f"hours-{size}")
    axe(page)
