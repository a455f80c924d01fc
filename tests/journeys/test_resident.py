"""The resident's whole way in a browser: from the first page to the slip, back to the booking, and out of it again."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from outreach.classes.models import Session
from outreach.contact.models import CallTask, Message
from outreach.registration.models import Booking, BookingStatus
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
Check = Callable[[Page], None]
Shot = Callable[[Page, str], Path]


@pytest.fixture
def look(axe: Check, fits_width: Check, shot: Shot, request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """What every page must pass; keeps a picture."""
    kind = re.sub(r".*\[(.*)\]", r"\1", request.node.name)

    def check(page: Page, name: str) -> None:
        fits_width(page)
        axe(page)
        shot(page, f"resident-{name}-{kind}")

    return check


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_a_resident_finds_a_class_books_finds_it_again_and_cancels(
    each_page: Page, look: Callable[[Page, str], None]
) -> None:
    page, session = each_page, factories.session()
    page.goto("/")
    look(page, "home")
    page.get_by_role("textbox", name="郵便番号").fill("〒０９８−６２３１")
    press(page, "近い講習会をさがす")
    look(page, "results")
    page.get_by_role("link", name=re.compile("くわしく見る")).click()
    look(page, "class")
    page.get_by_role("link", name="自分が参加する").click()
    press(page, "次へ（内容を確かめる）")
    expect(page.get_by_role("alert")).to_contain_text("入力を確認してください")
    look(page, "form-errors")
    page.get_by_role("textbox", name=re.compile("^お名前(?!の)")).fill("𠮷田 ヨネ")
    page.get_by_role("textbox", name="ふりがな").fill("よしだ よね")
    page.get_by_role("textbox", name=re.compile("^電話番号")).fill("03-0000-0021")
    page.get_by_label("携帯電話のSMS").check()
    press(page, "次へ（内容を確かめる）")
    expect(page.get_by_text("固定電話にはSMSが届かないので、職員がお電話します。")).to_be_visible()
    look(page, "review")
    press(page, "戻って書き直す")
    expect(page.get_by_role("textbox", name="ふりがな")).to_have_value("よしだ よね")
    press(page, "次へ（内容を確かめる）")
    press(page, "この内容で申し込む")
    look(page, "done")
    reference = page.locator(".slip-code").inner_text()
    booking = Booking.objects.get(reference=reference.replace("-", ""))
    assert booking.status == BookingStatus.CONFIRMED
    assert CallTask.objects.filter(subject=booking.subject, kind="reminder_day_before").exists()
    assert not CallTask.objects.filter(subject=booking.subject, kind="confirmation").exists()  # the page just said so
    assert reference.replace("-", "") not in page.url

    page.get_by_role("link", name="申し込みの内容を見る・変える").click()
    page.get_by_role("link", name="申込票を見る・印刷する").click()
    page.emulate_media(media="print")
    look(page, "slip-on-paper")
    expect(page.get_by_role("heading", name="ご連絡は、この番号からします")).to_be_visible()
    expect(page.get_by_role("contentinfo")).to_be_hidden()
    page.emulate_media(media="screen")
    page.get_by_role("link", name="申し込みの内容へ戻る").click()
    press(page, "終わる（画面を閉じる）")

    page.get_by_role("link", name="申し込みを確認する・取り消す").click()
    look(page, "lookup")
    page.get_by_role("textbox", name="申込番号").fill(reference)
    page.get_by_role("textbox", name="電話番号").fill("0300000021")
    press(page, "申し込みを見る")
    look(page, "mine")
    page.get_by_role("link", name="申し込みを取り消す").click()
    look(page, "cancel")
    press(page, "はい、取り消します")
    expect(page.get_by_role("status")).to_contain_text("申し込みを取り消しました")
    booking.refresh_from_db()
    assert booking.status == BookingStatus.CANCELLED
    assert Session.objects.get(pk=session.pk).seats_taken == 0


def test_a_daughter_puts_her_mother_on_the_waitlist_of_the_class_on_a_flyer(
    each_page: Page, look: Callable[[Page, str], None]
) -> None:
    page, session = each_page, factories.session()
    Session.objects.filter(pk=session.pk).update(capacity=1, seats_taken=1)
    page.goto("/")
    page.get_by_role("textbox", name="講習会番号").fill(f"{session.code[:2]}-{session.code[2:4]}-{session.code[4:]}")
    press(page, "この講習会を見る")
    look(page, "full-class")
    page.get_by_role("link", name="家族や知り合いの代わりに申し込む").click()
    look(page, "family-form")
    for name, value in (
        ("参加する方のお名前", "山本 トメ"),
        ("参加する方のふりがな", "やまもと とめ"),
        ("参加する方の電話番号", "03-0000-0023"),
        ("あなたのお名前", "山本 恵"),
        ("参加する方との関係", "長女"),
        ("あなたの電話番号", "090-0000-0024"),
    ):
        page.get_by_role("textbox", name=name).fill(value)
    page.get_by_label("あなた（申し込む方）").check()
    press(page, "次へ（内容を確かめる）")
    look(page, "family-review")
    press(page, "この内容でキャンセル待ちをする")
    look(page, "waitlisted")
    booking = Booking.objects.get()
    assert (booking.status, booking.tell) == (BookingStatus.WAITLISTED, "proxy")
    assert set(Message.objects.values_list("to", flat=True)) == {"+819000000024"}


def test_going_back_after_booking_does_not_book_twice(each_page: Page) -> None:
    page, session = each_page, factories.session()
    page.goto(f"/classes/{session.code}/apply/")
    page.get_by_role("textbox", name=re.compile("^お名前(?!の)")).fill("よしだ よね")
    page.get_by_role("textbox", name=re.compile("^電話番号")).fill("090-0000-0021")
    page.get_by_label("電話（職員がお電話します）").check()
    press(page, "次へ（内容を確かめる）")
    # A click does not wait for the next page, and going back in between has no page to leave.
    expect(page.get_by_role("button", name="この内容で申し込む")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("textbox", name=re.compile("^電話番号"))).to_have_value("090-0000-0021")
    press(page, "次へ（内容を確かめる）")
    press(page, "この内容で申し込む")
    page.goto(f"/classes/{session.code}/apply/")
    page.get_by_role("textbox", name=re.compile("^お名前(?!の)")).fill("よしだ よね")
    page.get_by_role("textbox", name=re.compile("^電話番号")).fill("090-0000-0021")
    page.get_by_label("電話（職員がお電話します）").check()
    press(page, "次へ（内容を確かめる）")
    press(page, "この内容で申し込む")
    expect(page.get_by_role("heading", name="申し込みが決まりました")).to_be_visible()
    assert Booking.objects.count() == 1
