"""Kitakyushu: 83 disability PC supporters, 400 dispatches in the year, and one more from the request to the report."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from geo.codes import with_check_digit
from geo.models import Municipality, Prefecture
from outreach.classes.codes import check_digit
from outreach.people.models import (
    Engagement,
    Insurance,
    Organisation,
    Person,
    Qualification,
    Role,
    Supporter,
    TravelLimits,
    User,
    WeeklyHours,
)
from outreach.people.ranking import rank
from outreach.people.standing import fiscal_year
from outreach.registration.matching import candidates
from outreach.registration.models import Resident, Support, SupportHelper, SupportStatus
from tests import factories
from tests.browser import OpenPage

pytestmark = pytest.mark.django_db(transaction=True)
REGISTER, NEW, DISPATCHES = 83, 7, 400
PASSWORD = "正しい馬の電池"
TODAY = timezone.localdate


@pytest.fixture
def centre() -> Organisation:
    prefecture = Prefecture.objects.create(code="40", name="福岡県", kana="フクオカケン")
    town = Municipality.objects.create(
        code="40100", code6=with_check_digit("40100"), prefecture=prefecture, name="北九州市",
        kana="キタキュウシュウシ", kind="city", lat=33.8834, lon=130.8752,
    )  # fmt: skip
    return factories.organisation(
        name="北九州障害者パソコンサポートセンター", municipality=town, takes_requests=True, two_at_first_visit=False
    )


@pytest.fixture
def register(centre: Organisation) -> list[Person]:
    """83 on the register, 7 of them new this year; two resting ones besides, one untrained, one not insured."""
    skill, year = factories.skill("disability-pc"), fiscal_year(TODAY())
    town = centre.municipality
    assert town
    people = Person.objects.bulk_create(
        Person(name=f"支援 {n}", kana=f"シエン {chr(0x30A2 + n)}", phone=f"+8190000{n:05d}", municipality=town,
               lat=town.lat + n / 2000, lon=town.lon)
        for n in range(REGISTER + 2)
    )  # fmt: skip
    Supporter.objects.bulk_create(
        Supporter(person=one, kind="disability_pc", organisation=centre, active=n < REGISTER, month_limit=31)
        for n, one in enumerate(people)
    )
    Supporter.objects.filter(active=False).update(left_on=date(year - 1, 6, 1))
    Qualification.objects.bulk_create(
        Qualification(person=one, skill=skill, issuer="市", valid_from=_completed(n, year))
        for n, one in enumerate(people)
    )
    Insurance.objects.bulk_create(
        Insurance(person=one, fiscal_year=y, starts_on=date(y, 4, 1)) for one in people[:-3] for y in (year, year + 1)
    )
    WeeklyHours.objects.bulk_create(
        WeeklyHours(person=one, weekday=day, starts=time(8), ends=time(20)) for one in people for day in range(7)
    )
    TravelLimits.objects.bulk_create(TravelLimits(person=one, holidays=True) for one in people)
    return people


def _completed(n: int, year: int) -> date:
    return date(year, 4, 2) if REGISTER - NEW <= n < REGISTER else date(2018, 4, 1)


@pytest.fixture
def year_of_visits(centre: Organisation, register: list[Person]) -> list[Support]:
    """400 dispatches done this fiscal year; the first supporter knows Mrs Hama well."""
    hama = Resident.objects.create(name="浜 ハナ", kana="ハマ ハナ", phone="+81300001111")
    others = Resident.objects.bulk_create(
        Resident(name="住民", kana=f"ジュウミン {n}", phone=f"+8130001{n:04d}") for n in range(99)
    )
    days = max(1, (TODAY() - date(fiscal_year(TODAY()), 4, 1)).days)
    rows = [_done(centre, hama if n < 4 else others[n % 99], n, days) for n in range(DISPATCHES)]
    supports = Support.objects.bulk_create(rows, batch_size=200)
    SupportHelper.objects.bulk_create(
        [
            SupportHelper(
                support=one, person=register[0 if n < 4 else n % 80], answer="accepted", asked_at=one.requested_at,
                arrived_at=one.starts_at, left_at=one.ends_at, note="読み上げは速めがよい" if n == 3 else "",
            )
            for n, one in enumerate(supports)
        ],
        batch_size=200,
    )  # fmt: skip
    return supports


def _done(centre: Organisation, resident: Resident, n: int, days: int) -> Support:
    start = timezone.make_aware(datetime.combine(TODAY() - timedelta(days=1 + n % days), time(9 + n % 8)))
    body = str(6_000_000 + n)
    town = centre.municipality
    assert town
    return Support(
        reference=body + check_digit(body), kind=("visit", "visit", "phone", "group")[n % 4], status="done",
        organisation=centre, municipality=town, resident=resident, lat=town.lat, lon=town.lon, starts_at=start,
        ends_at=start + timedelta(hours=1), requested_at=max(start - timedelta(days=5), _first_day()),
    )  # fmt: skip


def _first_day() -> datetime:
    return timezone.make_aware(datetime.combine(date(fiscal_year(TODAY()), 4, 1), time()))


@pytest.fixture
def coordinator(centre: Organisation) -> User:
    return factories.user(Role.COORDINATOR, organisation=centre)


def sign_in(page: Page, user: User) -> None:
    page.goto("/staff/sign-in/")
    page.get_by_label("ユーザー名").fill(user.username)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="サインインする").click()


def test_from_the_request_to_the_yearly_report(
    open_page: OpenPage,
    axe: Callable[[Page], None],
    fits_width: Callable[[Page], None],
    coordinator: User,
    centre: Organisation,
    register: list[Person],
    year_of_visits: list[Support],
) -> None:
    one = _asks_on_the_web(centre)
    desk = Client()
    desk.force_login(coordinator)
    _sets_a_time(desk, one)
    _only_the_eligible_are_ranked(one, register)
    _is_matched(open_page("desktop"), coordinator, one, register[0], axe)
    helper = _goes_there(open_page("phone", javascript=False), one, register[0], axe, fits_width)
    assert (helper.minutes, Support.objects.get(pk=one.pk).status) == (60, SupportStatus.DONE)
    _is_in_the_report(desk)


def _asks_on_the_web(centre: Organisation) -> Support:
    asked = {
        "organisation": centre.pk, "kind": "visit", "name": "浜 ハナ", "kana": "はま はな", "phone": "03-0000-1111",
        "postal_code": "803-0801", "address": "北九州市小倉北区", "topic": "メールを声で読む",
        "arrangement": "ゆっくり話してほしい", "gender_wish": "", "wanted_times": "平日の午後",
    }  # fmt: skip
    answer = Client().post("/support/", asked, follow=True)
    one = Support.objects.get(status=SupportStatus.REQUESTED)
    assert one.reference[:4] in answer.content.decode()
    return one


def _sets_a_time(desk: Client, one: Support) -> None:
    day = (TODAY() + timedelta(days=8)).isoformat()
    desk.post(reverse("registration:support-time", args=[one.pk]), {"day": day, "starts": "13:00", "ends": "14:00"})
    one.refresh_from_db()


def _only_the_eligible_are_ranked(one: Support, register: list[Person]) -> None:
    """Two who left and one who is not insured are never among them; the familiar face comes first."""
    ranked = rank(candidates(one))
    names = [candidate.person for candidate in ranked]
    assert names[0] == register[0].pk
    assert not {person.pk for person in register[-3:]} & set(names)
    assert all(reason.words for candidate in ranked for reason in candidate.reasons)


def _is_matched(page: Page, coordinator: User, one: Support, first: Person, axe: Callable[[Page], None]) -> None:
    sign_in(page, coordinator)
    page.goto(reverse("registration:support", args=[one.pk]))
    row = page.locator(".ranking > li").first
    expect(row).to_contain_text(first.name)
    expect(row).to_contain_text(re.compile(r"顔なじみ\s*30/30"))
    axe(page)
    row.get_by_role("button").click()
    expect(page.get_by_text(f"{first.name}さんに打診しました。")).to_be_visible()


def _goes_there(
    page: Page, one: Support, first: Person, axe: Callable[[Page], None], fits_width: Callable[[Page], None]
) -> SupportHelper:
    """Yes, arrived, left: on a phone without JavaScript; only after the yes are name and address shown."""
    Person.objects.filter(pk=first.pk).update(user=factories.user(Role.SUPPORTER))
    first.refresh_from_db()
    assert first.user
    sign_in(page, first.user)
    page.get_by_role("link", name=re.compile("自宅への訪問")).click()
    expect(page.locator("main")).not_to_contain_text("浜 ハナ")
    page.get_by_role("button", name="引き受ける").click()
    expect(page.locator("main")).to_contain_text("浜 ハナ")
    expect(page.locator("main")).to_contain_text("読み上げは速めがよい")
    fits_width(page)
    axe(page)
    start = timezone.now() - timedelta(minutes=60)
    Support.objects.filter(pk=one.pk).update(starts_at=start, ends_at=start + timedelta(hours=1))
    Engagement.objects.filter(subject=one.subject).update(starts_at=start, ends_at=start + timedelta(hours=1))
    page.get_by_role("button", name="着きました").click()
    SupportHelper.objects.filter(support=one).update(arrived_at=timezone.now() - timedelta(minutes=60, seconds=5))
    page.get_by_label(re.compile("^次に手伝う人への申し送り")).fill("次は写真から")
    page.get_by_role("button", name="終えて、出ました").click()
    expect(page.locator("main")).to_contain_text("60分の活動として記録しました。")
    return SupportHelper.objects.get(support=one)


def _is_in_the_report(desk: Client) -> None:
    page = desk.get("/staff/supports/report/")
    found = page.context["found"]
    assert (found.done, found.register.at_end, found.register.new) == (DISPATCHES + 1, REGISTER, NEW)
    assert found.register.at_start == REGISTER - NEW
    text = desk.get("/staff/supports/report/?format=csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert sum(int(row[4]) for row in rows[1:]) == DISPATCHES + 1
