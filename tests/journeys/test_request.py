"""A town hall asks for instructors on a phone without JavaScript: form, review, slip, found again, withdrawn."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from outreach.dispatch.models import DispatchRequest, LetterStatus, RequestLetter
from tests import factories
from tests.browser import OpenPage

pytestmark = pytest.mark.django_db(transaction=True)
Check = Callable[[Page], None]


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def write(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.locator(f"[name='{name.replace('__', '-')}']").fill(value)


def test_a_town_hall_asks_for_instructors_on_a_phone(
    open_page: OpenPage, axe: Check, fits_width: Check, shot: Callable[[Page, str], Path]
) -> None:
    page = open_page("phone", javascript=False)

    def look(name: str) -> None:
        fits_width(page)
        axe(page)
        shot(page, f"request-{name}-phone")

    factories.municipality()
    factories.course()
    page.goto("/dispatch/request/")
    page.get_by_label("講習会を開く市区町村").fill("さるふつ")
    press(page, "市区町村をさがす")
    look("town")
    page.get_by_role("link", name=re.compile("猿払村")).click()
    press(page, "次へ（内容を確かめる）")
    expect(page.get_by_role("alert")).to_contain_text("「担当者のお名前」を入力してください。")
    look("errors")
    first = timezone.localdate() + timedelta(days=20)
    write(page, asked_by="猿払村役場 福祉課", contact_name="浜辺 文子", contact_phone="03-0000-0101", heads="12")
    page.get_by_label("電話のかけ方").check()
    write(page, learners_65="9", earliest=first.isoformat(), latest=(first + timedelta(days=30)).isoformat())
    write(page, v1__name="交流センター", v1__address="浜鬼志別 1-1", v1__more="水 18:00-20:30", v1__closed="12/29〜1/3")
    page.get_by_label("手話").check()
    press(page, "次へ（内容を確かめる）")
    expect(page.get_by_text("月火水木金 9:00-17:00、水 18:00-20:30")).to_be_visible()
    look("review")
    press(page, "戻って書き直す")
    expect(page.locator("[name='v1-name']")).to_have_value("交流センター")
    expect(page.get_by_label("手話")).to_be_checked()
    press(page, "次へ（内容を確かめる）")
    press(page, "この内容で依頼する")
    look("done")
    reference = page.locator(".slip-code").inner_text()
    letter = RequestLetter.objects.get(reference=reference.replace("-", ""))
    assert letter.status == LetterStatus.WAITING
    assert not DispatchRequest.objects.exists()
    assert reference.replace("-", "") not in page.url
    press(page, "終わる（画面を閉じる）")

    page.get_by_role("link", name="依頼の確認・変更・取り下げ").click()
    write(page, reference=reference, phone="0300000101")
    press(page, "依頼を見る")
    look("mine")
    page.get_by_role("link", name="内容を直す").click()
    write(page, heads="15")
    press(page, "次へ（内容を確かめる）")
    press(page, "この内容に直す")
    expect(page.get_by_text("15人（うち65歳以上 9人）")).to_be_visible()
    page.get_by_role("link", name="依頼を取り下げる").click()
    press(page, "はい、取り下げます")
    expect(page.get_by_role("status")).to_contain_text("依頼を取り下げました")
    letter.refresh_from_db()
    assert letter.status == LetterStatus.WITHDRAWN
