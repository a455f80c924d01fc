"""Twilio's status callbacks: signed, repeated, late, forged."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from twilio.request_validator import RequestValidator

from outreach.contact.models import CallTask, Consent, Message, MessageEvent, MessageStatus, Why
from tests.contact.words import MOBILE, drain, queue
from tests.twilio_standin import AUTH_TOKEN, TwilioStandIn

pytestmark = pytest.mark.django_db
S = MessageStatus


@pytest.fixture
def sent(twilio: TwilioStandIn) -> Message:
    message = queue()
    drain()
    message.refresh_from_db()
    return message


def call_back(
    message: Message,
    status: str,
    *,
    error: int | None = None,
    token: str = AUTH_TOKEN,
    attempt: int = 1,
    sid: str = "",
    algorithm: str = "",
    **headers: str,
) -> int:
    path = f"/hooks/twilio/status/{message.pk}/{attempt}/"
    fields = {"MessageSid": sid or message.provider_id or "SMx", "MessageStatus": status, "To": message.to}
    if error:
        fields["ErrorCode"] = str(error)
    signature = RequestValidator(token).compute_signature(settings.PUBLIC_URL + path, fields, algorithm or None)
    if algorithm:
        headers["X-Twilio-Webhooks-Signature-Settings"] = f"key=k1,algorithm={algorithm}"
    answer = Client(enforce_csrf_checks=True).post(path, fields, headers={"X-Twilio-Signature": signature, **headers})
    message.refresh_from_db()
    return answer.status_code


def test_a_delivery_is_written_down(sent: Message) -> None:
    assert call_back(sent, "delivered") == 200
    assert sent.status == S.DELIVERED


def test_a_callback_signed_by_sha256_is_taken(sent: Message) -> None:
    assert call_back(sent, "delivered", algorithm="HMAC_SHA256") == 200
    assert sent.status == S.DELIVERED


@pytest.mark.parametrize("algorithm", ["HMAC_MD5", "none"])
def test_an_unknown_way_of_signing_is_forged(sent: Message, algorithm: str) -> None:
    path = f"/hooks/twilio/status/{sent.pk}/1/"
    answer = Client().post(
        path, {"MessageSid": "x"}, headers={"X-Twilio-Webhooks-Signature-Settings": f"algorithm={algorithm}"}
    )
    assert answer.status_code == 403


def test_a_forged_callback_changes_nothing(sent: Message) -> None:
    assert call_back(sent, "delivered", token="guessed") == 403
    path = f"/hooks/twilio/status/{sent.pk}/1/"
    assert Client().post(path, {"MessageSid": sent.provider_id, "MessageStatus": "delivered"}).status_code == 403
    assert Client().post(path, {}, headers={"X-Twilio-Signature": "é"}).status_code == 403
    assert Client().get(path).status_code == 405
    sent.refresh_from_db()
    assert sent.status == S.SENT


def test_without_a_secret_every_callback_is_forged(sent: Message, settings: Any) -> None:
    settings.TWILIO_AUTH_TOKEN = ""
    assert call_back(sent, "delivered", token="") == 403
    assert sent.status == S.SENT


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (30003, Why.UNREACHABLE),
        (30004, Why.BLOCKED),
        (30005, Why.NUMBER_INVALID),
        (30006, Why.NOT_SMS),
        (30007, Why.BLOCKED),
        (30008, Why.UNREACHABLE),
        (39999, Why.PROVIDER_REFUSED),
    ],
)
def test_what_did_not_arrive_goes_to_a_person(sent: Message, error: int, why: str) -> None:
    assert call_back(sent, "undelivered", error=error) == 200
    assert (sent.status, sent.why) == (S.CALL, why)
    call = CallTask.objects.get()
    assert (call.number, call.why, call.message) == (MOBILE, why, sent)


def test_a_repeated_callback_changes_nothing(sent: Message) -> None:
    call_back(sent, "undelivered", error=30003)
    events = MessageEvent.objects.count()
    assert [call_back(sent, "undelivered", error=30003) for _ in range(3)] == [200, 200, 200]
    assert (MessageEvent.objects.count(), CallTask.objects.count()) == (events, 1)


def test_a_late_callback_is_logged_and_changes_nothing(sent: Message) -> None:
    call_back(sent, "delivered")
    assert call_back(sent, "sent") == 200
    assert call_back(sent, "undelivered", error=30003) == 200
    assert sent.status == S.DELIVERED
    assert sent.events.filter(code="late").count() == 2
    assert not CallTask.objects.exists()


def test_callbacks_out_of_order_only_move_forwards(sent: Message) -> None:
    for status in ("delivered", "queued", "sent", "sending"):
        assert call_back(sent, status) == 200
    assert sent.status == S.DELIVERED


def test_a_callback_proves_what_was_in_doubt(sent: Message) -> None:
    Message.objects.filter(pk=sent.pk).update(status=S.UNKNOWN, provider_id="")
    assert call_back(sent, "sent", sid="SM1") == 200
    assert (sent.status, sent.provider_id) == (S.SENT, "SM1")


def test_a_callback_about_another_sending_is_only_logged(sent: Message) -> None:
    assert call_back(sent, "undelivered", error=30003, sid="SMother") == 200
    assert call_back(sent, "delivered", attempt=7) == 200
    assert sent.status == S.SENT


@pytest.mark.parametrize("fields", [{}, {"MessageSid": "SM1"}, {"MessageSid": "SM1", "MessageStatus": "dancing"}])
def test_a_callback_that_says_nothing_we_know_is_answered_200(sent: Message, fields: dict[str, str]) -> None:
    path = f"/hooks/twilio/status/{sent.pk}/1/"
    signature = RequestValidator(AUTH_TOKEN).compute_signature(settings.PUBLIC_URL + path, fields)
    answer = Client().post(path, fields, headers={"X-Twilio-Signature": signature})
    assert answer.status_code == 200


def test_a_callback_about_a_message_that_is_gone_is_answered_200(sent: Message) -> None:
    sent.pk += 1000
    path = f"/hooks/twilio/status/{sent.pk}/1/"
    fields = {"MessageSid": "SM1", "MessageStatus": "sent"}
    signature = RequestValidator(AUTH_TOKEN).compute_signature(settings.PUBLIC_URL + path, fields)
    assert Client().post(path, fields, headers={"X-Twilio-Signature": signature}).status_code == 200


def test_a_stop_reported_later_is_kept_in_the_ledger(sent: Message) -> None:
    call_back(sent, "undelivered", error=21610)
    assert sent.status == S.REFUSED
    assert Consent.objects.get().source == "provider"
