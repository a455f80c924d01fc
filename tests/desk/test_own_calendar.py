"""One's own calendar: the feed at a secret address, and busy times taken in."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar
from playwright.sync_api import Page

from outreach.classes.models import Session, SessionStatus, Shift
from outreach.classes.services import assign
from outreach.dispatch import services as dispatch
from outreach.dispatch.models import Offer, Plan, Trip
from outreach.people.availability import availability
from outreach.people.models import CalendarFeed, DayException, Organisation, Person, Role, User
from tests import factories
from tests.browser import OpenPage
from tests.desk.conftest import said
from tests.dispatch import rows

pytestmark = pytest.mark.django_db
OWN = "/staff/mine/calendar/"


@pytest.fixture
def teacher(office: Organisation) -> Person:
    return rows.instructor(name="教員 太郎", user=factories.user(Role.INSTRUCTOR))


@pytest.fixture
def own(client: Client, teacher: Person) -> Client:
    assert teacher.user
    client.force_login(teacher.user)
    return client


def feed(client: Client, **headers: str) -> tuple[int, str, str]:
    token = CalendarFeed.objects.get().token
    answer = client.get(reverse("desk:calendar-feed", args=[token]), **headers)  # type: ignore[arg-type]
    return answer.status_code, answer.content.decode(), answer.headers.get("ETag", "")


def test_the_feed_has_classes_and_trips_and_names_no_resident(own: Client, teacher: Person, client: Client) -> None:
    session = factories.session()
    session.venue.key_holder, session.venue.phone = "鍵の人 090-0000-1234", "+81900001234"
    session.venue.save()
    assign(session=session, person=teacher, duty=Shift.Duty.INSTRUCTOR)
    factories.booking(session, name="秘密 花子")
    rows.request()
    dispatch.publish_plan(plan=rows.plan(), by=None)
    dispatch.accept_offer(offer=Offer.objects.get(), now=rows.now())
    assert "新しいアドレスをつくりました" in said(own.post(OWN, {"act": "make"}, follow=True))
    status, text, _etag = feed(Client())
    assert status == 200
    events = Calendar.from_ical(text).walk("VEVENT")
    assert sorted(str(event["UID"]).partition("-")[0] for event in events) == ["session", "session", "trip"]
    assert {event["SEQUENCE"] for event in events if "SEQUENCE" in event} == {0}
    for secret in ("秘密", "花子", "1234", "鍵の人"):
        assert secret not in text


def test_the_evening_before_stands_in_the_feed_though_it_has_no_visit(own: Client, teacher: Person) -> None:
    rows.request()
    dispatch.publish_plan(plan=rows.plan(), by=None)
    trip = Trip.objects.get()
    day, out = trip.day - timedelta(days=1), trip.leaves_at - timedelta(hours=20)
    Trip.objects.create(
        plan=trip.plan, person=teacher, day=day, leaves_at=out, back_at=out + timedelta(hours=4), hm=990,
        road_minutes=180, overnight=True,
    )  # fmt: skip
    own.post(OWN, {"act": "make"})
    assert "派遣の行程" not in feed(Client())[1]
    dispatch.accept_offer(offer=Offer.objects.get(), now=rows.now())
    titles = [str(event["SUMMARY"]) for event in Calendar.from_ical(feed(Client())[1]).walk("VEVENT")]
    assert "派遣の行程（99km）・この夜は外泊" in titles
    another = Plan.objects.create(prefecture_id="01", first=day, last=trip.day, status="published")
    Trip.objects.filter(pk=trip.pk).update(plan=another)  # of a day that is booked, but as nobody was asked for it
    assert feed(Client())[1].count("SUMMARY") == len(titles) - 1, "only what was accepted of the plan itself"


def test_unchanged_it_answers_304_and_changed_it_does_not(own: Client, teacher: Person) -> None:
    own.post(OWN, {"act": "make"})
    _status, _text, etag = feed(Client())
    assert etag
    assert feed(Client(), HTTP_IF_NONE_MATCH=etag)[0] == 304
    session = factories.session()
    assign(session=session, person=teacher, duty=Shift.Duty.INSTRUCTOR)
    assert feed(Client(), HTTP_IF_NONE_MATCH=etag)[0] == 200
    Session.objects.update(status=SessionStatus.CANCELLED)
    assert feed(Client(), HTTP_IF_NONE_MATCH=etag)[0] == 304


def test_revoked_or_renewed_the_old_address_is_gone(own: Client) -> None:
    own.post(OWN, {"act": "make"})
    old = reverse("desk:calendar-feed", args=[CalendarFeed.objects.get().token])
    own.post(OWN, {"act": "make"})
    assert Client().get(old).status_code == 404
    new = reverse("desk:calendar-feed", args=[CalendarFeed.objects.get().token])
    assert Client().get(new).status_code == 200
    own.post(OWN, {"act": "revoke"})
    assert Client().get(new).status_code == 404


def upload(client: Client, text: str) -> str:
    file = SimpleUploadedFile("busy.ics", text.encode(), content_type="text/calendar")
    return said(client.post(OWN, {"act": "import", "file": file}, follow=True))


def event(day: date, hours: str) -> str:
    start, end = hours.split("-")
    return (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:{day:%Y%m%d}T{start}\r\n"
        f"DTEND:{day:%Y%m%d}T{end}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )


def test_busy_times_count_and_are_replaced_by_the_next_file(own: Client, teacher: Person) -> None:
    day = timezone.localdate() + timedelta(days=3)
    mine = DayException.objects.create(person=teacher, day=day, kind="off", starts="08:00", ends="09:00")
    assert "取り込みました" in upload(own, event(day, "100000-120000"))
    assert availability([teacher], day, day)[teacher.pk][day] == [(540, 600), (720, 1140)]
    upload(own, event(day, "130000-240000".replace("240000", "235959")))
    assert availability([teacher], day, day)[teacher.pk][day] == [(540, 780)]
    own.post(OWN, {"act": "forget"})
    assert list(DayException.objects.all()) == [mine]


def test_a_bad_file_changes_nothing_and_says_why(own: Client, teacher: Person) -> None:
    day = timezone.localdate() + timedelta(days=3)
    upload(own, event(day, "100000-120000"))
    assert "読めません" in upload(own, "hello")
    assert "ファイル" in said(own.post(OWN, {"act": "import"}))
    assert DayException.objects.filter(imported=True).count() == 1


def test_only_those_with_work_of_their_own(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    assert client.get(OWN).status_code == 403
    assert client.get("/calendar/guessed.ics").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_on_a_telephone(
    open_page: OpenPage,
    teacher: Person,
    axe: Callable[[Page], None],
    fits_width: Callable[[Page], None],
    shot: Callable[[Page, str], Path],
) -> None:
    assert teacher.user
    phone = open_page("phone", javascript=False)
    phone.goto("/staff/sign-in/")
    phone.locator("[name=username]").fill(teacher.user.username)
    phone.locator("[name=password]").fill("正しい馬の電池")
    phone.get_by_role("button", name="サインインする").click()
    phone.goto(OWN)
    phone.get_by_role("button", name="アドレスをつくる").click()
    fits_width(phone)
    axe(phone)
    shot(phone, "own-calendar-phone")
