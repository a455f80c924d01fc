"""What was shown instead of sent, and who we are on a handset."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from outreach.contact.gateways.console import ConsoleGateway
from outreach.contact.models import HandsetDisplay, Message, SenderNumber
from outreach.contact.texts import show_ref
from outreach.people.models import Role
from tests.contact.words import MOBILE, drain, queue
from tests.factories import municipality, user

pytestmark = pytest.mark.django_db
SHOWN = "/staff/messages/shown/"


def signed_in(role: Role = Role.ADMINISTRATOR, **reach: Any) -> Client:
    client = Client()
    client.force_login(user(role, **reach))
    return client


def shown(**fields: Any) -> Message:
    message = queue(**fields)
    drain(gateway=ConsoleGateway())
    return message


def test_every_shown_message_is_labelled_as_not_sent() -> None:
    shown(municipality=municipality())
    page = signed_in().get(SHOWN).content.decode()
    assert page.count("送信していません") >= 2
    assert "スマホ講習は4月10日(金)13:30からです" in page
    assert "090-0000-0001" in page


def test_staff_see_what_was_shown_in_their_own_town_only() -> None:
    shown(municipality=municipality("13101"))
    town = municipality()
    page = signed_in(Role.COORDINATOR, municipality=town).get(SHOWN).content.decode()
    assert "090-0000-0001" not in page


def test_strangers_sign_in_and_the_ministry_never_sees_a_person() -> None:
    assert Client().get(SHOWN).status_code == 302
    assert signed_in(Role.MINISTRY).get(SHOWN).status_code == 403


def test_the_list_costs_the_same_at_1_and_at_30_rows(same_queries_at_1_and_30: Callable[..., None]) -> None:
    client, town = signed_in(), municipality()
    same_queries_at_1_and_30(lambda: shown(municipality=town), lambda: client.get(SHOWN))


def test_all_messages_are_listed_by_status_in_scope(same_queries_at_1_and_30: Callable[..., None]) -> None:
    town = municipality()
    shown(municipality=municipality("13101"))
    queue(municipality=town)
    client = signed_in()
    assert client.get("/staff/messages/").content.decode().count("<tr>") == 3
    assert client.get("/staff/messages/?status=shown").content.decode().count("<tr>") == 2
    assert client.get("/staff/messages/?status=nonsense").content.decode().count("<tr>") == 3
    clerk = signed_in(Role.COORDINATOR, municipality=municipality("16204"))
    assert "090-0000-0001" not in clerk.get("/staff/messages/").content.decode()
    same_queries_at_1_and_30(lambda: queue(municipality=town), lambda: client.get("/staff/messages/"))


def test_senders_lists_our_numbers_and_what_we_never_ask(settings: Any) -> None:
    SenderNumber.objects.create(number="+81300000123", use="staff", label="総務課", municipality=municipality())
    SenderNumber.objects.create(number="+81300000124", use="staff", label="廃止", active=False)
    page = Client().get("/senders/").content.decode()
    for words in ("03-0000-0100", "03-0000-0123", "猿払村 総務課", "暗証番号", "マイナンバー", "188"):
        assert words in page
    assert "03-0000-0124" not in page


def test_until_tested_the_display_may_differ(settings: Any) -> None:
    settings.SMS_GATEWAY = "twilio"
    assert Client().get("/senders/").content.decode().count("表示が変わることがあります") == 4
    HandsetDisplay.objects.create(gateway="twilio", carrier="docomo", shown_as="+1 500", tested_on=date(2022, 4, 1))
    page = Client().get("/senders/").content.decode()
    assert page.count("表示が変わることがあります") == 3
    assert "+1 500" in page


def ask(ref: str, number: str = "090-0000-0001") -> tuple[int, str]:
    answer = Client().post(reverse("contact:senders"), {"ref": ref, "number": number})
    return answer.status_code, answer.content.decode()


def test_a_message_that_we_sent_is_known_again() -> None:
    message = shown()
    status, page = ask(show_ref(message.pk))
    assert status == 200
    assert "わたしたちが送った連絡です" in page
    assert "前日のお知らせ" in page
    assert "山田" not in page
    assert "わたしたちが送った連絡です" in ask(show_ref(message.pk).replace("-", ""), "０９０ー００００ー０００１")[1]


def test_a_reference_copied_from_another_persons_message_proves_nothing() -> None:
    assert "記録にありません" in ask(show_ref(shown().pk), "090-0000-0002")[1]
    assert "記録にありません" in ask("000-0000")[1]


def test_what_has_not_gone_out_is_not_ours_yet() -> None:
    assert "記録にありません" in ask(show_ref(queue().pk))[1]


def test_a_malformed_question_is_asked_again() -> None:
    assert "数字で" in ask("123-4567", "abc")[1]
    assert "「連絡番号」を入力してください" in ask("")[1]


def test_guessing_ends_after_thirty_misses() -> None:
    for _ in range(30):
        assert ask("000-0000")[0] == 200
    status, page = ask("000-0000")
    assert (status, "回数が多すぎます" in page) == (429, True)
    assert Message.objects.filter(to=MOBILE).count() == 0
