"""Ube: a student under 18 wishes to help beside the teacher; from the form to the certificate of hours."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from outreach.classes.models import Handover, Session, SessionStatus, Shift
from outreach.classes.services import sign_up
from outreach.people.models import (
    Curriculum,
    Engagement,
    Meeting,
    Organisation,
    Person,
    Role,
    Supporter,
    SupporterApplication,
)
from outreach.registration.hours import given_in
from tests import factories
from tests.browser import OpenPage
from tests.desk.conftest import put_at
from tests.desk.test_shifts import browser, student

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "正しい馬の電池"


@pytest.fixture
def city() -> Organisation:
    town = factories.municipality("35202")
    return factories.organisation(name="宇部市", municipality=town, takes_supporters=True)


@pytest.fixture
def desk(city: Organisation) -> Client:
    client = Client()
    client.force_login(factories.user(Role.COORDINATOR, municipality=city.municipality))
    return client


def small(city: Organisation, days: int) -> Session:
    """A class in one of the districts that misses one helper."""
    hall = factories.venue(municipality=factories.municipality("35202"))
    return factories.session(organisation=city, venue=hall, capacity=4, starts_at=factories.next_week(10, days=days))


def test_from_the_form_to_the_certificate(
    open_page: OpenPage,
    axe: Callable[[Page], None],
    fits_width: Callable[[Page], None],
    city: Organisation,
    desk: Client,
) -> None:
    _applies_on_a_phone(open_page("phone", javascript=False), axe, fits_width)
    account = _is_interviewed_and_accepted(desk)
    person = Person.objects.get()
    _is_trained_and_insured(desk, city, person)
    session, other = small(city, 14), small(city, 15)
    _signs_up_on_the_page(open_page("desktop"), account, session, axe)
    _swaps(city, person, session, other)
    _gives_hours(desk, person, other)


def _applies_on_a_phone(page: Page, axe: Callable[[Page], None], fits_width: Callable[[Page], None]) -> None:
    page.goto("/supporters/")
    fits_width(page)
    axe(page)
    page.get_by_label("どこで活動しますか").select_option(label="宇部市")
    page.get_by_label("学生", exact=True).check()
    page.get_by_label(re.compile("^お名前 ?必須")).fill("湊 蓮")
    page.get_by_label(re.compile("^お名前のふりがな")).fill("みなと れん")
    page.get_by_label(re.compile("^電話番号")).fill("090-0000-1234")
    page.get_by_label(re.compile("^お住まいの郵便番号")).fill("755-0001")
    page.get_by_label("18歳未満", exact=True).check()
    page.get_by_role("button", name="応募する").click()
    expect(page.get_by_role("alert")).to_contain_text("保護者の同意")
    page.get_by_label(re.compile("^保護者のお名前")).fill("湊 洋子")
    page.get_by_label(re.compile("^保護者の電話番号")).fill("090-0000-5678")
    page.get_by_label(re.compile("^保護者は、この応募に同意")).check()
    page.get_by_role("button", name="応募する").click()
    expect(page.get_by_role("heading", name="応募を受け付けました")).to_be_visible()


def _is_interviewed_and_accepted(desk: Client) -> tuple[str, str]:
    one = SupporterApplication.objects.get()
    assert (one.minor, one.municipality_id) == (True, "35202")
    address = reverse("desk:application-decide", args=[one.pk])
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    desk.post(address, {"what": "interview", "day": tomorrow, "at": "16:00"})
    desk.post(address, {"what": "accept"})
    assert not Supporter.objects.exists(), "the guardian has not been asked"
    desk.post(address, {"what": "guardian"})
    answer = desk.post(address, {"what": "accept"})
    person = answer.context["person"]
    return person.user.username, answer.context["password"]


def _is_trained_and_insured(desk: Client, city: Organisation, person: Person) -> None:
    new = {"organisation": city.pk, "name": "学生サポーター研修", "kind": "student", "valid_years": 3}
    units = {"disability": "障害の理解", "manners": "マナー", "practice": "実習"}
    for n, (theme, name) in enumerate(units.items(), 1):
        new |= {f"theme{n}": theme, f"name{n}": name}
    desk.post("/staff/training/", new)
    curriculum = Curriculum.objects.get()
    own = browser(person.supporter)
    for n, unit in enumerate(curriculum.units.all(), 1):
        day = (timezone.localdate() + timedelta(days=n)).isoformat()
        lesson = {"unit": unit.pk, "day": day, "starts": "10:00", "ends": "11:30", "place": "市役所", "capacity": 20}
        desk.post(reverse("desk:curriculum", args=[curriculum.pk]), lesson)
        own.post(reverse("desk:own-place", args=[Meeting.objects.latest("pk").pk]))
    assert Engagement.objects.filter(person=person, subject__startswith="training:").count() == 3
    for meeting in Meeting.objects.order_by("starts_at"):
        begun = timezone.now() - timedelta(days=4 - meeting.unit.position)
        Engagement.objects.filter(subject=meeting.subject).delete()
        Meeting.objects.filter(pk=meeting.pk).update(starts_at=begun, ends_at=begun + timedelta(hours=1))
        assert not person.qualifications.exists()
        desk.post(reverse("desk:meeting", args=[meeting.pk]), {"person": person.pk, "came": "1"})
    assert person.qualifications.get().training == "学生サポーター研修"
    for start in (timezone.localdate(), timezone.localdate() + timedelta(days=15)):
        desk.post(reverse("desk:insured", args=[person.pk]), {"starts_on": start.isoformat()})


def _signs_up_on_the_page(page: Page, account: tuple[str, str], session: Session, axe: Callable[[Page], None]) -> None:
    page.goto("/staff/sign-in/")
    page.get_by_label("ユーザー名").fill(account[0])
    page.get_by_label("パスワード").fill(account[1])
    page.get_by_role("button", name="サインインする").click()
    page.get_by_role("link", name="手伝える会場をさがす").click()
    expect(page.locator("svg.sketch a")).not_to_have_count(0)
    axe(page)
    page.locator(".chances li", has_text=session.venue.name).get_by_role("button").click()
    expect(page.get_by_role("heading", name="決まっている担当")).to_be_visible()
    assert session.shifts.get().person.name == "湊 蓮"


def _swaps(city: Organisation, person: Person, session: Session, other: Session) -> None:
    """Another student has the class of the day after; the two change places."""
    friend = student(city, account=True, municipality=city.municipality, lat=33.95, lon=131.25)
    theirs = sign_up(session=other, supporter=friend)
    own, friends = browser(person.supporter), browser(friend)
    shift = Shift.objects.get(session=session)
    own.post(reverse("desk:own-shift", args=[shift.pk]), {"hand_over": "1"})
    handover = Handover.objects.get()
    friends.post(reverse("desk:take", args=[handover.pk]), {"own": theirs.pk})
    own.post(reverse("desk:swap", args=[handover.pk]), {"agree": "1"})
    assert Shift.objects.get(session=other).person == person
    assert Shift.objects.get(session=session).person == friend.person


def _gives_hours(desk: Client, person: Person, other: Session) -> None:
    put_at(other, timezone.now() - timedelta(hours=1))
    Session.objects.filter(pk=other.pk).update(status=SessionStatus.CONFIRMED)
    shift = Shift.objects.get(session=other)
    address = reverse("desk:helpers", args=[other.code])
    desk.post(address, {"shift": shift.pk})
    desk.post(address, {"shift": shift.pk, "minutes": "90"})
    given = given_in(person, timezone.localdate())
    assert (given.times, given.minutes) == (1, 90)
    paper = browser(person.supporter).get(reverse("desk:own-certificate", args=[given.fiscal_year]))
    assert paper.content.startswith(b"%PDF")
