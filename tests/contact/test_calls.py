"""Calls that a person makes: listed by urgency, claimed, finished, undone."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from outreach.contact import queries, services
from outreach.contact.models import CallEvent, CallOutcome, CallStatus, CallTask, Consent, ConsentSource, Kind
from outreach.people.rules import Scope
from tests.contact.words import LANDLINE, at, queue, serial, words
from tests.factories import municipality, organisation, user

pytestmark = pytest.mark.django_db
NATION = Scope(nation=True)
C = CallStatus


def call(kind: str = Kind.REMINDER_DAY_BEFORE, **fields: Any) -> CallTask:
    defaults = {
        "subject": f"booking:{next(serial)}",
        "number": LANDLINE,
        "fields": words(kind),
        "at": timezone.now(),
        "needed_by": at(13, days=3),
    }
    return services.open_call_task(kind=kind, **{**defaults, **fields})


def listed(now: datetime, scope: Scope = NATION) -> list[CallTask]:
    return list(queries.calls_to_make(scope, now))


def test_the_nearest_class_is_rung_first_and_then_what_must_be_told() -> None:
    invitation = call(Kind.INVITATION, needed_by=None)
    reminder = call(needed_by=at(13, days=2))
    cancelled = call(Kind.CANCELLATION, needed_by=at(13, days=2))
    soon = call(needed_by=at(11))
    assert listed(at(10)) == [soon, cancelled, reminder, invitation]


def test_before_nine_only_what_the_law_allows_is_listed() -> None:
    call(needed_by=at(10))
    today = call(Kind.CANCELLATION, needed_by=at(10))
    call(Kind.CANCELLATION, needed_by=at(10, days=2))
    assert listed(at(6, 59)) == []
    assert listed(at(7)) == [today]
    assert len(listed(at(9))) == 3
    assert listed(at(19)) == []


def test_nobody_sees_calls_beyond_their_scope() -> None:
    town, office = municipality(), organisation()
    ours = call(municipality=town)
    theirs = call(organisation=office)
    call(municipality=municipality("13101"))
    assert listed(at(10), Scope(municipalities=frozenset({town.pk}))) == [ours]
    assert listed(at(10), Scope(organisations=frozenset({office.pk}))) == [theirs]
    assert listed(at(10), Scope(prefectures=frozenset({"01"}))) == [ours]
    assert listed(at(10), Scope()) == []


def test_the_call_list_costs_the_same_at_1_and_at_30_rows(same_queries_at_1_and_30: Callable[..., None]) -> None:
    town = municipality()
    same_queries_at_1_and_30(
        lambda: call(municipality=town), lambda: [str(c.municipality) for c in queries.calls_to_make(NATION, at(10))]
    )


def test_a_call_is_claimed_by_one_person_for_fifteen_minutes() -> None:
    task, one, other = call(), user(), user()
    services.claim_call(task=task, by=one, now=at(10))
    with pytest.raises(services.CallTaken):
        services.claim_call(task=task, by=other, now=at(10, 14))
    services.claim_call(task=task, by=one, now=at(10, 14))  # prolongs
    with pytest.raises(services.CallTaken):
        services.finish_call(task=task, outcome=CallOutcome.REACHED, by=other, now=at(10, 20))
    assert services.claim_call(task=task, by=other, now=at(10, 30)).claimed_by == other


@pytest.mark.django_db(transaction=True)
def test_eight_claim_at_once_and_one_has_it() -> None:
    task, staff = call(), [user() for _ in range(8)]

    def claim(number: int) -> bool:
        try:
            services.claim_call(task=task, by=staff[number], now=at(10))
        except services.CallTaken:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(claim, range(8))) == 1


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (CallOutcome.REACHED, C.REACHED),
        (CallOutcome.LEFT_WORD, C.LEFT_WORD),
        (CallOutcome.WRONG_NUMBER, C.WRONG_NUMBER),
    ],
)
def test_a_finished_call_leaves_the_list(outcome: CallOutcome, status: str) -> None:
    task, by = call(), user()
    assert services.finish_call(task=task, outcome=outcome, by=by, now=at(10), note="息子さんが出た").status == status
    assert listed(at(11)) == []
    last = CallEvent.objects.filter(task=task).last()
    assert last
    assert (last.outcome, last.by, last.note) == (outcome, by, "息子さんが出た")
    with pytest.raises(services.CallTaken):
        services.finish_call(task=task, outcome=outcome, by=by, now=at(11))


def test_an_unanswered_call_comes_back_and_is_given_up_in_the_end() -> None:
    task, by, now = call(needed_by=None), user(), at(10)
    for _ in range(4):
        services.finish_call(task=task, outcome=CallOutcome.NO_ANSWER, by=by, now=now)
        assert task.status == C.WAITING
        assert task.next_at > now
        assert listed(now) == []
        now = task.next_at
    assert services.finish_call(task=task, outcome=CallOutcome.NO_ANSWER, by=by, now=now).status == C.GAVE_UP


def test_the_same_try_cannot_be_finished_twice() -> None:
    task, by = call(), user()
    stale = CallTask.objects.get(pk=task.pk)
    services.finish_call(task=task, outcome=CallOutcome.NO_ANSWER, by=by, now=at(10))
    with pytest.raises(services.CallTaken):
        services.finish_call(task=stale, outcome=CallOutcome.REACHED, by=by, now=at(10))


def test_never_again_closes_every_call_to_that_number_and_shows_who_cannot_be_told() -> None:
    task, other = call(), call(Kind.CANCELLATION)
    elsewhere = call(number="+81300000002")
    services.finish_call(task=task, outcome=CallOutcome.NEVER_AGAIN, by=user(), now=at(10), note="もうかけないで")
    other.refresh_from_db()
    assert (task.status, other.status) == (C.REFUSED, C.REFUSED)
    assert listed(at(11)) == [elsewhere]
    assert list(queries.cannot_be_told(NATION, at(11))) == [other]
    assert Consent.objects.get().words == "もうかけないで"
    later = call(Kind.CHANGE)
    assert later.status == C.REFUSED  # a new one is born so


def test_a_call_again_allowed_is_listed_again() -> None:
    now = timezone.now()
    services.record_consent(number=LANDLINE, given=False, at=now, source=ConsentSource.SPOKEN, channel="call")
    services.record_consent(
        number=LANDLINE, given=True, at=now + timedelta(seconds=1), source=ConsentSource.SPOKEN, channel="call"
    )
    assert call().status == C.WAITING


def test_a_finished_call_can_be_undone() -> None:
    task, by = call(), user()
    services.finish_call(task=task, outcome=CallOutcome.WRONG_NUMBER, by=by, now=at(10))
    assert services.undo_call(task=task, by=by, now=at(10)).status == C.WAITING
    assert listed(at(10)) == [task]
    with pytest.raises(services.CallTaken):
        services.undo_call(task=task, by=by, now=at(10))


def test_a_withdrawn_call_cannot_be_finished_nor_undone() -> None:
    task, by = call(), user()
    services.claim_call(task=task, by=by, now=at(10))
    services.withdraw_messages(subject=task.subject)
    with pytest.raises(services.CallTaken):
        services.finish_call(task=task, outcome=CallOutcome.REACHED, by=by, now=at(10))
    task.refresh_from_db()
    with pytest.raises(services.CallTaken):
        services.undo_call(task=task, by=by, now=at(10))


def test_the_history_of_a_booking_is_whole_and_only_its_own(same_queries_at_1_and_30: Callable[..., None]) -> None:
    message, proxy = queue(subject="booking:1"), queue(subject="booking:1/proxy", to=LANDLINE)
    queue(subject="booking:12")
    found = queries.history(["booking:1"])
    assert set(found.messages) == {message, proxy}
    assert [task.message for task in found.calls] == [proxy]

    def read() -> None:
        history = queries.history(["booking:1"])
        assert [list(m.events.all()) for m in history.messages]
        assert [[e.by for e in c.events.all()] for c in history.calls]

    same_queries_at_1_and_30(lambda: queue(subject=f"booking:1/{next(serial)}", to=LANDLINE), read)
