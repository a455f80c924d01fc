"""This room's pages in a real browser: nothing for axe to find, nothing cut off, the preview while typing."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from outreach.contact.gateways.console import ConsoleGateway
from outreach.contact.models import HandsetDisplay, Message, OwnText, SenderNumber
from outreach.contact.texts import show_ref
from outreach.people.models import Role
from tests.contact.words import drain, queue
from tests.factories import municipality, user

pytestmark = pytest.mark.django_db(transaction=True)
Check = Callable[[Page], None]


@pytest.fixture
def looked_at(axe: Check, fits_width: Check, shot: Callable[[Page, str], Path]) -> Callable[[Page, str], None]:
    def look(page: Page, name: str) -> None:
        fits_width(page)
        axe(page)
        size = "phone" if page.viewport_size and page.viewport_size["width"] < 600 else "desktop"
        shot(page, f"contact-{name}-{size}")

    return look


def sign_in(page: Page) -> None:
    client = Client()
    client.force_login(user(Role.COORDINATOR, municipality=municipality()))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": settings.PUBLIC_URL}])


def shown() -> Message:
    message = queue(municipality=municipality())
    drain(gateway=ConsoleGateway())
    return message


def test_someone_checks_a_message_that_they_got(each_page: Page, looked_at: Callable[[Page, str], None]) -> None:
    SenderNumber.objects.create(number="+81300000123", use="staff", label="総務課", municipality=municipality())
    HandsetDisplay.objects.create(gateway="console", carrier="au", shown_as="+1 500 555", tested_on=date(2022, 4, 1))
    message = shown()
    each_page.goto("/senders/")
    looked_at(each_page, "senders")
    each_page.get_by_label("連絡番号").fill(show_ref(message.pk))
    each_page.get_by_label("届いた電話番号").fill("090-0000-0001")
    each_page.get_by_role("button", name="確かめる").click()
    expect(each_page.get_by_role("status")).to_contain_text("わたしたちが送った連絡です")
    looked_at(each_page, "senders-ours")


def test_a_coordinator_reads_what_was_shown(each_page: Page, looked_at: Callable[[Page, str], None]) -> None:
    shown()
    sign_in(each_page)
    each_page.goto("/staff/messages/")
    looked_at(each_page, "messages")
    each_page.get_by_role("link", name="画面に表示しただけの連絡").click()
    looked_at(each_page, "shown")


def test_a_coordinator_writes_a_text(each_page: Page, looked_at: Callable[[Page, str], None]) -> None:
    sign_in(each_page)
    each_page.goto("/staff/messages/texts/")
    looked_at(each_page, "texts")
    each_page.get_by_role("link", name=re.compile("^直す ?：前日のお知らせ（SMS）$")).click()
    looked_at(each_page, "text")
    area = each_page.get_by_label("文面")
    area.fill("【{town}】あすの教室です。{callback} 連絡番号{ref}")
    each_page.get_by_role("button", name="プレビュー").click()
    expect(each_page.locator("#preview")).to_contain_text("1通")
    each_page.get_by_role("button", name="保存する").click()
    expect(each_page.get_by_role("main")).to_contain_text("文面を保存しました")
    assert OwnText.objects.get().municipality_id == "01511"


def test_the_preview_follows_the_keys(browser_page: Page) -> None:
    sign_in(browser_page)
    browser_page.goto("/staff/messages/texts/sms/reminder_day_before/")
    preview = browser_page.locator("#preview")
    expect(preview).to_contain_text("2通")
    browser_page.get_by_label("文面").fill("【{town}】あすの教室です。{callback} 連絡番号{ref}")
    expect(preview).to_contain_text("1通")
    browser_page.get_by_label("文面").press_sequentially(" {secret}")
    expect(preview).to_contain_text("知らない差し込み欄です：secret")
