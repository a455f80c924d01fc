"""Pure decisions of the desk."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from outreach.desk.rules import Command, Fitness, Verb, attendance_of, hindrance, read_command

START = datetime(2026, 12, 1, 13)
END = START + timedelta(hours=1)


@dataclass
class Stay:
    starts_at: datetime
    ends_at: datetime
    lat: float | None = None
    lon: float | None = None


def why(*stays: tuple[Stay, float | None], certified: bool = True, must: bool = True) -> str:
    return hindrance(certified=certified, must_be_certified=must, starts_at=START, ends_at=END, stays=stays)


def test_someone_free_and_certified_has_no_hindrance() -> None:
    assert why() == ""


def test_a_teacher_needs_the_certificate_and_a_helper_does_not() -> None:
    assert "資格" in why(certified=False)
    assert why(certified=False, must=False) == ""


def test_an_overlap_hinders_and_back_to_back_does_not() -> None:
    assert "別の予定" in why((Stay(START - timedelta(hours=1), START + timedelta(minutes=1)), None))
    assert why((Stay(START - timedelta(hours=1), START), None)) == ""


def test_the_road_from_the_neighbour_must_fit_into_the_gap() -> None:
    before = Stay(START - timedelta(hours=2), START - timedelta(minutes=30))
    assert "移動" in why((before, 40.0))
    assert why((before, 5.0)) == ""


def test_those_who_can_come_first_then_the_certified_then_the_nearest() -> None:
    near, far = Fitness(True, "", 3), Fitness(True, "", 80)
    uncertified, busy = Fitness(False, "", 1), Fitness(True, "busy", 1)
    assert sorted([busy, uncertified, far, near], key=lambda f: f.rank) == [near, far, uncertified, busy]


def test_attendance_counts_each_state_once() -> None:
    counted = attendance_of(["attended", "attended", "absent", "confirmed"])
    assert (counted.attended, counted.absent, counted.unmarked) == (2, 1, 1)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("3", Command(Verb.BOOK, choice="3")),
        ("３", Command(Verb.BOOK, choice="3")),
        ("12-34-567", Command(Verb.BOOK, choice="1234567")),
        ("１２３４５６７", Command(Verb.BOOK, choice="1234567")),
        ("1/2", Command(Verb.MOVE, 1, "2")),
        ("2/1234567", Command(Verb.MOVE, 2, "1234567")),
        ("2/12-34-567", Command(Verb.MOVE, 2, "1234567")),
        ("-2", Command(Verb.CANCEL, 2)),
        ("ー1", Command(Verb.CANCEL, 1)),
        ("+1", Command(Verb.ACCEPT, 1)),
    ],
)
def test_short_commands_are_read(typed: str, meant: Command) -> None:
    assert read_command(typed, bookings=2) == meant


@pytest.mark.parametrize("typed", ["", "0", "12", "-3", "3/1", "-", "+", "x", "123456", "12345678", "1/", "/1"])
def test_what_is_no_command_does_nothing(typed: str) -> None:
    assert read_command(typed, bookings=2) is None


def test_the_only_booking_need_not_be_numbered() -> None:
    assert read_command("-", bookings=1) == Command(Verb.CANCEL, 1)
    assert read_command("-", bookings=0) is None
