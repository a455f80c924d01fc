"""Draining the outbox through the real SDK to a stand-in."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from pytest_django.fixtures import Settings
from twilio.rest import Client

from outreach.contact import services
from outreach.contact.gateways import ReplyLost
from outreach.contact.gateways.console import ConsoleGateway
from outreach.contact.gateways.twilio import OneHostClient, TooLate, TwilioGateway, UnknownHost, within
from outreach.contact.models import (
    CallTask,
    Consent,
    ConsentSource,
    Kind,
    Message,
    MessageEvent,
    MessageStatus,
    Pace,
    Why,
)
from outreach.contact.services.pacing import reserve_slots
from outreach.contact.texts import show_ref
from tests.backend.test_worker import until
from tests.contact.words import MOBILE, at, drain, queue, ten
from tests.twilio_standin import SENDER, Mood, TwilioStandIn

pytestmark = pytest.mark.django_db
S = MessageStatus


def statuses() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("status", flat=True))


def test_a_due_message_is_sent_once_with_its_reference_and_callback(twilio: TwilioStandIn) -> None:
    message = queue()
    drain()
    drain()
    message.refresh_from_db()
    [sent] = twilio.messages
    assert (message.status, message.provider_id, message.gateway) == (S.SENT, sent["sid"], "twilio")
    assert sent["to"] == MOBILE
    assert f"連絡番号{show_ref(message.pk)}" in sent["body"]
    assert sent["callback"].endswith(f"/hooks/twilio/status/{message.pk}/1/")
    assert [e.new for e in message.events.all()] == ["pending", "sending", "sent"]
    assert message.segments == 2


def test_the_nearest_class_is_told_first(twilio: TwilioStandIn) -> None:
    queue(to="+819000000003", needed_by=None)
    queue(to="+819000000002", needed_by=at(13, days=9))
    queue(to="+819000000001", needed_by=at(13, days=2))
    drain()
    assert [row["to"][-1] for row in twilio.messages] == ["1", "2", "3"]


def test_what_is_not_yet_due_waits(twilio: TwilioStandIn) -> None:
    queue(due_at=at(15))
    drain()
    assert (twilio.messages, statuses()) == ([], ["pending"])


def test_outside_the_hours_only_what_was_just_done_goes(twilio: TwilioStandIn) -> None:
    queue(Kind.REMINDER_DAY_BEFORE)
    queue(Kind.CONFIRMATION, to="+819000000002")
    drain(clock=lambda: at(20))
    assert [row["to"] for row in twilio.messages] == ["+819000000002"]
    assert statuses() == ["pending", "sent"]


def test_a_refusal_is_honoured_at_the_instant_of_sending(twilio: TwilioStandIn) -> None:
    reminder, cancelled = queue(), queue(Kind.CANCELLATION)
    services.record_consent(number=MOBILE, given=False, at=timezone.now(), source=ConsentSource.SPOKEN, channel="sms")
    drain()
    assert twilio.messages == []
    assert statuses() == ["refused", "call"]  # what must be told goes to a person
    assert CallTask.objects.get().subject == cancelled.subject
    assert Message.objects.get(pk=reminder.pk).why == Why.REFUSED


def test_a_refusal_of_reminders_does_not_stop_cancellations(twilio: TwilioStandIn) -> None:
    services.record_consent(
        number=MOBILE, given=False, at=timezone.now(), source=ConsentSource.WEB, channel="sms", purpose="reminder"
    )
    queue()
    queue(Kind.CANCELLATION)
    drain()
    assert statuses() == ["refused", "sent"]


def test_a_reminder_of_a_class_that_has_begun_is_not_sent(twilio: TwilioStandIn) -> None:
    queue(needed_by=at(10, days=1))
    drain()
    assert (twilio.messages, statuses()) == ([], ["withdrawn"])


@pytest.mark.parametrize(
    ("code", "why"),
    [(21211, Why.NUMBER_INVALID), (21614, Why.NOT_SMS)],
)
def test_a_number_that_takes_no_text_is_rung_instead(twilio: TwilioStandIn, code: int, why: str) -> None:
    twilio.refused[MOBILE] = code
    message = queue()
    drain()
    message.refresh_from_db()
    assert (message.status, message.why) == (S.CALL, why)
    assert CallTask.objects.get().why == why
    assert message.events.filter(code=str(code)).exists()


def test_a_stop_answered_to_the_provider_is_kept_in_the_ledger(twilio: TwilioStandIn) -> None:
    twilio.refused[MOBILE] = 21610
    queue()
    queue(Kind.CANCELLATION)
    drain()
    word = Consent.objects.get()
    assert (word.number, word.channel, word.given, word.source) == (MOBILE, "sms", False, "provider")
    assert statuses() == ["refused", "call"]
    assert len([r for r in twilio.requests if r[1] == "POST"]) == 1  # the second was not even tried


def test_a_busy_provider_is_tried_again_later_and_at_last_a_person_rings(twilio: TwilioStandIn) -> None:
    twilio.behave = lambda form: Mood.BUSY
    message = queue()
    clock = ten()
    drain(clock=lambda: clock)
    message.refresh_from_db()
    assert (message.status, message.next_at) == (S.PENDING, clock + timedelta(seconds=15))
    assert drain(clock=lambda: clock).by_status.total() == 0  # not before its time
    for hour in (11, 12, 13, 14, 15):
        drain(clock=lambda hour=hour: at(hour))
    message.refresh_from_db()
    assert (message.status, message.why, message.attempt) == (S.CALL, Why.GAVE_UP, 6)


def test_wrong_credentials_stop_the_drain_and_lose_nothing(twilio: TwilioStandIn, settings: Any) -> None:
    settings.TWILIO_AUTH_TOKEN = "wrong"
    for number in range(5):
        queue(to=f"+81900000100{number}")
    drained = drain()
    assert drained.down == {"twilio"}
    assert len(twilio.requests) == 1
    assert statuses() == ["pending"] * 5
    settings.TWILIO_AUTH_TOKEN = "stand-in-token"
    drain(clock=lambda: at(11))
    assert statuses() == ["sent"] * 5


@pytest.mark.parametrize(
    "mood", [Mood.DROPS_BEFORE, Mood.DROPS_AFTER, Mood.FAILS_BEFORE, Mood.FAILS_AFTER, Mood.HANGS, Mood.GARBLES]
)
def test_a_lost_reply_is_unknown_and_not_sent_again(twilio: TwilioStandIn, mood: Mood) -> None:
    twilio.behave = lambda form: mood
    message = queue()
    drain()
    drain(clock=lambda: at(12))
    message.refresh_from_db()
    assert message.status == S.UNKNOWN
    assert len([r for r in twilio.requests if r[1] == "POST"]) == 1


def test_a_drip_of_bytes_does_not_outlast_the_deadline() -> None:
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        within(0.2, lambda: time.sleep(60))
    assert time.monotonic() - started < 50


def test_a_port_where_nobody_listens_is_certainly_not_sent(twilio: TwilioStandIn, settings: Any) -> None:
    settings.TWILIO_API_URL = "http://127.0.0.1:9"
    queue()
    drain()
    assert statuses() == ["pending"]


@pytest.mark.django_db(transaction=True)
def test_what_was_taken_back_while_it_was_sent_is_not_sent_again(twilio: TwilioStandIn) -> None:
    message = queue()

    def take_back(form: dict[str, Any]) -> Mood:
        services.withdraw_messages(subject=message.subject)
        connection.close()  # of the stand-in's thread
        return Mood.BUSY

    twilio.behave = take_back
    drain()
    message.refresh_from_db()
    assert (message.status, message.why) == (S.WITHDRAWN, Why.UNTRUE)


def test_sample_rows_go_to_the_loopback_only(twilio: TwilioStandIn, settings: Any) -> None:
    queue(sample=True)
    drain()
    assert statuses() == ["sent"]
    settings.TWILIO_API_URL = ""
    queue(sample=True)
    drain()
    assert statuses() == ["sent", "shown"]
    assert Message.objects.get(status="shown").why == Why.SAMPLE


def test_the_sdk_may_talk_to_no_other_host(twilio: TwilioStandIn) -> None:
    client = OneHostClient(twilio.url, 1)
    assert client.mapped("https://api.twilio.com/2010-04-01/x.json?To=1") == f"{twilio.url}/2010-04-01/x.json?To=1"
    with pytest.raises(UnknownHost):
        client.request("GET", "https://messaging.twilio.com/v1/Services")


def test_a_thread_that_was_given_up_on_sends_nothing_later(
    twilio: TwilioStandIn, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy machine it may begin after its time: by then the message may have been looked up and sent again."""
    settings.SMS_DEADLINE = 0.2
    gateway = TwilioGateway()
    old, ended = gateway.client, []

    def slow_to_start(client: Client) -> None:
        time.sleep(0.4)
        try:
            client.messages.create(to=MOBILE, from_=SENDER, body="遅い")
        except TooLate as error:
            ended.append(error)
            raise

    with pytest.raises(ReplyLost, match="deadline"):
        gateway._ask(slow_to_start)
    assert until(lambda: len(ended) == 1)
    assert twilio.requests == []
    assert gateway.client is not old


def test_no_number_reaches_the_log(twilio: TwilioStandIn, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    twilio.behave = lambda form: Mood.DROPS_AFTER
    queue()
    drain()
    services.reconcile(now=at(12))
    twilio.refused["+819000000002"] = 21211
    queue(to="+819000000002")
    drain()
    assert statuses() == ["sent", "call"]
    logged = "\n".join(f"{r.getMessage()} {r.exc_text or ''}" for r in caplog.records if r.name != "django.db.backends")
    assert "9000000001" not in logged
    assert "9000000002" not in logged
    assert "猿払村" not in logged


def test_the_console_shows_and_sends_nothing() -> None:
    message = queue()
    drain(gateway=ConsoleGateway())
    message.refresh_from_db()
    assert (message.status, message.gateway) == (S.SHOWN, "console")
    assert "猿払村" in message.body


def test_mail_goes_to_those_who_work_here(settings: Any) -> None:
    message = queue(Kind.WORK_NOTE, channel="email", to="sato@example.jp")
    drain()
    message.refresh_from_db()
    assert message.status == S.SHOWN  # the tests' mail goes nowhere
    assert mail.outbox[0].subject == "【津々浦々】報告のお願い"
    assert mail.outbox[0].to == ["sato@example.jp"]


def test_no_allowed_hour_left_makes_a_call_of_what_must_be_told() -> None:
    pressing = queue(Kind.CANCELLATION, needed_by=at(8, days=2))
    queue(Kind.REMINDER_SAME_DAY, needed_by=at(8, days=2))
    later = queue(needed_by=at(15, days=2))
    assert services.settle_late(now=at(12)) == 0
    assert services.settle_late(now=at(20)) == 2
    assert statuses() == ["call", "withdrawn", "pending"]
    assert CallTask.objects.get().subject == pressing.subject
    assert later.status == S.PENDING


@pytest.mark.django_db(transaction=True)
def test_four_drains_at_once_send_each_message_once(twilio: TwilioStandIn, settings: Any) -> None:
    settings.MESSAGES_PER_SECOND = 200
    for number in range(60):
        queue(to=f"+8190000020{number:02d}")
    now = ten()

    def one(_: int) -> int:
        try:
            began = timezone.now()
            return drain(clock=lambda: now + (timezone.now() - began), sleep=time.sleep).by_status.total()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(one, range(4))) == 60
    assert len(twilio.messages) == len({row["to"] for row in twilio.messages}) == 60


def test_the_rate_is_shared_through_one_row() -> None:
    now = ten()
    first = list(reserve_slots(gateway="twilio", count=5, per_second=10, per_day=0, now=now))
    then = list(reserve_slots(gateway="twilio", count=5, per_second=10, per_day=0, now=now))
    gaps = {b - a for a, b in zip([*first, *then], [*first, *then][1:], strict=False)}
    assert gaps == {timedelta(seconds=0.1)}
    assert first[0] == now


def test_the_days_share_ends_and_begins_anew_tomorrow(twilio: TwilioStandIn, settings: Any) -> None:
    settings.MESSAGES_PER_DAY = 2
    for number in range(3):
        queue(to=f"+81900000300{number}", needed_by=at(13, days=5))
    drain()
    assert len(twilio.messages) == 2
    assert Pace.objects.get().sent_on_day == 2
    drain(clock=lambda: at(10, days=2))
    assert len(twilio.messages) == 3


def test_the_months_money_ends_the_sending(twilio: TwilioStandIn, settings: Any) -> None:
    settings.SMS_YEN_PER_MONTH, settings.SMS_YEN_PER_SEGMENT = 20, 13  # two segments are 26 yen
    settings.MESSAGES_PER_SECOND = 1
    for number in range(3):
        queue(to=f"+81900000300{number}")
    drain()
    assert len(twilio.messages) == 1
    assert statuses().count("pending") == 2


def test_a_spent_budget_for_texts_does_not_keep_mail_back(twilio: TwilioStandIn, settings: Any) -> None:
    settings.SMS_YEN_PER_MONTH = settings.SMS_YEN_PER_SEGMENT = settings.MESSAGES_PER_SECOND = 1
    settings.MAILS_PER_DAY = 2
    for number in range(3):
        queue(Kind.WORK_NOTE, channel="email", to=f"staff{number}@example.jp")
        queue(to=f"+81900000300{number}")
    drain()
    assert len(twilio.messages) == 1
    assert len(mail.outbox) == 2


def test_send_due_drains_once_and_says_what_it_did(twilio: TwilioStandIn, capsys: pytest.CaptureFixture[str]) -> None:
    queue(Kind.CONFIRMATION)
    call_command("send_due", limit=10)
    assert capsys.readouterr().out.splitlines() == ["sent 1", "reconciled 0, too late 0, total 1"]


def test_every_change_of_status_has_its_event(twilio: TwilioStandIn) -> None:
    twilio.refused["+819000000009"] = 21614
    queue()
    queue(to="+819000000009")
    drain()
    for message in Message.objects.all():
        events = list(message.events.all())
        assert events[-1].new == message.status
        assert [e.old for e in events[1:]] == [e.new for e in events[:-1]]


def test_a_final_status_cannot_be_left_even_by_hand() -> None:
    message = queue()
    Message.objects.filter(pk=message.pk).update(status=S.DELIVERED)
    with pytest.raises(Exception, match="contact_message_final_stays"), transaction.atomic():
        Message.objects.filter(pk=message.pk).update(status=S.PENDING)
    Message.objects.filter(pk=message.pk).update(status=S.DELIVERED, to="")


def test_statements_a_message_are_few_and_fixed(twilio: TwilioStandIn, query_count: Any) -> None:
    def many(count: int) -> int:
        for number in range(count):
            queue(to=f"+8190000040{number:02d}")
        return int(query_count(drain))

    few, more = many(2), many(12)
    assert (more - few) / 10 <= 12, f"{(more - few) / 10} a message, savepoints of the test included"
    assert MessageEvent.objects.filter(new="sent").count() == 14
