"""Tōkai village: from the template over six lessons at the shop to a certificate, a subsidy and the final report."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page

from outreach.classes.models import Series, Session
from outreach.people.models import Organisation, Role
from outreach.registration.models import Booking, Certificate, Enrolment
from tests import factories
from tests.browser import OpenPage

LESSONS = [f"tokai-{n}" for n in range(1, 7)]


def said(answer: Any) -> str:
    return str(answer.content.decode())


def begin() -> Client:
    """The village begins with the template, and dates the series at the shop."""
    village = Client()
    village.force_login(factories.user(Role.COORDINATOR, municipality=factories.municipality()))
    village.post("/staff/programmes/new/tokai/", {"name": "猿払村", "phone": "03-0000-0101"})
    shop = factories.venue(name="携帯ショップ駅前店", capacity=8)
    series = Series.objects.get()
    assert list(series.lessons.values_list("course_id", flat=True)) == LESSONS
    factories.programme_year(timezone.localdate() + timedelta(days=60))
    day = factories.next_week().date().isoformat()
    form = {"venue": shop.pk, "day": day, "starts": "10:00", "every": "7", "scheme": "own", "publish": "on"}
    assert "6回の日程を作りました" in said(village.post(f"/staff/series/{series.pk}/dates/", form, follow=True))
    return village


def lessons() -> list[Session]:
    return list(Session.objects.filter(series__isnull=False).order_by("starts_at"))


def hold(village: Client, session: Session, came: dict[int, bool]) -> None:
    """The day comes: confirmed, attendance tapped, closed and reported."""
    over = timezone.now() - timedelta(hours=3)
    Session.objects.filter(pk=session.pk).update(starts_at=over, ends_at=over + timedelta(hours=1))
    at = f"/staff/sessions/{session.code}/"
    village.post(f"{at}confirm/")
    for booking in Booking.objects.filter(session=session):
        status = "attended" if came.get(booking.resident_id, True) else "absent"
        village.post(f"{at}attendance/{booking.pk}/", {"status": status})
    village.post(f"{at}close/", {"walk_ins": 0})
    assert "報告しました" in said(
        village.post(f"{at}report/", {"could": "most", "can_do": "よくできました"}, follow=True)
    )


@pytest.mark.django_db
def test_six_lessons_one_missed_and_made_up_a_certificate_and_a_subsidy() -> None:
    village = begin()
    first, *_rest = lessons()
    page = said(Client().get(f"/classes/{first.code}/"))
    assert "スマートフォン購入費の補助" in page
    caller = {
        "code": first.code,
        "kana": "なぎさ はな",
        "name": "渚 はな",
        "phone": "03-0000-1234",
        "channel": "counter",
    }
    series = Series.objects.get()
    village.post(f"/staff/series/{series.pk}/enrol/", {**caller, "nonce": "a"})
    enrolment = Enrolment.objects.get()
    assert Booking.objects.count() == 6
    for number, session in enumerate(lessons()):
        hold(village, session, {enrolment.resident_id: number != 3})
    learner = f"/staff/learners/{enrolment.pk}/"
    assert "6回のうち5回の出席です。次に申し込むのは「スマホ教室 第4回 メッセージ」" in said(village.get(learner))
    again = factories.session(
        course=Session.objects.get(course="tokai-4").course, series=series, scheme="own", venue=factories.venue(),
        organisation=Organisation.objects.get(name="猿払村"),
    )  # fmt: skip
    village.post(f"{learner}make-up/", {"session": again.code})
    hold(village, again, {})
    resident = Client()  # at home, by the number of any lesson
    reference = Booking.objects.filter(resident=enrolment.resident).order_by("pk")[2].reference
    resident.post("/bookings/", {"reference": reference, "phone": "03-0000-1234"})
    assert "すべての回を修了しました" in said(resident.get("/bookings/mine/series/"))
    assert resident.post("/bookings/mine/series/certificate/").content.startswith(b"%PDF")
    certificate = Certificate.objects.get()
    assert "有効な修了証です" in said(Client().post("/certificates/", {"code": certificate.code}))
    today = timezone.localdate().isoformat()
    village.post(f"{learner}subsidy/", {"was": "not_yet", "to": "applied", "on": today})
    village.post(f"{learner}subsidy/", {"was": "applied", "to": "granted", "on": today})
    page = said(village.get(f"/staff/series/{series.pk}/"))
    assert "交付が決まった" in page
    assert "発行済み" in page


@pytest.mark.django_db
def test_audiences_are_kept_apart_and_a_consultation_is_counted_by_a_tally() -> None:
    village = begin()
    owner, hall = Organisation.objects.get(name="猿払村"), factories.venue(name="公民館")
    day = factories.next_week(days=9).date().isoformat()
    made = {}
    for course, kind, entry, clock in (
        ("tokai-tryout", "class", "booking", "10:00"),
        ("tokai-change", "class", "booking", "13:00"),
        ("tokai-consult", "consultation", "drop_in", "15:00"),
    ):
        form = {
            "venue": hall.pk, "course": course, "day": day, "starts": clock, "organisation": owner.pk, "scheme": "own",
            "kind": kind, "entry": entry,
        }  # fmt: skip
        at = village.post("/staff/sessions/new/?municipality=01511", form).headers["Location"]
        village.post(f"{at}publish/")
        made[course] = Session.objects.get(course=course)
    for audience, course in (("no_phone", "tokai-tryout"), ("feature_phone", "tokai-change")):
        found = said(Client().get("/classes/", {"municipality": "01511", "audience": audience}))
        assert [s.course_id for s in made.values() if s.code in found] == [course]
        assert made[course].course.get_audience_display() in said(Client().get(f"/classes/{made[course].code}/apply/"))
    door = made["tokai-consult"]
    assert "予約はいりません" in said(Client().get(f"/classes/{door.code}/"))
    now = timezone.now() - timedelta(minutes=5)
    Session.objects.filter(pk=door.pk).update(starts_at=now, ends_at=now + timedelta(minutes=1))
    at = f"/staff/sessions/{door.code}/"
    for nonce in "abcd":
        village.post(f"{at}tally/", {"nonce": nonce})
    village.post(f"{at}tally/", {"undo": "1"})
    village.post(f"{at}confirm/")
    if Session.objects.get(pk=door.pk).status != "confirmed":  # no certified teacher: a second person lets it go ahead
        village.post(f"{at}staffing/exception/", {"reason": "職員が対応"})
        second = Client()
        second.force_login(factories.user(Role.COORDINATOR, municipality=factories.municipality()))
        second.post(f"{at}staffing/exception/approve/")
        village.post(f"{at}confirm/")
    closing = village.get(f"{at}attendance/").context["form"].initial["walk_ins"]
    village.post(f"{at}close/", {"walk_ins": closing})
    village.post(f"{at}report/", {"could": "most", "can_do": "料金の相談が多い"})
    door.refresh_from_db()
    assert (door.status, door.walk_ins) == ("reported", 3)


@pytest.mark.django_db(transaction=True)
def test_the_pages_that_matter_in_the_browser(
    open_page: OpenPage, axe: Callable[[Page], None], fits_width: Callable[[Page], None],
    shot: Callable[[Page, str], Path],
) -> None:  # fmt: skip
    begin()
    first = lessons()[0]
    page = open_page("phone", javascript=False)
    page.goto(f"/classes/{first.code}/")
    fits_width(page)
    shot(page, "series-class-phone")
    page.get_by_role("link", name="連続講座をまとめて申し込む").click()
    page.get_by_label("お名前", exact=False).first.fill("渚 はな")
    page.get_by_label("お名前のふりがな").fill("なぎさ はな")
    page.get_by_label("電話番号", exact=False).first.fill("090-0000-1234")
    page.get_by_label("携帯電話のSMS（ショートメール）").check()
    page.get_by_role("button", name="次へ（内容を確かめる）").click()
    shot(page, "series-review-phone")
    axe(page)
    page.get_by_role("button", name="この内容で申し込む").click()
    shot(page, "series-done-phone")
    page.goto("/bookings/mine/series/")
    axe(page)
    fits_width(page)
    shot(page, "series-progress-phone")
    page.goto("/certificates/")
    page.get_by_label("証明番号").fill("12345-67890")
    page.get_by_role("button", name="確かめる").click()
    shot(page, "certificate-check-phone")
    axe(page)
    assert Booking.objects.count() == 6
