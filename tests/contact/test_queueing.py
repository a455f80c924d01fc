"""Writing the outbox and taking back what is no longer true."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django_q.models import OrmQ

from outreach.contact import services
from outreach.contact.models import CallStatus, CallTask, Kind, Message, MessageStatus, Why
from outreach.contact.numbers import NumberRefused
from outreach.contact.rules import within_hours
from outreach.contact.texts import BadText
from tests.contact.words import LANDLINE, MOBILE, at, queue, words
from tests.factories import municipality, organisation

pytestmark = pytest.mark.django_db


def test_the_same_thing_is_queued_once_whatever_the_due_time() -> None:
    first = queue(subject="booking:1")
    again = queue(subject="booking:1", due_at=timezone.now() + timedelta(hours=5))
    assert first.pk == again.pk
    assert Message.objects.get().due_at == first.due_at


def test_another_revision_kind_or_channel_is_another_message() -> None:
    for others in ({}, {"revision": 2}, {"kind": Kind.REMINDER_SAME_DAY}, {"channel": "family"}):
        queue(subject="booking:1", **others)
    assert Message.objects.count() == 4


def test_the_database_refuses_a_second_row_of_the_same_key() -> None:
    first = queue(subject="booking:1")
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(
            subject=first.subject, kind=first.kind, channel="sms", due_at=first.due_at, next_at=first.next_at
        )


def test_a_queued_message_keeps_what_it_was_told_and_how_it_began() -> None:
    town, office = municipality(), organisation()
    message = queue(municipality=town, organisation=office.pk, sample=True)
    message.refresh_from_db()
    assert (message.municipality, message.organisation, message.sample) == (town, office, True)
    assert message.fields == words(Kind.REMINDER_DAY_BEFORE)
    assert [event.new for event in message.events.all()] == ["pending"]


def test_due_times_stand_inside_the_hours_except_for_what_was_just_done() -> None:
    reminder = queue(due_at=at(5, days=2), needed_by=at(13, days=2))
    assert reminder.due_at == at(9, days=2)
    done = queue(Kind.CONFIRMATION, due_at=at(5, days=2))
    assert done.due_at == at(5, days=2)
    by_staff = queue(Kind.CONFIRMATION, due_at=at(5, days=2), just_done=False)
    assert within_hours(by_staff.due_at)


def test_a_landline_becomes_a_call_that_says_why() -> None:
    message = queue(to=LANDLINE)
    call = CallTask.objects.get()
    assert (message.status, message.why) == (MessageStatus.CALL, Why.LANDLINE)
    assert (call.message, call.number, call.why, call.status) == (message, LANDLINE, Why.LANDLINE, "waiting")
    assert call.fields == message.fields


def test_one_call_does_for_two_messages_to_one_number() -> None:
    queue(subject="booking:1", to=LANDLINE)
    queue(subject="booking:1", to=LANDLINE, channel="family")
    assert CallTask.objects.count() == 1


def test_post_waits_to_be_printed_and_is_printed_once() -> None:
    slip = queue(
        channel="post",
        to=LANDLINE,
        needed_by=at(13, days=20),
        fields=words(Kind.REMINDER_DAY_BEFORE, postal_code="0986233", address="北海道宗谷郡猿払村1-1"),
    )
    assert slip.status == MessageStatus.TO_PRINT
    other = Message.objects.get()
    assert services.print_slips(messages=[slip]) == [slip]
    assert services.print_slips(messages=[other]) == []
    other.refresh_from_db()
    assert other.status == MessageStatus.PRINTED


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"to": "0120123456"}, NumberRefused),
        ({"to": "nobody"}, NumberRefused),
        ({"channel": "email", "to": MOBILE}, NumberRefused),
        ({"fields": {}}, BadText),
        (
            {"kind": Kind.WAITLISTED, "channel": "email", "to": "a@example.jp", "fields": words(Kind.WAITLISTED)},
            BadText,
        ),
    ],
)
def test_what_could_not_be_sent_is_refused_before_it_is_queued(wrong: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        queue(**wrong)
    assert not Message.objects.exists()


def test_taking_back_stops_messages_slips_and_calls_about_the_subject_only() -> None:
    waiting, call = queue(subject="booking:1"), queue(Kind.CHANGE, subject="booking:1", to=LANDLINE)
    other = queue(subject="booking:11")
    assert services.withdraw_messages(subject="booking:1") == 2
    waiting.refresh_from_db()
    other.refresh_from_db()
    assert (waiting.status, waiting.why) == (MessageStatus.WITHDRAWN, Why.UNTRUE)
    assert CallTask.objects.get().status == CallStatus.WITHDRAWN
    assert (call.status, other.status) == (MessageStatus.CALL, MessageStatus.PENDING)
    assert services.withdraw_messages(subject="booking:1") == 0


def test_taking_back_by_kind_leaves_the_others() -> None:
    queue(subject="booking:1")
    queue(Kind.CANCELLATION, subject="booking:1")
    assert services.withdraw_messages(subject="booking:1", kinds=[Kind.REMINDER_DAY_BEFORE]) == 1
    assert Message.objects.get(status="pending").kind == Kind.CANCELLATION


def test_a_withdrawn_message_is_not_revived_under_the_same_revision() -> None:
    queue(subject="booking:1")
    services.withdraw_messages(subject="booking:1")
    assert queue(subject="booking:1").status == MessageStatus.WITHDRAWN
    assert queue(subject="booking:1", revision=2).status == MessageStatus.PENDING


@pytest.mark.django_db(transaction=True)
def test_one_job_is_queued_on_commit_for_many_messages_and_none_for_later_ones() -> None:
    with transaction.atomic():
        for number in range(5):
            queue(Kind.CONFIRMATION, subject=f"booking:{number}")
    assert OrmQ.objects.count() == 1
    assert OrmQ.objects.get().task["func"] == "outreach.contact.jobs.drain"
    queue(due_at=timezone.now() + timedelta(days=1))
    assert OrmQ.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_booking_leaves_no_message_and_no_job() -> None:
    with transaction.atomic():
        queue(Kind.CONFIRMATION)
        transaction.set_rollback(True)
    assert not Message.objects.exists()
    assert not OrmQ.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_sixteen_at_once_queue_one_row() -> None:
    def one(_: int) -> int:
        try:
            return queue(Kind.CONFIRMATION, subject="booking:1").pk
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(one, range(16)))) == 1
    assert Message.objects.get().events.count() == 1
