"""Forgetting on time, and what /readyz asks."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from outreach.contact import jobs, queries, services
from outreach.contact.gateways.console import ConsoleGateway
from outreach.contact.models import CallOutcome, CallTask, Consent, Kind, Message
from outreach.contact.numbers import show
from tests.contact.words import LANDLINE, MOBILE, at, drain, queue
from tests.factories import user

pytestmark = pytest.mark.django_db


def test_personal_text_is_cleared_in_time_and_refusals_are_kept(settings: Any) -> None:
    told, waiting = queue(), queue(due_at=at(12, days=200), needed_by=at(13, days=201))
    rung = queue(to=LANDLINE)
    drain(gateway=ConsoleGateway())
    services.finish_call(
        task=CallTask.objects.get(), outcome=CallOutcome.NEVER_AGAIN, by=user(), now=at(10), note="娘さん"
    )
    later = timezone.now() + timedelta(days=settings.MESSAGE_TEXT_DAYS + 2)
    assert services.purge_personal_text(now=timezone.now()) == 0
    assert services.purge_personal_text(now=later) == 3  # two messages, one call
    assert services.purge_personal_text(now=later) == 0
    for message in Message.objects.filter(pk__in=[told.pk, rung.pk]):
        assert (message.to, message.body, message.fields, show(message.to)) == ("", "", {}, "")
        assert message.events.exists()
    call = CallTask.objects.get()
    assert (call.number, call.fields) == ("", {})
    assert not call.events.exclude(note="").exists()
    assert Message.objects.get(pk=waiting.pk).to == MOBILE
    assert Consent.objects.get().number == LANDLINE


def test_health_tells_how_long_the_oldest_waits() -> None:
    assert queries.queue_health(at(10)).oldest_due_seconds == 0
    queue()
    health = queries.queue_health(at(10))
    assert health.oldest_due_seconds == 3600  # since nine: the night does not count
    assert health.by_status == {"pending": 1}
    assert queries.queue_health(at(20)).oldest_due_seconds == 0  # waits for the hours
    queue(Kind.CONFIRMATION)
    assert queries.queue_health(at(20)).oldest_due_seconds > 0


def test_the_jobs_run_on_an_empty_and_on_a_full_outbox() -> None:
    for _ in range(2):
        jobs.drain()
        jobs.sweep()
        jobs.purge()
        queue(Kind.CONFIRMATION)
    assert Message.objects.get(status="pending").kind == Kind.CONFIRMATION
