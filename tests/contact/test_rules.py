"""When, by which way, and what follows: the pure rules."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.contact import rules
from outreach.contact.models import FINAL, CallOutcome, Channel, Kind, MessageStatus, Purpose, Why
from outreach.contact.numbers import NumberKind
from outreach.contact.rules import JAPAN, Way

S = MessageStatus


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2022, 7, day, hour, minute, tzinfo=JAPAN)


@pytest.mark.parametrize(
    ("due", "needed_by", "moved"),
    [
        (at(4, 9), None, at(4, 9)),
        (at(4, 18, 59), None, at(4, 18, 59)),
        (at(4, 8, 59), None, at(4, 9)),
        (at(4, 19), None, at(5, 9)),
        (at(4, 23), None, at(5, 9)),
        (at(4, 0), None, at(4, 9)),
        (at(4, 7), at(4, 10), at(4, 9)),
        (at(4, 7), at(4, 8, 30), at(3, 18, 30)),  # nine would be too late: the evening before
        (at(4, 20), at(5, 8), at(4, 18, 30)),
    ],
)
def test_due_times_are_moved_into_the_allowed_hours(due: datetime, needed_by: datetime | None, moved: datetime) -> None:
    assert rules.into_hours(due, needed_by) == moved


@given(st.datetimes(datetime(2022, 1, 1), datetime(2023, 1, 1), timezones=st.just(UTC)))
def test_no_due_time_stays_outside_the_hours(due: datetime) -> None:
    assert rules.within_hours(rules.into_hours(due))
    assert rules.within_hours(rules.into_hours(due, due + timedelta(minutes=30)))


@pytest.mark.parametrize(
    ("now", "kind", "needed_by", "may"),
    [
        (at(4, 7), Kind.CANCELLATION, at(4, 10), True),
        (at(4, 6, 59), Kind.CANCELLATION, at(4, 10), False),
        (at(4, 7), Kind.CHANGE, at(4, 10), True),
        (at(4, 7), Kind.CANCELLATION, at(5, 10), False),  # tomorrow's can wait for nine
        (at(4, 8), Kind.REMINDER_DAY_BEFORE, at(4, 10), False),
        (at(4, 9), Kind.REMINDER_DAY_BEFORE, None, True),
        (at(4, 19), Kind.CANCELLATION, at(4, 20), False),
    ],
)
def test_a_person_rings_from_seven_only_about_a_class_of_that_day(
    now: datetime, kind: str, needed_by: datetime | None, may: bool
) -> None:
    assert rules.may_ring(now, kind=kind, needed_by=needed_by) == may


@dataclass
class Word:
    channel: str
    purpose: str
    given: bool


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        ([], False),
        ([Word("any", "any", False)], True),
        ([Word("sms", "reminder", False)], True),
        ([Word("sms", "change", False)], False),
        ([Word("call", "any", False)], False),
        ([Word("sms", "any", True), Word("any", "any", False)], False),  # newest first: taken back
        ([Word("sms", "reminder", False), Word("any", "any", True)], True),
    ],
)
def test_the_latest_fitting_word_holds(words: list[Word], refused: bool) -> None:
    assert rules.is_refused(words, channel="sms", purpose="reminder") == refused


def way(channel: str, **others: Any) -> tuple[Way, str]:
    defaults = {
        "kind": Kind.REMINDER_DAY_BEFORE,
        "number_kind": NumberKind.MOBILE,
        "has_address": True,
        "now": at(4, 10),
        "due": at(4, 10),
        "needed_by": at(20, 13),
        "just_done": False,
    }
    found = rules.route(channel=channel, **{**defaults, **others})
    return found.way, found.why


def test_each_channel_goes_its_way_and_says_why_where_not() -> None:
    assert way(Channel.SMS) == (Way.SEND, "")
    assert way(Channel.FAMILY) == (Way.SEND, "")
    assert way(Channel.SMS, number_kind=NumberKind.LANDLINE) == (Way.CALL, Why.LANDLINE)
    assert way(Channel.FAMILY, number_kind=NumberKind.LANDLINE) == (Way.CALL, Why.LANDLINE)
    assert way(Channel.SMS, number_kind=NumberKind.VOIP) == (Way.CALL, Why.VOIP)
    assert way(Channel.CALL) == (Way.CALL, Why.CHOSEN)
    assert way(Channel.VOICE) == (Way.CALL, Why.NO_VOICE)
    assert way(Channel.EMAIL, number_kind=None) == (Way.SEND, "")
    assert way(Channel.POST) == (Way.PRINT, "")
    assert way(Channel.POST, has_address=False) == (Way.CALL, Why.NO_ADDRESS)
    assert way(Channel.POST, needed_by=at(7, 13)) == (Way.CALL, Why.TOO_LATE_FOR_POST)


def test_a_slip_is_posted_in_time_to_arrive() -> None:
    found = rules.route(
        kind=Kind.REMINDER_DAY_BEFORE,
        channel=Channel.POST,
        number_kind=NumberKind.LANDLINE,
        has_address=True,
        now=at(1, 10),
        due=at(19, 17),
        needed_by=at(20, 13),
        just_done=False,
    )
    assert (found.way, found.due) == (Way.PRINT, at(16, 13))


def test_nobody_is_rung_or_posted_twice_about_one_class() -> None:
    for channel in (Channel.CALL, Channel.POST, Channel.VOICE):
        assert way(channel, kind=Kind.REMINDER_SAME_DAY) == (Way.DROP, Why.ONE_REMINDER)
    assert way(Channel.SMS, kind=Kind.REMINDER_SAME_DAY) == (Way.SEND, "")


def test_what_no_hour_is_left_for_is_rung_if_it_must_be_told_and_dropped_if_not() -> None:
    night = {"now": at(4, 20), "due": at(4, 20), "needed_by": at(5, 8, 30)}
    assert way(Channel.SMS, kind=Kind.CANCELLATION, **night) == (Way.CALL, Why.TOO_LATE)
    assert way(Channel.SMS, kind=Kind.REMINDER_DAY_BEFORE, **night) == (Way.DROP, Why.TOO_LATE)
    assert way(Channel.SMS, kind=Kind.CONFIRMATION, just_done=True, **night) == (Way.SEND, "")


def test_doubt_ends_with_a_person_or_for_cancellations_with_one_repeat() -> None:
    few, enough = rules.MAX_LOOKUPS - 1, rules.MAX_LOOKUPS
    reminder, cancellation = Kind.REMINDER_DAY_BEFORE, Kind.CANCELLATION
    assert rules.after_doubt(kind=reminder, lookups=few, repeats=False) == S.UNKNOWN
    assert rules.after_doubt(kind=reminder, lookups=enough, repeats=False) == S.CALL
    assert rules.after_doubt(kind=cancellation, lookups=enough, repeats=False) == S.PENDING
    assert rules.after_doubt(kind=cancellation, lookups=enough, repeats=True) == S.CALL


@pytest.mark.parametrize("old", list(S))
@pytest.mark.parametrize("new", [S.SENT, S.DELIVERED, S.FAILED])
def test_receipts_move_forwards_only_and_nothing_leaves_a_final_status(old: S, new: S) -> None:
    may = rules.moves_forward(old, new)
    if old in FINAL or old == S.TO_PRINT:
        assert not may
    else:
        assert may == (old != new)


@given(st.floats(min_value=0.01, max_value=600))
def test_a_lease_is_over_twice_the_deadline(deadline: float) -> None:
    assert rules.lease(deadline).total_seconds() > 2 * deadline


def test_an_unanswered_call_is_tried_at_other_hours_and_given_up() -> None:
    now, hours = at(4, 10), set()
    for tries in range(1, rules.MAX_TRIES):
        again = rules.next_try(now, tries=tries, kind=Kind.INVITATION, needed_by=at(20, 13))
        assert again is not None
        assert again > now
        assert rules.within_hours(again)
        hours.add(again.hour)
        now = again
    assert len(hours) > 2
    assert rules.next_try(now, tries=rules.MAX_TRIES, kind=Kind.INVITATION, needed_by=at(20, 13)) is None


def test_a_pressing_call_is_tried_again_before_the_class() -> None:
    again = rules.next_try(at(4, 7), tries=1, kind=Kind.CANCELLATION, needed_by=at(4, 8))
    assert again == at(4, 7, 30)
    assert rules.next_try(at(4, 7, 50), tries=2, kind=Kind.CANCELLATION, needed_by=at(4, 8)) is None
    evening = rules.next_try(at(4, 18, 30), tries=1, kind=Kind.REMINDER_DAY_BEFORE, needed_by=at(5, 13))
    assert evening == at(5, 9)


def test_every_kind_has_a_purpose_and_every_outcome_a_status() -> None:
    assert set(rules.PURPOSES) == set(Kind)
    assert Purpose.ANY not in rules.PURPOSES.values()
    assert set(rules.STATUS_OF_OUTCOME) == set(CallOutcome) - {CallOutcome.NO_ANSWER}
