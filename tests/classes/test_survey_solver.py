"""Dates for the districts: never two at once, closed days kept, as many as can be, and a blocker that truly blocks."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from random import Random
from time import monotonic

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.classes.surveys.check import Fault, check
from outreach.classes.surveys.problem import Half, Place, Problem, Slot, Want, Why
from outreach.classes.surveys.solver import Unsettled, feasible, propose, rivals_of

MONDAY = date(2026, 6, 1)
AM, PM = Half.MORNING, Half.AFTERNOON


def working_days(count: int) -> tuple[date, ...]:
    days = (MONDAY + timedelta(days=n) for n in range(count * 2))
    return tuple(day for day in days if day.weekday() < 5)[:count]


def problem(wants: list[Want], *, teachers: int = 1, days: int = 10, **fields: object) -> Problem:
    held = working_days(days)
    slots = [Slot(day, half) for day in held for half in Half]
    ids = tuple(range(1, teachers + 1))
    made = Problem(
        days=held,
        wants=tuple(wants),
        teachers=ids,
        skills=frozenset((t, "basic") for t in ids),
        free=frozenset(product(ids, slots)),
    )
    return replace(made, **fields)  # type: ignore[arg-type]


def want(district: int, *halves: tuple[int, Half], classes: int = 2, **fields: object) -> Want:
    return Want(district, f"{district}区", ("basic",) * classes, frozenset(halves), hall=district, **fields)  # type: ignore[arg-type]


def test_two_districts_share_one_teacher_and_their_weeks() -> None:
    asked = problem([want(1, (0, AM), (1, AM)), want(2, (0, AM), (1, PM))])
    found = propose(asked)
    assert not found.blocked
    assert check(asked, found.places) == []
    assert len(found.places) == 4


def test_the_same_problem_gives_the_same_answer() -> None:
    asked = problem([want(n, (n % 5, AM), (2, PM)) for n in range(1, 7)], days=20)
    assert propose(asked) == propose(asked)


def test_without_time_there_is_no_answer_and_with_little_nothing_untrue() -> None:
    asked = problem([want(n, (0, AM)) for n in range(1, 5)])
    with pytest.raises(Unsettled):
        propose(asked, seconds=0)
    assert rivals_of(asked, 2, {1})
    with pytest.raises(Unsettled):
        rivals_of(asked, 2, {1}, until=monotonic())


def test_a_districts_classes_lie_within_three_weeks_where_that_can_be() -> None:
    asked = problem([want(n, (n % 5, AM), (4 - n % 5, PM)) for n in range(1, 9)], days=60)
    days: dict[int, list[date]] = {}
    for place in propose(asked).places:
        days.setdefault(place.district, []).append(place.slot.day)
    assert {7 <= (second - first).days <= 21 for first, second in days.values()} == {True}


def why(asked: Problem) -> dict[int, Why]:
    return {blocked.district: blocked.why for blocked in propose(asked).blocked}


def test_each_reason_is_named_and_the_others_are_served() -> None:
    base = problem([want(1, (0, AM)), want(2, (1, AM))])
    mondays = frozenset((1, Slot(day, AM)) for day in base.days if day.weekday() == 0)
    assert why(base) == {}
    assert why(replace(base, wants=(want(1), base.wants[1]))) == {1: Why.NO_DAYS}
    assert why(replace(base, taken=mondays)) == {1: Why.HALL}
    assert why(replace(base, free=base.free - mondays)) == {1: Why.TEACHERS}
    third = Want(3, "3区", ("applied",), frozenset({(2, AM)}), hall=3)
    assert why(replace(base, wants=(*base.wants, third))) == {3: Why.SKILL}
    assert why(replace(base, gap_days=14)) == {1: Why.GAP, 2: Why.GAP}
    assert len(propose(replace(base, taken=mondays)).places) == 2


def test_three_who_want_the_same_hour_are_named_as_rivals() -> None:
    monday = [want(n, (0, AM)) for n in (1, 2)]
    found = propose(problem([*monday, want(3, (3, AM))]))
    assert [(b.why, len(b.rivals)) for b in found.blocked] == [(Why.RIVALS, 1)]
    assert {found.blocked[0].district, *found.blocked[0].rivals} == {1, 2}


def test_a_road_too_long_keeps_two_districts_from_one_day() -> None:
    asked = problem([want(1, (0, AM), classes=1), want(2, (0, PM), classes=1)], days=1, far=frozenset({(1, 2)}))
    assert len(propose(asked).blocked) == 1
    assert not propose(replace(asked, far=frozenset())).blocked


def test_the_check_finds_what_a_hand_may_break() -> None:
    asked = problem([want(1, (0, AM)), want(2, (0, AM), (1, AM))], days=10, per_week=1)
    one = Slot(MONDAY, AM)
    rows = [Place(one, 1, 1, 1), Place(one, 2, 1, 1), Place(Slot(MONDAY + timedelta(days=1), PM), 1, 2, 2)]
    found = {(district, number, str(fault)) for district, number, fault in check(asked, rows)}
    assert (1, 1, Fault.TWICE_TEACHER) in found
    assert (1, 2, Fault.NOT_SUITING) in found
    assert (1, 2, Fault.TOO_CLOSE) in found
    assert (1, 2, Fault.NOT_FREE) in found
    assert (2, 2, Fault.MISSING) in found
    assert (1, 1, Fault.BUSY_WEEK) in found
    sunday = [Place(Slot(MONDAY + timedelta(days=6), AM), 1, 1, 1)]
    assert Fault.CLOSED_DAY in {fault for _district, _number, fault in check(asked, sunday)}


HALVES = st.frozensets(st.tuples(st.integers(0, 4), st.sampled_from(Half)), max_size=4)
WANTS = st.lists(st.tuples(HALVES, st.integers(1, 2), st.integers(1, 3)), min_size=1, max_size=5)


@settings(max_examples=25, deadline=None)
@given(WANTS, st.integers(1, 2), st.integers(4, 10), st.integers(1, 4), st.randoms(use_true_random=False))
def test_a_proposal_holds_and_its_blockers_truly_block(
    given_wants: list[tuple[frozenset[tuple[int, Half]], int, int]], teachers: int, days: int, week: int, rng: Random
) -> None:
    wants = [
        Want(n, f"{n}区", ("basic",) * classes, halves, hall=hall)
        for n, (halves, classes, hall) in enumerate(given_wants, 1)
    ]
    asked = problem(wants, teachers=teachers, days=days, per_week=week)
    asked = replace(asked, free=frozenset(f for f in sorted(asked.free) if rng.random() < 0.8))
    found = propose(asked)
    served = {place.district for place in found.places}
    left = {blocked.district for blocked in found.blocked}
    assert served | left == {w.district for w in wants}
    assert not served & left
    faults = [fault for district, _number, fault in check(asked, found.places) if district in served]
    assert faults == []
    for blocked in found.blocked:
        assert not feasible(asked, {*blocked.rivals, blocked.district})
        for rival in blocked.rivals:  # as few as can be: without any one it fits
            assert feasible(asked, {*blocked.rivals, blocked.district} - {rival})
        assert not feasible(asked, {*served, blocked.district})  # truly a blocker: the rest leave it no room
