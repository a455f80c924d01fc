"""Answers of two groups written down in the same instant."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from outreach.contact.models import CallTask, Kind
from outreach.contact.services import claim_call
from outreach.desk.services import Said, finish_call_with_answers, move_session
from outreach.people.models import User
from outreach.registration import services as registration
from outreach.registration.models import Answer, AnswerStatus, Booking, Intake
from outreach.registration.services import book_group
from tests import factories


@pytest.mark.django_db(transaction=True)
def test_two_groups_that_take_the_same_two_classes_crosswise_do_not_wait_for_each_other(
    coordinator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One takes the first before the second, the other the second before the first, both at once."""
    near = [factories.session(starts_at=factories.next_week(days=days)) for days in (9, 10)]
    calls = []
    for number, order in ((1, near), (2, near[::-1])):
        names = [factories.application(name=n, kana=n, phone=f"+8130000090{number}") for n in ("ヤマ ア", "ヤマ イ")]
        two = book_group(session=factories.session(), applications=names, seats=2, channel=Intake.PAPER)
        start = two[0].session.starts_at + timedelta(days=1)
        end = start + timedelta(hours=1)
        move_session(
            session=two[0].session, starts_at=start, ends_at=end, venue=None, by=coordinator, reason="大雪のため"
        )
        task = CallTask.objects.get(subject=f"booking:{two[0].pk}/party", kind=Kind.CHANGE)
        claim_call(task=task, by=coordinator, now=timezone.now())
        answers = Answer.objects.filter(booking__in=two).order_by("pk")
        calls.append((task, [Said(a, AnswerStatus.ANOTHER, to) for a, to in zip(answers, order, strict=True)]))
    change = registration.change_group

    def slowly(**given: Any) -> list[Booking]:
        made = change(**given)
        time.sleep(0.3)  # so that each would hold its first class when it comes to the second
        return made

    monkeypatch.setattr(registration, "change_group", slowly)

    def finish(call: tuple[CallTask, list[Said]]) -> int:
        try:
            task, said_by_each = call
            made = finish_call_with_answers(
                task=task, said=said_by_each, by=coordinator, channel=Intake.STAFF_PHONE, now=timezone.now()
            )
            return len(made)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(finish, calls)) == [2, 2]
