"""The coordinator's work in a real browser, at both widths, with and without JavaScript, and by keyboard alone."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page

from geo.models import ShopSurvey
from outreach.classes.models import Session, SessionStatus, Site
from outreach.classes.rules import JST
from outreach.contact.models import CallStatus, CallTask
from outreach.people.models import Organisation, Role, User
from outreach.registration.models import Booking, BookingStatus
from tests import factories
from tests.browser import OpenPage

pytestmark = pytest.mark.django_db(transaction=True)
Check = Callable[[Page], None]
Shot = Callable[[Page, str], Path]


@pytest.fixture(autouse=True)
def ten_in_the_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls may be made then, whatever the hour of the test."""
    real = timezone.now
    local = real().astimezone(JST)
    shift = local.replace(hour=10, minute=0, second=0, microsecond=0) - local
    monkeypatch.setattr(timezone, "now", lambda: real() + shift)


@pytest.fixture
def office() -> Organisation:
    """Sarufutsu has no shop; the office that serves it has an instructor and a course to teach."""
    ShopSurvey.objects.create(as_of=date(2021, 11, 10)).entries.create(municipality=factories.municipality())
    factories.programme_year()
    factories.course()
    factories.instructor(name="教員 太郎", kana="キョウイン タロウ")
    return factories.organisation(kind="dispatch", municipality=None)


@pytest.fixture
def coordinator(office: Organisation) -> User:
    return factories.user(Role.COORDINATOR, organisation=office)


@pytest.fixture
def looked_at(axe: Check, fits_width: Check, shot: Shot) -> Callable[[Page, str], None]:
    """Axe finds nothing, nothing is cut off, and a picture is kept."""

    def look(page: Page, name: str) -> None:
        fits_width(page)
        axe(page)
        size = "phone" if page.viewport_size and page.viewport_size["width"] < 600 else "desktop"
        shot(page, f"desk-{name}-{size}")

    return look


def sign_in(page: Page, user: User) -> None:
    page.goto("/staff/sign-in/")
    page.locator("[name=username]").fill(user.username)
    page.locator("[name=password]").fill("正しい馬の電池")
    page.get_by_role("button", name="サインインする").click()
    page.get_by_role("heading", name="今日").wait_for()


def button(page: Page, what: str, whom: str) -> Locator:
    """A button that says aloud whom it is for."""
    return page.get_by_role("button", name=re.compile(f"^{what} ?：{whom}$"))


def let_it_pass(session: Session) -> None:
    """The day comes and goes."""
    start = timezone.now() - timedelta(hours=2)
    Session.objects.filter(pk=session.pk).update(starts_at=start, ends_at=start + timedelta(hours=1))


def test_a_class_from_an_empty_village_to_its_report(
    each_page: Page, office: Organisation, coordinator: User, looked_at: Callable[[Page, str], None]
) -> None:
    page = each_page
    sign_in(page, coordinator)
    looked_at(page, "today-empty")

    page.goto("/staff/sessions/new/?municipality=01511")
    page.get_by_role("link", name="はじめに会場を登録してください").click()
    page.get_by_label("名称").fill("鬼志別会館")
    page.get_by_label("住所").fill("鬼志別西町172")
    page.get_by_label("収容人数").fill("20")
    looked_at(page, "venue")
    page.get_by_role("button", name="登録して続ける").click()

    page.get_by_label("講座", exact=False).first.select_option(label="電話のかけ方")
    page.get_by_label("日必須").fill((timezone.localdate() + timedelta(days=10)).isoformat())
    page.get_by_label("始まりの時刻").fill("13:30")
    looked_at(page, "new")
    page.get_by_role("button", name="下書きをつくる").click()

    page.get_by_role("link", name="公開する").click()
    looked_at(page, "publish")
    page.get_by_role("button", name="公開する").click()
    session = Session.objects.get()
    assert session.status == SessionStatus.PUBLISHED
    for name in ("一番 花子", "二番 太郎"):
        factories.booking(session, name=name)

    page.get_by_role("link", name="要員", exact=True).click()
    button(page, "担当にする", "教員 太郎").click()
    page.get_by_role("link", name="補助者をさがす").click()
    factories.supporter(name="助手 次郎")
    page.reload()
    looked_at(page, "staffing")
    button(page, "担当にする", "助手 次郎").click()
    page.get_by_role("link", name="開催を決定する").click()
    page.get_by_role("button", name="開催を決定する").click()
    session.refresh_from_db()
    assert session.status == SessionStatus.CONFIRMED
    looked_at(page, "session")

    let_it_pass(session)
    page.goto("/staff/")
    page.locator(".todo").get_by_role("link").first.click()
    button(page, "出席", "一番 花子").click()
    page.get_by_text("出席 1　欠席 0　まだ 1").wait_for()
    button(page, "元に戻す", "一番 花子").click()
    page.get_by_text("出席 0　欠席 0　まだ 2").wait_for()
    button(page, "出席", "一番 花子").click()
    button(page, "欠席", "二番 太郎").click()
    page.get_by_text("出席 1　欠席 1　まだ 0").wait_for()
    looked_at(page, "attendance")
    page.get_by_label("予約なしの参加者（人）").fill("2")
    page.get_by_role("button", name="講習会を終わりにする").click()
    page.get_by_role("link", name="報告を書く").click()
    page.get_by_label("ほとんどの人").check()
    page.get_by_label("困ったこと・次への申し送り").fill("電波が弱い")
    looked_at(page, "report")
    page.get_by_role("button", name="報告する").click()
    page.get_by_text("報告しました").wait_for()
    session.refresh_from_db()
    assert (session.status, session.walk_ins) == (SessionStatus.REPORTED, 2)
    assert Site.objects.get().held_sessions == 1


def test_the_storm_cancels_a_class_and_the_calls_are_made_by_one_key(
    open_page: OpenPage, office: Organisation, coordinator: User, looked_at: Callable[[Page, str], None]
) -> None:
    session = factories.session(organisation=office)
    factories.booking(session)
    factories.booking(session, name="固定 花子", phone="+81300000777")
    page = open_page("desktop")
    sign_in(page, coordinator)
    page.goto(f"/staff/sessions/{session.code}/cancel/")
    page.get_by_label("大雨・大雪・台風など、天候のため").check()
    page.get_by_role("button", name="だれに連絡がいくかを確かめる").click()
    looked_at(page, "cancel")
    page.get_by_role("button", name="中止にして、2人に連絡する").click()
    page.get_by_text("中止にしました。2人に連絡します。").wait_for()

    page.goto("/staff/calls/")
    looked_at(page, "calls")
    page.keyboard.press("Enter")  # 次の1件をかける has the focus
    page.get_by_text("固定 花子様でいらっしゃいますか").wait_for()
    looked_at(page, "call")
    page.keyboard.press("1")
    page.get_by_text("「話せた」と記録しました").wait_for()
    assert CallTask.objects.get(status=CallStatus.REACHED).tries == 1
    button(page, "元に戻す", "固定 花子").click()
    page.get_by_text("元に戻しました").wait_for()


class Typist:
    """Counts every key. Nothing else touches the page."""

    def __init__(self, page: Page) -> None:
        self.page, self.keys = page, 0
        page.locator("input:focus").wait_for()  # the field takes the focus when the page is drawn, not when it's loaded

    def type(self, text: str) -> None:
        for key in text:
            self.press(key)

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.keys += 1

    def enter(self, then: str) -> None:
        self.press("Enter")
        self.page.get_by_text(then).first.wait_for()


def test_a_known_caller_is_booked_moved_and_cancelled_within_twelve_keys(
    open_page: OpenPage, office: Organisation, coordinator: User, looked_at: Callable[[Page, str], None]
) -> None:
    booking = factories.booking(
        factories.session(organisation=office), name="港 はな", kana="ミナト ハナ", phone="+81300000777"
    )
    second = factories.session(organisation=office, starts_at=factories.next_week(days=9))
    third = factories.session(organisation=office, starts_at=factories.next_week(days=11))
    page = open_page("desktop")
    sign_in(page, coordinator)
    page.goto("/staff/phone/")

    finding = Typist(page)
    finding.type("0777")
    finding.enter("様でいらっしゃいますか")
    looked_at(page, "person")

    booked = Typist(page)
    booked.type(second.code)
    booked.enter("お申し込みでよろしいですか")
    looked_at(page, "read-back")
    booked.enter("2回読み上げる")
    assert Booking.objects.get(session=second).status == BookingStatus.CONFIRMED

    moved = Typist(page)
    moved.type(f"2/{third.code}")
    moved.enter("お申し込みでよろしいですか")
    moved.enter("2回読み上げる")
    assert Booking.objects.get(session=third).status == BookingStatus.CONFIRMED
    assert Booking.objects.get(session=second).status == BookingStatus.CANCELLED

    ended = Typist(page)
    ended.type("-1")
    ended.enter("取り消してよろしいですか")
    ended.enter("取り消しました")
    booking.refresh_from_db()
    assert booking.status == BookingStatus.CANCELLED

    assert max(booked.keys, moved.keys, ended.keys) <= 12, (booked.keys, moved.keys, ended.keys)
    assert finding.keys + booked.keys <= 15


def test_the_roster_and_the_call_list_fit_on_paper(
    open_page: OpenPage, office: Organisation, coordinator: User
) -> None:
    session = factories.session(organisation=office)
    for number in range(20):
        factories.booking(session, name=f"名簿 {number}号", phone=f"+8130000{number:04d}", needs="車いすで来ます")
    page = open_page("desktop")
    sign_in(page, coordinator)
    for address, most in ((f"/staff/sessions/{session.code}/roster/?phones=1", 2), ("/staff/calls/?print=1", 8)):
        page.goto(address)
        paper = page.pdf(format="A4")
        assert paper.count(b"/Type /Page\n") <= most
