"""The roster, attendance by tapping, the end of a class and its report."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outreach.classes.models import Session, SessionStatus, Shift, Site
from outreach.classes.services import assign
from outreach.people.models import AccessLog, Organisation, Role
from outreach.registration.models import Booking
from tests import factories
from tests.desk.conftest import SignIn, just_over, put_at, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def over(office: Organisation) -> Session:
    """A confirmed class that ended an hour ago, with two booked."""
    session = factories.session(organisation=office, status=SessionStatus.CONFIRMED)
    for name in ("一番 花子", "二番 太郎"):
        factories.booking(session, name=name, needs="前の席")
    return just_over(session)


def url(name: str, session: Session, *more: Any) -> str:
    return reverse(f"desk:{name}", args=[session.code, *more])


def tap(client: Client, booking: Booking, status: str, **more: Any) -> Any:
    return client.post(url("mark", booking.session, booking.pk), {"status": status}, **more)


def test_the_roster_shows_names_needs_and_no_numbers_until_asked(desk: Client, over: Session) -> None:
    page = said(desk.get(url("roster", over)))
    booking = over.bookings.first()
    assert booking is not None
    shown = f"090-0000-{booking.resident.phone[-4:]}"
    assert "一番 花子" in page
    assert "前の席" in page
    assert shown not in page
    assert shown in said(desk.get(url("roster", over), {"phones": "1"}))
    assert AccessLog.objects.filter(action="see_roster", subject=over.subject).count() == 2


def test_a_tap_marks_and_another_undoes(desk: Client, over: Session) -> None:
    booking = over.bookings.all()[0]
    for status in ("attended", "confirmed", "absent"):
        answer = tap(desk, booking, status)
        assert answer.headers["Location"] == f"{url('attendance', over)}#b{booking.pk}"
        booking.refresh_from_db()
        assert booking.status == status


def test_a_script_gets_the_one_row_back_with_the_counts(desk: Client, over: Session) -> None:
    answer = tap(desk, over.bookings.all()[0], "attended", headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 200
    page = said(answer)
    assert page.count("<li") == 1
    assert "出席 1　欠席 0　まだ 1" in page


@pytest.mark.parametrize("status", ["cancelled", "waitlisted", "", "x"])
def test_nothing_else_can_be_made_of_a_booking_here(desk: Client, over: Session, status: str) -> None:
    booking = over.bookings.all()[0]
    assert tap(desk, booking, status, headers={"X-Requested-With": "fetch"}).status_code == 409
    booking.refresh_from_db()
    assert booking.status == "confirmed"


def test_before_the_day_nobody_is_marked(desk: Client, office: Organisation) -> None:
    booking = factories.booking(factories.session(organisation=office))
    tap(desk, booking, "attended")
    booking.refresh_from_db()
    assert booking.status == "confirmed"


def test_on_the_day_the_early_ones_are_marked_before_it_starts(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office, status=SessionStatus.CONFIRMED)
    booking = factories.booking(session)
    put_at(session, timezone.now() + timedelta(minutes=20))
    tap(desk, booking, "attended")
    booking.refresh_from_db()
    assert booking.status == "attended"


def test_a_booking_of_another_class_is_not_found(desk: Client, over: Session, office: Organisation) -> None:
    other = factories.booking(factories.session(organisation=office))
    assert desk.post(url("mark", over, other.pk), {"status": "attended"}).status_code == 404


def test_the_class_closes_only_when_everyone_is_marked(desk: Client, over: Session) -> None:
    first, second = over.bookings.all()
    tap(desk, first, "attended")
    assert "まだ付いていない方" in said(desk.post(url("close", over), {"walk_ins": "2"}, follow=True))
    tap(desk, second, "absent")
    desk.post(url("close", over), {"walk_ins": "2"})
    over.refresh_from_db()
    assert (over.status, over.walk_ins) == (SessionStatus.HELD, 2)
    assert Site.objects.get(venue=over.venue).held_sessions == 1


def test_a_class_closed_by_mistake_is_opened_again(desk: Client, over: Session) -> None:
    over.bookings.update(status="attended")
    desk.post(url("close", over), {"walk_ins": ""})
    desk.post(url("reopen", over))
    over.refresh_from_db()
    assert over.status == SessionStatus.CONFIRMED
    assert Site.objects.get(venue=over.venue).held_sessions == 0


def test_a_class_to_come_cannot_be_closed(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office, status=SessionStatus.CONFIRMED)
    desk.post(url("close", session), {"walk_ins": "0"})
    session.refresh_from_db()
    assert session.status == SessionStatus.CONFIRMED


def test_the_teacher_takes_attendance_of_their_own_class_only(over: Session, office: Organisation) -> None:
    Session.objects.filter(pk=over.pk).update(status=SessionStatus.PUBLISHED)
    teacher = factories.instructor(user=factories.user(Role.INSTRUCTOR))
    assign(session=over, person=teacher, duty=Shift.Duty.INSTRUCTOR)
    theirs = factories.booking(factories.session(organisation=office))
    browser = Client()
    browser.force_login(teacher.user)  # type: ignore[arg-type]
    booking = over.bookings.all()[0]
    tap(browser, booking, "attended")
    booking.refresh_from_db()
    assert booking.status == "attended"
    assert tap(browser, theirs, "attended").status_code == 404
    assert browser.get(url("session", over)).status_code == 403


def test_watchers_take_no_attendance(sign_in: SignIn, over: Session) -> None:
    for role, reach in ((Role.MINISTRY, {}), (Role.PREFECTURE, {"prefecture": over.municipality.prefecture})):
        watching = sign_in(role, **reach)
        assert watching.get(url("roster", over)).status_code == 403
        assert tap(watching, over.bookings.all()[0], "attended").status_code == 403


@pytest.mark.parametrize("page", ["roster", "attendance"])
def test_the_pages_cost_the_same_at_1_and_at_30(
    desk: Client, office: Organisation, same_queries_at_1_and_30: Callable[..., None], page: str
) -> None:
    session = factories.session(organisation=office, capacity=40)
    same_queries_at_1_and_30(lambda: factories.booking(session), lambda: desk.get(url(page, session)))


def test_the_roster_leaves_as_a_file(desk: Client, over: Session) -> None:
    text = desk.get(url("roster", over), {"format": "csv"}).content.decode("utf-8-sig")
    assert "一番 花子" in text
    assert len(text.splitlines()) == 3
