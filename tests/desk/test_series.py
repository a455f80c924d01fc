"""Series at the desk: made, dated, signed up for, and each learner's lessons, certificate and subsidy."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from outreach.classes.models import Series, Session
from outreach.people.models import AccessLog, Organisation, Role
from outreach.registration import services
from outreach.registration.models import Booking, BookingStatus, Certificate, Enrolment
from tests import factories
from tests.desk.conftest import SignIn, put_at, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def series(office: Organisation) -> Series:
    return factories.series(owner=office, lessons=3, name="はじめての三回")


def sign_up(of: Series, sessions: list[Session], **fields: str) -> Enrolment:
    person = factories.application(**fields)
    services.enrol(start=sessions[0], application=person, channel="web", key=person.phone, fingerprint="x")
    return Enrolment.objects.get(series=of, resident__phone=person.phone)


def attend_all(enrolment: Enrolment) -> None:
    for booking in Booking.objects.filter(resident=enrolment.resident_id):
        services.mark_attendance(booking=booking, status=BookingStatus.ATTENDED, by=None)


def test_a_series_is_made_and_dated_in_two_forms(desk: Client, office: Organisation) -> None:
    courses = [factories.course(f"c{n}", name=f"第{n}課") for n in range(1, 4)]
    lessons = {f"lesson{n}": course.pk for n, course in enumerate(courses, 1)}
    made = desk.post("/staff/series/new/", {"name": "三回", "organisation": office.pk, "subsidy": "補助", **lessons})
    series = Series.objects.get()
    assert made.headers["Location"] == f"/staff/series/{series.pk}/dates/"
    day = factories.next_week().date().isoformat()
    form = {
        "venue": factories.venue().pk,
        "day": day,
        "starts": "10:00",
        "every": "14",
        "scheme": "own",
        "publish": "on",
    }
    assert "3回の日程を作りました" in said(desk.post(made.headers["Location"], form, follow=True))
    found = list(Session.objects.order_by("starts_at"))
    assert [(s.course, s.status, s.series) for s in found] == [(c, "published", series) for c in courses]
    assert {(b.starts_at - a.starts_at).days for a, b in itertools.pairwise(found)} == {14}


def test_one_taken_room_makes_no_date_at_all_and_names_the_lesson(desk: Client, series: Series) -> None:
    room, start = factories.venue(), factories.next_week(10, days=14)
    factories.session(venue=room, starts_at=start)
    day = factories.next_week().date().isoformat()
    form = {"venue": room.pk, "day": day, "starts": "10:00", "every": "7", "scheme": "own"}
    assert "第2回：会場" in said(desk.post(f"/staff/series/{series.pk}/dates/", form))
    assert Session.objects.count() == 1


def test_a_caller_is_signed_up_for_all_of_it_and_two_presses_are_one(desk: Client, series: Series) -> None:
    sessions = factories.lessons(series)
    page = f"/staff/series/{series.pk}/enrol/"
    caller = {
        "code": sessions[0].code,
        "kana": "なぎさ はな",
        "phone": "03-0000-1234",
        "channel": "staff_phone",
        "nonce": "n",
    }
    assert "3回をまとめて申し込みました" in said(desk.post(page, caller, follow=True))
    desk.post(page, caller)
    assert Booking.objects.count() == 3
    other = factories.session(organisation=series.organisation)
    assert "この連続講座にありません" in said(desk.post(page, {**caller, "code": other.code}))


def test_everyone_is_listed_with_each_lesson_and_the_look_is_logged(desk: Client, series: Series) -> None:
    sessions = factories.lessons(series)
    enrolment = sign_up(series, sessions, name="渚 はな", kana="ナギサ ハナ")
    attend_all(enrolment)
    page = said(desk.get(f"/staff/series/{series.pk}/"))
    assert page.count("<b>✓</b>") == 3
    assert "発行できます" in page
    assert AccessLog.objects.filter(action="see_series", subject=f"series:{series.pk}").exists()
    csv = desk.get(f"/staff/series/{series.pk}/", {"format": "csv"}).content.decode("utf-8-sig").splitlines()
    assert csv[1].startswith("渚 はな,ナギサ ハナ,")
    assert "はじめての三回" in said(desk.get("/staff/series/"))


def test_the_lists_cost_the_same_at_1_and_at_30(
    desk: Client, series: Series, same_queries_at_1_and_30: Callable[..., None]
) -> None:
    sessions = factories.lessons(series, capacity=40)
    same_queries_at_1_and_30(lambda: sign_up(series, sessions), lambda: desk.get(f"/staff/series/{series.pk}/"))
    same_queries_at_1_and_30(lambda: factories.series(owner=series.organisation), lambda: desk.get("/staff/series/"))


def test_from_a_missed_lesson_to_a_certificate_and_a_granted_subsidy(desk: Client, series: Series) -> None:
    sessions = factories.lessons(series)
    enrolment = sign_up(series, sessions)
    page = f"/staff/learners/{enrolment.pk}/"
    attend_all(enrolment)
    missed = Booking.objects.get(session=sessions[1])
    services.mark_attendance(booking=missed, status=BookingStatus.ABSENT, by=None)
    again = factories.session(
        course=sessions[1].course, organisation=series.organisation, starts_at=factories.next_week(days=60)
    )
    assert again.code in said(desk.get(page))
    assert "まだ出席していない" in said(desk.post(f"{page}certificate/", follow=True))
    unfit = factories.session(organisation=series.organisation)
    assert "次の講座を受けられません" in said(desk.post(f"{page}make-up/", {"session": unfit.code}, follow=True))
    desk.post(f"{page}make-up/", {"session": again.code})
    made_up = Booking.objects.get(session=again)
    services.mark_attendance(booking=made_up, status=BookingStatus.ATTENDED, by=None)
    assert desk.post(f"{page}certificate/").headers["Content-Type"] == "application/pdf"
    today = timezone.localdate().isoformat()
    noted = said(desk.post(f"{page}subsidy/", {"was": "not_yet", "to": "granted", "on": today}, follow=True))
    assert "記録しました" in noted
    assert "交付が決まった" in noted
    assert "先に変更" in said(
        desk.post(f"{page}subsidy/", {"was": "not_yet", "to": "applied", "on": today}, follow=True)
    )
    desk.post(f"{page}revoke/")
    assert Certificate.objects.get().revoked_on
    desk.post(f"{page}revoke/")
    assert Certificate.objects.get().revoked_on is None


def test_the_phone_desk_can_say_how_far_someone_is(desk: Client, series: Series) -> None:
    enrolment = sign_up(series, factories.lessons(series))
    page = said(desk.get(f"/staff/phone/{enrolment.resident_id}/"))
    assert "3回のうち0回 出席" in page


@pytest.mark.parametrize("path", ["", "make-up/", "certificate/", "revoke/", "subsidy/"])
def test_another_office_finds_nobody(sign_in: SignIn, series: Series, path: str) -> None:
    enrolment = sign_up(series, factories.lessons(series))
    other = sign_in(Role.COORDINATOR, organisation=factories.organisation(municipality=None))
    page = f"/staff/learners/{enrolment.pk}/{path}"
    assert (other.post(page) if path else other.get(page)).status_code == 404
    assert other.get(f"/staff/series/{series.pk}/").status_code == 404
    assert other.get(f"/staff/series/{series.pk}/enrol/").status_code == 404


# --- counting at the door -------------------------------------------------------------------------------------------
@pytest.fixture
def door(office: Organisation) -> Session:
    opened = factories.session(organisation=office, kind="consultation", entry="drop_in")
    return put_at(opened, timezone.now())


def press(client: Client, door: Session, **form: Any) -> Any:
    return client.post(f"/staff/sessions/{door.code}/tally/", form)


def count(door: Session) -> int:
    door.refresh_from_db()
    return door.walk_ins


def test_each_press_counts_one_and_the_last_can_be_taken_back(desk: Client, door: Session) -> None:
    for nonce in ("a", "b", "c"):
        press(desk, door, nonce=nonce)
    assert count(door) == 3
    press(desk, door, undo="1")
    assert count(door) == 2
    for _ in range(5):
        press(desk, door, undo="1")
    assert count(door) == 0


def test_no_nonce_holds_a_nul(desk: Client, door: Session, series: Series) -> None:
    press(desk, door, nonce="a\0b")
    assert door.tally_marks.get().nonce == "ab"
    assert desk.post(f"/staff/series/{series.pk}/enrol/", {"nonce": "a\0b"}).context["nonce"] == "ab"


def test_the_same_press_twice_is_one(desk: Client, door: Session) -> None:
    page = desk.get(f"/staff/sessions/{door.code}/tally/")
    for _ in range(2):
        press(desk, door, nonce=page.context["nonce"])
    assert count(door) == 1


def test_nothing_is_counted_before_the_day_or_after_the_end(desk: Client, office: Organisation) -> None:
    later = factories.session(organisation=office, kind="consultation", entry="drop_in")
    press(desk, later, nonce="a")
    assert count(later) == 0


def test_another_office_counts_nobody(sign_in: SignIn, door: Session) -> None:
    other = sign_in(Role.COORDINATOR, organisation=factories.organisation(municipality=None))
    assert press(other, door, nonce="a").status_code == 404
    assert press(sign_in(Role.MINISTRY), door, nonce="b").status_code == 403
