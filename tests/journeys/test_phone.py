"""The on-screen phone in a real browser: by mouse, by keyboard, without JavaScript."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.test import Client
from playwright.sync_api import Page, expect

from outreach.people.models import Role
from outreach.phone import rules
from outreach.phone.models import PendingName, Recording
from outreach.registration.models import Booking
from tests import factories
from tests.browser import OpenPage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def open_office(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "office_open", lambda now, hours: True)


def press(page: Page, keys: str) -> None:
    for key in keys:
        page.locator(f"[data-key='{key}']").click()


def test_a_class_is_booked_on_the_screen(
    each_page: Page,
    axe: Callable[[Page], None],
    fits_width: Callable[[Page], None],
    shot: Callable[[Page, str], Path],
    request: pytest.FixtureRequest,
) -> None:
    session, page = factories.session(), each_page
    page.goto("/demo/phone/")
    axe(page)
    fits_width(page)
    page.get_by_role("button", name="電話をかける").click()
    log = page.get_by_role("log")
    expect(log).to_contain_text("講習会に申し込むときは、1")
    press(page, "1" + session.code)
    expect(log).to_contain_text("この講習会に申し込むときは、1")
    axe(page)
    press(page, "1")
    expect(log).to_contain_text("ピーという音のあとに")
    page.get_by_role("button", name="話したことにする").click()
    expect(log).to_contain_text("申込番号は")
    axe(page)
    fits_width(page)
    name = request.node.callspec.id
    if "nojs" not in name:
        shot(page, f"on-screen-{name}")
    page.get_by_role("button", name="電話を切る").click()
    expect(log).to_contain_text("電話を切りました")
    assert Booking.objects.get().channel == "phone_line"


def test_the_keyboard_rings_too_and_keeps_its_place(open_page: OpenPage) -> None:
    session, page = factories.session(), open_page("desktop")
    page.goto("/demo/phone/")
    page.get_by_label("非通知").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="電話をかける").focus()
    page.keyboard.press("Enter")
    log = page.get_by_role("log")
    expect(log).to_contain_text("講習会に申し込むときは、1")
    assert page.evaluate("document.activeElement.dataset.key") == "5"
    page.keyboard.type("1" + session.code)
    expect(log).to_contain_text("お電話番号が、こちらに届いていません")
    page.keyboard.type("0300000177#")
    expect(log).to_contain_text("電話番号を直すときは、3")
    page.keyboard.type("1")
    expect(log).to_contain_text("お席を、おとりしました")
    page.keyboard.type("0")
    expect(log).to_contain_text("おつなぎします")
    page.get_by_role("button", name="だれも出ない").click()
    expect(log).to_contain_text("係の者が、電話に出られません")


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_staff_write_a_name_from_a_recording(
    size: str,
    open_page: OpenPage,
    axe: Callable[[Page], None],
    fits_width: Callable[[Page], None],
    shot: Callable[[Page, str], Path],
    client: Client,
) -> None:
    session = factories.session()
    for digit in "call", "1", *session.code, "1", "speak":
        client.post("/demo/phone/", {"do": digit, "caller": "landline"})
    pending = PendingName.objects.get()
    recording = Recording(sid="RE" + "0" * 32, kind="name", pending=pending, municipality=session.municipality)
    recording.file.save("a.mp3", ContentFile(b"ID3"), save=True)
    client.force_login(factories.user(Role.COORDINATOR, municipality=session.municipality))
    page = open_page(size)
    cookie = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": settings.PUBLIC_URL}])
    page.goto("/staff/recordings/")
    axe(page)
    fits_width(page)
    shot(page, f"recordings-{size}")
    page.get_by_role("link", name="書く").first.click()
    axe(page)
    page.get_by_label("ふりがな").fill("やまだ はなこ")
    page.get_by_role("button", name="書く").click()
    expect(page.locator("main")).to_contain_text("ヤマダ ハナコ")
    expect(page.locator("main")).to_contain_text("お名前を待っている申し込みは、ありません")


def test_new_lines_are_announced_and_old_ones_stay(open_page: OpenPage) -> None:
    page = open_page("desktop")
    page.goto("/demo/phone/")
    page.get_by_role("button", name="電話をかける").click()
    log = page.get_by_role("log")
    expect(log).to_contain_text("講習会に申し込むときは、1")
    assert log.get_attribute("aria-live") == "polite"
    first = log.locator("p").first.element_handle()
    press(page, "9")
    expect(log).to_contain_text("その番号は、ここでは使えません")
    assert first
    assert first.evaluate("line => line.isConnected")
