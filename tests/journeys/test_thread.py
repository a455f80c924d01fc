"""The one thread through the whole house: a village with neither shop nor class gets its first class.

A coordinator sees it on the coverage page, creates, publishes, staffs and confirms a class there; a resident finds it
by postal code and signs up with a name and a number; the reminder goes out once, at its time; attendance is taken; the
map's count changes.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from geo.models import ShopSurvey
from outreach.classes.models import Session
from outreach.contact.models import Message
from outreach.contact.services import drain
from outreach.people.models import Organisation, Role, User
from outreach.registration.models import Booking
from outreach.reporting.queries import coverage
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "正しい馬の電池"


@pytest.fixture
def coordinator() -> User:
    """Sarufutsu has no shop and no class, and she answers for it; a certified instructor and a helper live there."""
    village = factories.municipality()
    ShopSurvey.objects.create(as_of=date(2021, 11, 10)).entries.create(municipality=village)
    factories.programme_year()
    factories.course()
    factories.instructor(name="岬 先生")
    factories.supporter(name="湊 学生")
    return factories.user(Role.COORDINATOR, organisation=factories.organisation(name="猿払村役場"))


def waiting_and_held() -> tuple[int, int]:
    total, _rows = coverage(factories.programme_year())
    return total.shopless_waiting, total.held_sites


def sign_in(page: Page, user: User) -> None:
    page.goto("/staff/sign-in/")
    page.get_by_label("ユーザー名").fill(user.username)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="サインインする").click()


def create_class(page: Page) -> Session:
    page.goto("/coverage/")
    page.get_by_role("link", name="猿払村に講習会を作る").click()
    page.get_by_role("link", name="はじめに会場を登録してください").click()
    page.get_by_label("名称").fill("猿払村交流センター")
    page.get_by_label("住所").fill("北海道宗谷郡猿払村鬼志別東町")
    page.get_by_label("収容人数").fill("30")
    page.get_by_role("button", name="登録して続ける").click()
    page.get_by_label(re.compile("^講座")).select_option(label="電話のかけ方")
    page.get_by_label(re.compile("^日")).fill(factories.next_week().date().isoformat())
    page.get_by_label("始まりの時刻").fill("13:30")
    page.get_by_label(re.compile("^実施団体")).select_option(label="猿払村役場")
    page.get_by_label(re.compile("^事業類型")).select_option(label="講師派遣型")
    page.get_by_role("button", name="下書きをつくる").click()
    return Session.objects.get()


def publish_and_staff(page: Page, session: Session) -> None:
    page.get_by_role("link", name="公開する").click()
    page.get_by_role("button", name="公開する").click()
    for duty in ("instructor", "helper"):
        page.goto(f"/staff/sessions/{session.code}/staffing/?duty={duty}")
        page.get_by_role("button", name="担当にする").first.click()


def sign_up(page: Page) -> str:
    """Find the class by postal code and apply; gives the reference."""
    page.goto("/")
    page.get_by_role("textbox", name="郵便番号").fill("０９８ー６２３２")
    page.get_by_role("button", name="近い講習会をさがす").click()
    page.get_by_role("link", name=re.compile("くわしく見る")).first.click()
    page.get_by_role("link", name="自分が参加する").click()
    page.locator("#id_name").fill("髙浜 きよ")
    page.locator("#id_kana").fill("たかはま きよ")
    page.locator("#id_phone").fill("090-0000-1234")
    page.locator("input[name=contact]").first.check()
    page.get_by_role("button", name=re.compile("^次へ")).click()
    page.get_by_role("button", name="この内容で申し込む").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("申し込みが決まりました")
    return Booking.objects.get().reference


def reminders_sent_at(moment: datetime) -> list[str]:
    """Drain the outbox twice at that moment; what was shown by then."""
    for _ in range(2):
        drain(clock=lambda: moment, sleep=lambda _seconds: None)
    shown = Message.objects.filter(kind__startswith="reminder", status="shown")
    return sorted(shown.values_list("kind", flat=True))


def take_attendance(page: Page, session: Session) -> None:
    """The day comes: the clock is the database's start time, moved to half an hour ago."""
    page.goto(f"/staff/sessions/{session.code}/confirm/")
    page.get_by_role("button", name="開催を決定する").click()
    began = factories.next_week(days=0).replace(hour=0, minute=1)
    Session.objects.filter(pk=session.pk).update(starts_at=began, ends_at=began + timedelta(minutes=1))
    page.goto(f"/staff/sessions/{session.code}/attendance/")
    page.get_by_role("button", name=re.compile("^出席")).click()
    expect(page.get_by_text("✓")).to_be_visible()
    page.get_by_role("button", name="講習会を終わりにする").click()


def test_a_village_without_a_shop_gets_its_first_class(
    each_page: Page,
    coordinator: User,
    axe: Callable[[Page], None],
    shot: Callable[[Page, str], Path],
    request: pytest.FixtureRequest,
) -> None:
    page = each_page
    assert waiting_and_held() == (1, 0)
    sign_in(page, coordinator)
    session = create_class(page)
    publish_and_staff(page, session)
    assert sign_up(page) in page.content().replace("-", "")
    axe(page)
    shot(page, f"thread-done-{request.node.callspec.id}")

    session.refresh_from_db()
    eve = session.starts_at.replace(hour=1, minute=0) - timedelta(days=1)  # 10:00 in Japan
    assert reminders_sent_at(eve - timedelta(minutes=1)) == []
    assert reminders_sent_at(eve) == ["reminder_day_before"]
    assert reminders_sent_at(session.starts_at - timedelta(hours=2)) == ["reminder_day_before", "reminder_same_day"]

    take_attendance(page, session)
    assert waiting_and_held() == (0, 1)
    page.goto("/coverage/")
    expect(page.get_by_text("まだの市区町村はありません")).to_be_visible()
    axe(page)
    shot(page, f"thread-coverage-{request.node.callspec.id}")
    assert Organisation.objects.get(name="猿払村役場").sessions.get().status == "held"
