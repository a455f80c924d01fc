"""Doubt, and how it ends: by the provider's list, by a person, or for cancellations by one flagged repeat."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from outreach.contact import services
from outreach.contact.models import CallTask, Kind, Message, MessageStatus, Why
from outreach.contact.rules import MAX_LOOKUPS
from outreach.contact.texts import REPEATED
from tests.contact.words import MOBILE, at, drain, queue, ten
from tests.twilio_standin import Mood, TwilioStandIn

pytestmark = pytest.mark.django_db
S = MessageStatus


def left_in_the_middle(**changes: Any) -> Message:
    """A message whose sender died between its claim and its word."""
    message = queue(**changes)
    Message.objects.filter(pk=message.pk).update(
        status=S.SENDING, attempt=1, lease_until=ten() + timedelta(seconds=3), gateway="twilio"
    )
    message.refresh_from_db()
    return message


def doubtful(twilio: TwilioStandIn, mood: Mood, kind: str = Kind.REMINDER_DAY_BEFORE) -> Message:
    """A message whose reply was lost."""
    twilio.behave = lambda form: mood
    message = queue(kind)
    drain()
    twilio.behave = lambda form: Mood.FINE
    message.refresh_from_db()
    assert message.status == S.UNKNOWN
    return message


def look_up_until_settled(message: Message, now: datetime) -> datetime:
    for _ in range(MAX_LOOKUPS):
        services.reconcile(now=now)
        now += timedelta(minutes=6)
    message.refresh_from_db()
    return now


@pytest.mark.parametrize("mood", [Mood.DROPS_AFTER, Mood.FAILS_AFTER, Mood.GARBLES])
def test_what_the_provider_has_is_sent_and_not_sent_again(twilio: TwilioStandIn, mood: Mood) -> None:
    message = doubtful(twilio, mood)
    assert services.reconcile(now=at(11)) == {S.SENT: 1}
    drain(clock=lambda: at(12))
    message.refresh_from_db()
    assert (message.status, message.provider_id) == (S.SENT, twilio.messages[0]["sid"])
    assert len(twilio.messages) == 1


@pytest.mark.parametrize("mood", [Mood.DROPS_BEFORE, Mood.FAILS_BEFORE])
def test_what_the_provider_never_had_is_sent_again(twilio: TwilioStandIn, mood: Mood) -> None:
    message = doubtful(twilio, mood)
    services.reconcile(now=at(11))
    drain(clock=lambda: at(12))
    message.refresh_from_db()
    assert (message.status, message.attempt, message.repeats) == (S.SENT, 2, False)
    assert len(twilio.messages) == 1


def test_nothing_is_looked_up_before_the_lease_has_passed(twilio: TwilioStandIn) -> None:
    message = left_in_the_middle()
    services.reconcile(now=ten() + timedelta(seconds=2))
    message.refresh_from_db()
    assert (message.status, twilio.requests) == (S.SENDING, [])
    services.reconcile(now=ten() + timedelta(seconds=4))
    message.refresh_from_db()
    assert (message.status, message.attempt) == (S.PENDING, 1)
    assert message.events.filter(code="lease_expired").exists()


def test_a_reminder_without_proof_goes_to_a_person(twilio: TwilioStandIn) -> None:
    message = doubtful(twilio, Mood.DROPS_AFTER)
    twilio.look_up_fails = lambda: True
    now = look_up_until_settled(message, at(11))
    assert (message.status, message.why) == (S.CALL, Why.IN_DOUBT)
    assert CallTask.objects.get().why == Why.IN_DOUBT
    drain(clock=lambda: now)
    assert len(twilio.messages) == 1


def test_a_cancellation_without_proof_is_sent_once_more_and_says_so(twilio: TwilioStandIn) -> None:
    message = doubtful(twilio, Mood.DROPS_AFTER, Kind.CANCELLATION)
    twilio.look_up_fails = lambda: True
    now = look_up_until_settled(message, at(11))
    assert (message.status, message.repeats) == (S.PENDING, True)
    twilio.behave = lambda form: Mood.DROPS_AFTER
    drain(clock=lambda: now)
    first, second = [row["body"] for row in twilio.messages]
    assert second == REPEATED + first
    look_up_until_settled(message, now + timedelta(minutes=1))
    assert (message.status, message.why) == (S.CALL, Why.IN_DOUBT)  # never a third time
    assert len(twilio.messages) == 2


def test_what_was_taken_back_in_doubt_is_not_sent_again(twilio: TwilioStandIn) -> None:
    message = doubtful(twilio, Mood.DROPS_BEFORE)
    services.withdraw_messages(subject=message.subject)
    services.reconcile(now=at(11))
    message.refresh_from_db()
    assert (message.status, message.why) == (S.WITHDRAWN, Why.UNTRUE)


def test_a_message_is_found_among_many_to_the_same_number(twilio: TwilioStandIn) -> None:
    message = doubtful(twilio, Mood.DROPS_AFTER)
    for number in range(120):
        twilio.accept({"To": MOBILE, "From": "+15005550006", "Body": f"ほかの連絡{number} 連絡番号000-{number:04d}"})
    services.reconcile(now=at(11))
    message.refresh_from_db()
    assert message.status == S.SENT


def test_too_many_to_look_through_is_no_proof_of_absence(twilio: TwilioStandIn) -> None:
    message = doubtful(twilio, Mood.DROPS_BEFORE)
    for number in range(201):
        twilio.accept({"To": MOBILE, "From": "+15005550006", "Body": f"ほかの連絡{number}"})
    services.reconcile(now=at(11))
    message.refresh_from_db()
    assert (message.status, message.lookups) == (S.UNKNOWN, 1)


def test_another_sessions_reference_inside_a_number_is_no_match(twilio: TwilioStandIn) -> None:
    message = doubtful(twilio, Mood.DROPS_BEFORE)
    ref = Message.objects.get().body.rpartition("連絡番号")[2]
    twilio.accept({"To": MOBILE, "From": "+15005550006", "Body": f"お電話は03-{ref}へ"})
    services.reconcile(now=at(11))
    message.refresh_from_db()
    assert message.status == S.PENDING


def test_an_undelivered_message_found_in_the_list_goes_to_a_person(twilio: TwilioStandIn) -> None:
    message = doubtful(twilio, Mood.DROPS_AFTER)
    twilio.messages[0].update(status="undelivered", error_code=30006)
    services.reconcile(now=at(11))
    message.refresh_from_db()
    assert (message.status, message.why) == (S.CALL, Why.NOT_SMS)


@pytest.mark.django_db(transaction=True)
def test_a_stale_look_up_cannot_touch_a_later_attempt(twilio: TwilioStandIn) -> None:
    """While one worker's look-up is slow, another settles the doubt, sends again, and is in doubt again."""
    message = doubtful(twilio, Mood.DROPS_BEFORE)

    def meanwhile() -> bool:
        Message.objects.filter(pk=message.pk).update(attempt=2)
        connection.close()  # of the stand-in's thread
        return False

    twilio.look_up_fails = meanwhile
    assert services.reconcile(now=at(11)) == {}
    message.refresh_from_db()
    assert (message.status, message.attempt) == (S.UNKNOWN, 2)


def test_mail_in_doubt_fails_in_sight_of_the_desk(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    message = queue(Kind.WORK_NOTE, channel="email", to="sato@example.jp")
    Message.objects.filter(pk=message.pk).update(status=S.UNKNOWN, attempt=1, gateway="mail", next_at=at(9, days=0))
    look_up_until_settled(message, at(11))
    assert (message.status, message.why) == (S.FAILED, Why.IN_DOUBT)
    assert not CallTask.objects.exists()
