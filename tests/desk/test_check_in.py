"""The desk at the door: slips uploaded once, also late and twice; the poster's arrivals; nothing that names anyone."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outreach.classes.models import Session, SessionStatus, Shift
from outreach.classes.services import assign
from outreach.people.models import Organisation, Role
from outreach.registration.models import Booking, CheckIn
from outreach.registration.posters import token_of
from tests import factories
from tests.desk.conftest import SignIn, put_at, said

pytestmark = pytest.mark.django_db
SCANS = "desk:check-in-scans"


@pytest.fixture
def today(office: Organisation) -> Session:
    """A confirmed class that begins in ten minutes, with two booked."""
    session = factories.session(organisation=office, status=SessionStatus.CONFIRMED)
    for name in ("一番 花子", "二番 太郎"):
        factories.booking(session, name=name)
    return put_at(session, timezone.now() + timedelta(minutes=10))


def scan(reference: str, **more: Any) -> dict[str, str]:
    return {"key": str(uuid4()), "reference": reference, "at": timezone.now().isoformat(), **more}


def send(client: Client, *scans: dict[str, str], **more: Any) -> Any:
    body = {"now": timezone.now().isoformat(), "scans": scans, **more}
    return client.post(reverse(SCANS), json.dumps(body), content_type="application/json")


def outcomes() -> list[str]:
    return list(CheckIn.objects.order_by("pk").values_list("outcome", flat=True))


def status(booking: Booking) -> str:
    booking.refresh_from_db()
    return booking.status


def test_a_slip_is_marked_once_however_often_it_is_sent(desk: Client, today: Session) -> None:
    booking = today.bookings.all()[0]
    one = scan(booking.reference)
    for _ in range(3):
        answer = send(desk, one)
        assert answer.json() == {"scans": [{"key": one["key"], "fine": True, "words": "出席にしました"}]}
    assert status(booking) == "attended"
    assert booking.events.filter(new="attended").count() == 1
    send(desk, scan(booking.reference))
    assert outcomes() == ["attended", "already"]


def test_nothing_in_the_answer_or_on_the_page_names_anyone(desk: Client, today: Session) -> None:
    answer = send(desk, *(scan(b.reference) for b in today.bookings.all()))
    page = desk.get(reverse("desk:check-in"))
    for text in (said(answer), said(page), said(desk.get(reverse("desk:check-in-worker")))):
        assert "花子" not in text
        assert "user" not in text.replace("user-scalable", "")  # the account's name


def test_what_contradicts_is_told_and_left_to_a_person(desk: Client, today: Session, office: Organisation) -> None:
    first, second = today.bookings.all()
    Booking.objects.filter(pk=first.pk).update(status="absent")
    other_day = factories.booking(factories.session(organisation=office))
    gone = factories.booking(today)
    Booking.objects.filter(pk=gone.pk).update(status="cancelled")
    answer = send(desk, *(scan(r) for r in (first.reference, other_day.reference, gone.reference, "12345678", "x\0")))
    assert [one["fine"] for one in answer.json()["scans"]] == [False] * 5
    assert outcomes() == ["absent", "other_day", "cancelled", "unknown", "unknown"]
    assert (status(first), status(other_day), status(second)) == ("absent", "confirmed", "confirmed")
    assert "欠席になっています" in said(desk.get(reverse("desk:attendance", args=[today.code])))


def test_a_slip_uploaded_after_the_class_was_closed_is_told(desk: Client, today: Session) -> None:
    booking = today.bookings.all()[0]
    Session.objects.filter(pk=today.pk).update(status="held")
    send(desk, scan(booking.reference))
    assert (outcomes(), status(booking)) == (["closed"], "confirmed")


def test_a_device_whose_clock_is_a_year_off_is_put_right(desk: Client, today: Session) -> None:
    wrong = timezone.now() - timedelta(days=365)
    send(desk, scan(today.bookings.all()[0].reference, at=wrong.isoformat()), now=wrong.isoformat())
    assert outcomes() == ["attended"]


def test_another_offices_slip_is_unknown_here(sign_in: SignIn, today: Session) -> None:
    stranger = sign_in(Role.COORDINATOR, organisation=factories.organisation())
    booking = today.bookings.all()[0]
    send(stranger, scan(booking.reference))
    assert (outcomes(), status(booking)) == (["unknown"], "confirmed")


def test_the_teacher_scans_slips_of_their_own_class(today: Session) -> None:
    Session.objects.filter(pk=today.pk).update(status=SessionStatus.PUBLISHED)
    teacher = factories.instructor(user=factories.user(Role.INSTRUCTOR))
    assign(session=today, person=teacher, duty=Shift.Duty.INSTRUCTOR)
    browser = Client()
    browser.force_login(teacher.user)  # type: ignore[arg-type]
    send(browser, scan(today.bookings.all()[0].reference))
    assert outcomes() == ["attended"]


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", '{"now": 1, "scans": []}', '{"now": "2026-01-01T00:00:00", "scans": []}',
     '{"now": "2026-01-01T00:00:00Z", "scans": [{"key": "x", "reference": "1", "at": "2026-01-01T00:00:00Z"}]}'],
)  # fmt: skip
def test_what_is_no_upload_is_refused(desk: Client, body: str) -> None:
    assert desk.post(reverse(SCANS), body, content_type="application/json").status_code == 400
    assert not CheckIn.objects.exists()


def test_watchers_and_strangers_scan_nothing(client: Client, sign_in: SignIn, today: Session) -> None:
    assert send(client, scan("1")).status_code == 302
    assert send(sign_in(Role.MINISTRY), scan("1")).status_code == 403
    assert sign_in(Role.SUPPORTER).get(reverse("desk:check-in")).status_code == 403


def test_only_the_page_without_names_may_stay_on_a_phone(desk: Client, today: Session) -> None:
    """The worker keeps no roster, and every staff page forbids being stored."""
    kept = said(desk.get(reverse("desk:check-in-worker")))
    assert "roster" not in kept.replace("no roster", "")
    assert today.code not in kept
    for name in ("roster", "attendance"):
        assert "no-store" in desk.get(reverse(f"desk:{name}", args=[today.code])).headers["Cache-Control"]


# --- the poster -----------------------------------------------------------------------------------------------------
def door(session: Session) -> str:
    return reverse("registration:arrive", args=[session.code, token_of(session)])


def test_a_number_at_the_door_is_noted_and_staff_confirm_it(desk: Client, today: Session) -> None:
    booking = today.bookings.all()[0]
    page = said(Client().post(door(today), {"reference": booking.reference}))
    assert "受け付けました" in page
    assert "花子" not in page
    assert status(booking) == "confirmed"
    Client().post(door(today), {"reference": booking.reference})
    assert outcomes() == ["waiting"]
    attendance = reverse("desk:attendance", args=[today.code])
    assert "到着した1人を" in said(desk.get(attendance))
    assert "1人を出席にしました" in said(desk.post(reverse("desk:arrivals", args=[today.code]), follow=True))
    assert status(booking) == "attended"


@pytest.mark.parametrize(("minutes", "counts"), [(31, False), (29, True), (-89, True), (-91, False)])
def test_the_code_counts_from_half_an_hour_before_to_half_an_hour_after(
    today: Session, minutes: int, counts: bool
) -> None:
    put_at(today, timezone.now() + timedelta(minutes=minutes))
    Client().post(door(today), {"reference": today.bookings.all()[0].reference})
    assert CheckIn.objects.exists() == counts


def test_a_guessed_address_and_a_guessed_number_lead_nowhere(today: Session, office: Organisation) -> None:
    other = factories.booking(factories.session(organisation=office))
    assert Client().get(reverse("registration:arrive", args=[today.code, "0" * 12])).status_code == 404
    assert "その申込番号はありません" in said(Client().post(door(today), {"reference": other.reference}))
    answers = [Client().post(door(today), {"reference": "1234-5674"}).status_code for _ in range(6)]
    assert answers[-1] == 429
    assert not CheckIn.objects.exists()


def test_the_poster_is_one_page_for_those_who_take_attendance(desk: Client, sign_in: SignIn, today: Session) -> None:
    address = reverse("desk:poster", args=[today.code])
    paper = desk.get(address)
    assert paper.headers["Content-Type"] == "application/pdf"
    assert paper.content.count(b"/Type /Page\n") + paper.content.count(b"/Type /Page/") <= 1
    assert paper.content == desk.get(address).content
    assert sign_in(Role.MINISTRY).get(address).status_code == 403


def test_the_attendance_page_costs_the_same_at_1_and_at_30_arrivals(
    desk: Client, office: Organisation, same_queries_at_1_and_30: Callable[..., None]
) -> None:
    session = factories.session(organisation=office, capacity=40)

    def arrive() -> None:
        booking = factories.booking(session)
        CheckIn.objects.create(
            key=uuid4(), way="poster", reference="1", booking=booking, outcome="waiting", at=timezone.now()
        )

    same_queries_at_1_and_30(arrive, lambda: desk.get(reverse("desk:attendance", args=[session.code])))


@pytest.mark.django_db(transaction=True)
def test_one_scan_uploaded_by_eight_at_once_is_one(coordinator: Any, today: Session) -> None:
    one = scan(today.bookings.all()[0].reference)

    def upload(_n: int) -> int:
        browser = Client()
        try:
            browser.force_login(coordinator)
            return int(send(browser, one).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(upload, range(8))) == {200}
    assert outcomes() == ["attended"]
