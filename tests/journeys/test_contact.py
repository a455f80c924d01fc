"""The pages of contact as people see them: is this message yours, and a text written with its cost in sight."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from outreach.contact.gateways.console import ConsoleGateway
from outreach.contact.models import HandsetDisplay, OwnText, SenderNumber
from outreach.contact.texts import show_ref
from outreach.people.models import Role
from tests.browser import OpenPage
from tests.contact.words import drain, queue
from tests.factories import municipality, user

pytestmark = pytest.mark.django_db(transaction=True)
Check = Callable[[Page], None]


def test_someone_checks_a_message_that_they_got_without_javascript(
    open_page: OpenPage, axe: Check, fits_width: Check, shot: Callable[[Page, str], Path]
) -> None:
    SenderNumber.objects.create(number="+81300000123", use="staff", label="総務課", municipality=municipality())
    HandsetDisplay.objects.create(gateway="console", carrier="au", shown_as="+1 500 555", tested_on=date(2022, 4, 1))
    message = queue(municipality=municipality())
    drain(gateway=ConsoleGateway())
    page = open_page("phone", javascript=False)
    page.goto("/senders/")
    expect(page.get_by_role("main")).to_contain_text("まだ確かめていません")  # of the carriers that nobody tested
    page.get_by_label("連絡番号").fill(show_ref(message.pk))
    page.get_by_label("届いた電話番号").fill("090-0000-0001")
    page.get_by_role("button", name="確かめる").click()
    expect(page.get_by_role("status")).to_contain_text("わたしたちが送った連絡です")
    fits_width(page)
    axe(page)
    shot(page, "contact-senders-phone")


def test_a_coordinator_writes_a_text_and_sees_its_cost_while_typing(
    browser_page: Page, axe: Check, shot: Callable[[Page, str], Path]
) -> None:
    page, client = browser_page, Client()
    client.force_login(user(Role.COORDINATOR, municipality=municipality()))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": settings.PUBLIC_URL}])
    page.goto("/staff/messages/texts/")
    page.get_by_role("link", name=re.compile("^直す ?：前日のお知らせ（SMS）$")).click()
    preview, area = page.locator("#preview"), page.get_by_label("文面")
    expect(preview).to_contain_text("2通")
    page.wait_for_load_state()  # a click does not wait for the script that listens to the keys
    area.fill("【{town}】あすの教室です。{callback} 連絡番号{ref}")
    expect(preview).to_contain_text("1通")
    area.press_sequentially(" {x}")
    expect(preview).to_contain_text("知らない差し込み欄です：x")
    axe(page)
    shot(page, "contact-text-desktop")
    area.fill("【{town}】あすの教室です。{callback} 連絡番号{ref}")
    page.get_by_role("button", name="保存する").click()
    expect(page.get_by_role("main")).to_contain_text("文面を保存しました")
    assert OwnText.objects.get().municipality_id == "01511"
