"""Whatever callers do, in whatever order: no half booking, no seat held, nothing that they did not confirm."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction
from django.db.models import Count, F, Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outreach.classes.models import Session
from outreach.contact.models import Kind, Message
from outreach.phone.dialogue import Place
from outreach.phone.dialogue.heard import DialEnded, Heard, HungUp, Keys, Silence, Spoken
from outreach.phone.models import PendingName
from outreach.phone.services import Answer, hang_up, ring, take_step
from outreach.registration.models import SEAT_HOLDERS, Booking, BookingStatus
from tests import factories
from tests.phone.line import recording

NUMBERS = ["", "+819000000001", "+819000000002", "+81300000188"]
CONFIRMS = {Place.READ_BACK, Place.WHO, Place.TWICE, Place.MOVE_SURE, Place.OWN, Place.CANCEL_SURE}
ACTS = st.one_of(
    st.sampled_from(["code", "other code", "reference", "postal", "number", "speak", "silence", "hang up", "again"]),
    st.sampled_from("1123123490*#5"),
)


@contextmanager
def tried() -> Iterator[None]:
    """Each example starts from the same world."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def hear(act: str, sessions: list[Session]) -> Heard:
    last = Booking.objects.order_by("-pk").first()
    heard: dict[str, Heard] = {
        "code": Keys(sessions[0].code),
        "other code": Keys(sessions[1].code),
        "reference": Keys(last.reference if last else "12345678"),
        "postal": Keys("0986200"),
        "number": Keys("09000000002"),
        "speak": Spoken(recording(), "#"),
        "silence": Silence(),
        "hang up": HungUp(),
        "answered": DialEnded(answered=False),
    }
    return heard.get(act) or Keys(act)


def bookings() -> dict[int, str]:
    return dict(Booking.objects.values_list("pk", "status"))


def assert_whole() -> None:
    """The counters are the seats that confirmed bookings hold; what is confirmed is told; no offer is left open."""
    seats = Session.objects.annotate(held=Count("bookings", filter=Q(bookings__status__in=SEAT_HOLDERS)))
    assert not seats.exclude(seats_taken=F("held")).exists()
    assert not seats.filter(seats_taken__gt=F("capacity")).exists()
    for booking in Booking.objects.filter(status=BookingStatus.CONFIRMED):
        assert Message.objects.filter(subject=booking.subject, kind=Kind.REMINDER_DAY_BEFORE).exists()
    nameless = Booking.objects.filter(resident__kana__startswith="ナマエマチ").exclude(status=BookingStatus.CANCELLED)
    assert set(nameless.values_list("resident", flat=True)) <= set(
        PendingName.objects.values_list("booking__resident", flat=True)
    )


def one_call(number: str, acts: list[str], sessions: list[Session]) -> None:
    sid = "CA" + secrets.token_hex(16)
    answer: Answer | None = ring(sid=sid, number=number, line="")
    for act in acts:
        assert answer
        before, at = bookings(), answer.state.at
        number_of_step = answer.step
        if act == "hang up":
            hang_up(sid=sid)
            assert bookings() == before
            break
        heard = Keys("1") if act == "again" else hear(act, sessions)
        answer = take_step(sid=sid, step_number=number_of_step, heard=heard)
        after = bookings()
        if after != before:
            assert at in CONFIRMS
            assert heard in {Keys("1"), Keys("2")}
        assert take_step(sid=sid, step_number=number_of_step, heard=heard) == answer
        assert bookings() == after
        assert_whole()
    hang_up(sid=sid)
    assert_whole()


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=st.lists(st.tuples(st.sampled_from(NUMBERS), st.lists(ACTS, max_size=14)), min_size=1, max_size=3))
def test_no_path_leaves_a_seat_held_or_a_booking_half_made(
    small_world: list[Session], calls: list[tuple[str, list[str]]]
) -> None:
    with tried():
        for number, acts in calls:
            one_call(number, acts, small_world)


@pytest.fixture
def small_world(db: None) -> list[Session]:
    """Two classes of two seats: one empty, one with a seat left."""
    sessions = [factories.session(capacity=2), factories.session(capacity=2)]
    factories.booking(sessions[1], phone="+819000000001", kana="ヤマダ ハナコ")
    return sessions


PATHS = [
    ("+819000000002", ["1", "code", "1", "speak", "silence"]),
    ("+819000000001", ["1", "code", "1", "2", "silence", "9", "1", "other code", "1", "1"]),
    ("", ["2", "postal", "1", "number", "1", "speak", "9"]),
    ("+819000000001", ["3", "reference", "3", "code", "1"]),
    ("+819000000001", ["3", "reference", "2", "1"]),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("number", "acts"), PATHS)
def test_a_hang_up_after_any_key_leaves_all_or_nothing(
    number: str, acts: list[str], small_world: list[Session]
) -> None:
    for length in range(len(acts) + 1):
        with tried():
            one_call(number, [*acts[:length], "hang up"], small_world)
