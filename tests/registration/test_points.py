"""Points: given once, reversed by a line of their own, exported once, and never changed (law 9)."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from outreach.classes.models import Session, SessionStatus
from outreach.people.models import User
from outreach.people.overlap import missing_guards
from outreach.registration.models import Booking, BookingStatus, ExportedPoint, PointEntry
from outreach.registration.services import (
    PointsError,
    export_points,
    give_points,
    mark_attendance,
    reverse_points,
    set_award,
)
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> User:
    return factories.user()


def attended(points: int | None = 300, session: Session | None = None) -> Booking:
    one = session or factories.session(status=SessionStatus.CONFIRMED)
    if points and not session:
        set_award(session=one, points=points)
    booking = factories.booking(one)
    mark_attendance(booking=booking, status=BookingStatus.ATTENDED, by=None)
    return booking


def lines() -> list[int]:
    return list(PointEntry.objects.order_by("pk").values_list("points", flat=True))


def test_who_attended_gets_the_sessions_points_once(clerk: User) -> None:
    booking = attended()
    entry = give_points(booking=booking, age_band="65-74", by=clerk)
    assert (entry.points, entry.age_band) == (300, "65-74")
    with pytest.raises(PointsError, match="もうポイント"):
        give_points(booking=booking, age_band="65-74", by=clerk)
    assert lines() == [300]


def test_a_reversal_is_a_line_and_points_can_be_given_again(clerk: User) -> None:
    booking = attended()
    give_points(booking=booking, age_band="65-74", by=clerk)
    assert reverse_points(booking=booking, by=clerk, reason="市外の方")
    assert reverse_points(booking=booking, by=clerk, reason="二度目") is None
    give_points(booking=booking, age_band="75-", by=clerk)
    assert lines() == [300, -300, 300]


def test_attendance_taken_back_takes_the_points_back(clerk: User) -> None:
    booking = attended()
    give_points(booking=booking, age_band="65-74", by=clerk)
    mark_attendance(booking=booking, status=BookingStatus.ABSENT, by=clerk)
    assert lines() == [300, -300]
    with pytest.raises(PointsError, match="出席した方"):
        give_points(booking=booking, age_band="65-74", by=clerk)


@pytest.mark.parametrize(("points", "band"), [(None, "65-74"), (300, "0-18"), (300, "")])
def test_no_points_without_an_award_or_for_the_young(clerk: User, points: int | None, band: str) -> None:
    with pytest.raises(PointsError):
        give_points(booking=attended(points), age_band=band, by=clerk)


@pytest.mark.parametrize("points", [0, 99, 1001, -100])
def test_an_award_keeps_to_the_rules(points: int) -> None:
    with pytest.raises(PointsError, match="100から1000"):
        set_award(session=factories.session(), points=points)


def test_an_award_stays_once_points_were_given(clerk: User) -> None:
    booking = attended()
    give_points(booking=booking, age_band="65-74", by=clerk)
    with pytest.raises(PointsError, match="変えられません"):
        set_award(session=booking.session, points=500)


def test_a_second_run_holds_only_what_is_new(clerk: User) -> None:
    first = attended()
    town = first.session.municipality
    give_points(booking=first, age_band="65-74", by=clerk)
    one = export_points(municipality=town, by=clerk)
    with pytest.raises(PointsError, match="ありません"):
        export_points(municipality=town, by=clerk)
    reverse_points(booking=first, by=clerk, reason="")
    two = export_points(municipality=town, by=clerk)
    assert (one.number, two.number) == (1, 2)
    assert [list(run.rows.values_list("entry__points", flat=True)) for run in (one, two)] == [[300], [-300]]


def test_the_ledger_cannot_be_changed_behind_the_service(clerk: User) -> None:
    booking = attended()
    entry = give_points(booking=booking, age_band="65-74", by=clerk)
    export_points(municipality=booking.session.municipality, by=clerk)
    for change in (
        lambda: PointEntry.objects.filter(pk=entry.pk).update(points=999),
        lambda: give_points(booking=attended(), age_band="65-74", by=clerk).delete(),  # not yet exported
        lambda: PointEntry.objects.all().delete(),
        lambda: ExportedPoint.objects.filter(entry=entry).update(entry=entry),
        lambda: PointEntry.objects.create(booking=booking, points=300, age_band="75-", turn=0),
        lambda: PointEntry.objects.create(booking=booking, points=300, age_band="75-", turn=0, reverses=entry),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert missing_guards() == []


@pytest.mark.django_db(transaction=True)
def test_eight_hands_at_once_give_once_and_export_once(clerk: User) -> None:
    session = factories.session(status=SessionStatus.CONFIRMED)
    set_award(session=session, points=100)
    booked = [attended(session=session) for _ in range(2)]

    def one(number: int) -> Any:
        try:
            if number % 4 == 3:
                return export_points(municipality=session.municipality, by=clerk)
            return give_points(booking=booked[number % 2], age_band="75-", by=clerk)
        except PointsError:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(16)))
    assert lines() == [100, 100]
    left = PointEntry.objects.filter(exported=None).count()
    assert ExportedPoint.objects.count() + left == 2
