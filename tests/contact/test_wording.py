"""Texts that staff write: previewed, checked, used, taken back."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from outreach.contact import services, texts
from outreach.contact.gateways.console import ConsoleGateway
from outreach.contact.models import Kind, Message, OwnText
from outreach.people.models import AccessLog, Role
from tests.contact.words import drain, queue
from tests.factories import municipality, user

pytestmark = pytest.mark.django_db
OURS = "【{town}】あすの教室です。{callback} 連絡番号{ref}"
EDIT = "/staff/messages/texts/sms/reminder_day_before/"


def clerk(code: str = "01511") -> Client:
    client = Client()
    client.force_login(user(Role.COORDINATOR, municipality=municipality(code)))
    return client


def use(text: str, code: str | None = "01511", **others: Any) -> None:
    town = municipality(code) if code else None
    fields = {"way": "sms", "kind": Kind.REMINDER_DAY_BEFORE, "town": town, "text": text, "by": user()}
    services.save_text(**{**fields, **others})


def told(code: str) -> str:
    message = queue(municipality=municipality(code))
    drain(gateway=ConsoleGateway())
    return Message.objects.get(pk=message.pk).body


@pytest.mark.django_db(transaction=True)
def test_a_towns_own_text_is_used_there_and_nowhere_else() -> None:
    use(OURS)
    assert told("01511").startswith("【猿払村】あすの教室です。")
    assert "スマホ講習" in told("13101")


@pytest.mark.django_db(transaction=True)
def test_a_text_for_all_serves_towns_without_their_own() -> None:
    use(OURS.replace("あす", "明日"), code=None)
    use(OURS)
    assert "明日の教室" in told("13101")
    assert "あすの教室" in told("01511")
    use("")  # takes the town's own away
    assert "明日の教室" in told("01511")


def test_the_delivered_text_saved_again_is_not_kept_as_ones_own() -> None:
    use(OURS)
    use(texts.delivered_text("sms", Kind.REMINDER_DAY_BEFORE))
    assert not OwnText.objects.exists()


def test_a_text_that_cannot_be_sent_is_not_saved_and_the_old_one_stays() -> None:
    use(OURS)
    with pytest.raises(texts.BadText):
        use("{secret} {town} {callback} 連絡番号{ref}")
    assert OwnText.objects.get().text == OURS


def test_a_coordinator_writes_previews_and_takes_back(django_capture_on_commit_callbacks: Callable[..., Any]) -> None:
    client = clerk()
    page = client.get(EDIT).content.decode()
    assert "2通" in page
    assert "約26円" in page
    page = client.post(EDIT, {"text": OURS, "act": "preview"}).content.decode()
    assert "1通（38文字）" in page
    assert not OwnText.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(EDIT, {"text": OURS, "act": "save"}).status_code == 302
    assert "あすの教室" in client.get("/staff/messages/texts/").content.decode()
    assert AccessLog.objects.get().subject == "text:sms/reminder_day_before"
    with django_capture_on_commit_callbacks(execute=True):
        client.post(EDIT, {"act": "reset"})
    assert not OwnText.objects.exists()


def test_the_live_preview_gives_only_the_fragment() -> None:
    answer = clerk().post(EDIT, {"text": OURS, "act": "preview"}, headers={"X-Fragment": "preview"})
    page = answer.content.decode()
    assert "<html" not in page
    assert "【猿払村】あすの教室です。03-0000-0100 連絡番号482-6159" in page


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{secret}{town}{callback} 連絡番号{ref}", "secret"),
        ("{town}{callback} https://example.jp 連絡番号{ref}", "リンク"),
        ("{town}{callback}", "連絡番号{ref}"),
        ("{town", "組"),
        ("", "入力してください"),
    ],
)
def test_what_is_wrong_with_a_text_is_said_beside_it(text: str, says: str) -> None:
    page = clerk().post(EDIT, {"text": text, "act": "save"}).content.decode()
    assert says in page
    assert not OwnText.objects.exists()


def test_markup_in_a_text_is_only_text() -> None:
    page = clerk().post(EDIT, {"text": "<b>{town}</b>{callback} 連絡番号{ref}", "act": "preview"}).content.decode()
    assert "&lt;b&gt;猿払村" in page


def test_a_coordinator_writes_for_the_own_town_only() -> None:
    client = clerk("13101")
    client.post(f"{EDIT}?town=01511", {"text": OURS, "act": "save"})
    assert OwnText.objects.get().municipality_id == "13101"


def test_others_may_not_write() -> None:
    for role in (Role.MINISTRY, Role.SUPPORTER):
        client = Client()
        client.force_login(user(role))
        assert client.get(EDIT).status_code == 403
    assert Client().post(EDIT, {"text": OURS, "act": "save"}).status_code == 302
    assert not OwnText.objects.exists()


@pytest.mark.parametrize("path", ["fax/change", "sms/nothing", "email/waitlisted"])
def test_a_text_that_does_not_exist_is_not_found(path: str) -> None:
    assert clerk().get(f"/staff/messages/texts/{path}/").status_code == 404
