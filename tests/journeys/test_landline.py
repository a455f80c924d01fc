"""The landline test: what someone wants comes out the same by web, by landline, on paper and through family, and by no
way in more than twice the steps of the web. A step is one thing that the resident, or their family, does.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from outreach.classes.models import Session
from outreach.classes.rules import JST
from outreach.contact.models import CallTask, Kind, Message, MessageStatus
from outreach.contact.queries import slips_to_print
from outreach.desk.services import cancel_session
from outreach.people.models import Organisation, Role, User
from outreach.people.rules import Scope
from outreach.phone import rules as line_rules
from outreach.registration.models import Booking, BookingStatus, Certificate, Enquiry, Enrolment, Intake, Resident
from outreach.registration.services import enrol
from tests import factories
from tests.phone.line import TOKEN, Caller, recording

pytestmark = pytest.mark.django_db
MOBILE, LANDLINE, DAUGHTER = "+819000000111", "+81300000222", "+819000000333"
NAME, KANA = "山田 花子", "ヤマダ ハナコ"
POSTAL = "0986222"


@dataclass
class Steps:
    """What someone did, one after the other."""

    done: list[str] = field(default_factory=list)

    def did(self, what: str) -> None:
        self.done.append(what)

    def __len__(self) -> int:
        return len(self.done)


@pytest.fixture(autouse=True)
def morning(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """Ten in the morning, the office is open, and the line has its provider's secret."""
    settings.TWILIO_AUTH_TOKEN = TOKEN
    real = timezone.now
    local = real().astimezone(JST)
    shift = local.replace(hour=10, minute=0, second=0, microsecond=0) - local
    monkeypatch.setattr(timezone, "now", lambda: real() + shift)
    monkeypatch.setattr(line_rules, "office_open", lambda now, hours: False)  # the machine answers, not a person


@pytest.fixture
def office() -> Organisation:
    factories.municipality()
    return factories.organisation()


@pytest.fixture
def clerk(office: Organisation) -> User:
    return factories.user(Role.COORDINATOR, organisation=office)


@pytest.fixture
def desk(clerk: User) -> Client:
    """Staff, who write down what comes on paper."""
    client = Client()
    client.force_login(clerk)
    return client


@pytest.fixture
def lesson(office: Organisation) -> Session:
    return factories.session(organisation=office, starts_at=factories.next_week(days=14))


class Web:
    """A browser, at home or the daughter's. A step is a page asked for or a form sent."""

    def __init__(self, phone: str) -> None:
        self.client, self.steps, self.phone = Client(), Steps(), phone

    def open(self, url: str) -> str:
        self.steps.did(f"opens {url}")
        return self.client.get(url, follow=True).content.decode()

    def send(self, url: str, **fields: str) -> str:
        self.steps.did(f"sends {url}")
        return self.client.post(url, fields, follow=True).content.decode()

    def look_up(self, booking: Booking) -> str:
        return self.send("/bookings/", reference=booking.reference, phone=self.phone)


class Line:
    """A telephone. A step is ringing, keying an answer, or speaking."""

    def __init__(self, number: str) -> None:
        self.call, self.steps = Caller(number), Steps()

    def ring(self) -> "Line":
        self.steps.did("rings")
        self.call.ring()
        return self

    def key(self, *answers: str) -> "Line":
        for keys in answers:
            self.steps.did(f"keys {keys}")
            self.call.press(keys)
        return self

    def speak(self) -> "Line":
        self.steps.did("speaks")
        self.call.speak(recording())
        return self


class Paper:
    """A form in the hall. Steps are writing and handing in; what staff do is not the resident's."""

    def __init__(self, desk: Client) -> None:
        self.desk, self.steps = desk, Steps()

    def hand_in(self, url: str, **fields: str) -> str:
        for what in ("writes", "hands in"):
            self.steps.did(what)
        return self.desk.post(url, fields, follow=True).content.decode()

    def read(self, url: str) -> bytes:
        self.steps.did("reads the flyer")
        return self.desk.get(url).content


def no_more_than_twice(**ways: Steps) -> None:
    most = 2 * len(ways["web"])
    for way, steps in ways.items():
        assert len(steps) <= most, f"{way}: {steps.done} against {ways['web'].done}"


def book(session: Session, **fields: Any) -> Booking:
    return factories.booking(session, **{"name": NAME, "kana": KANA, "phone": MOBILE, **fields})


def of_family(session: Session) -> Booking:
    return book(
        session, phone=LANDLINE, contact="family", tell="proxy", proxy_name="鈴木 幸子", proxy_relation="長女",
        proxy_phone=DAUGHTER,
    )  # fmt: skip


# --- find -----------------------------------------------------------------------------------------------------------
def test_find(lesson: Session, desk: Client) -> None:
    web, line, paper = Web(MOBILE), Line(LANDLINE), Paper(desk)
    web.open("/")
    assert lesson.code in web.open(f"/classes/?postal={POSTAL}")
    assert lesson.venue.name in web.open(f"/classes/{lesson.code}/")
    line.ring().key("2", POSTAL)
    assert lesson.venue.name in line.call.words or "コウリュウ" in line.call.words
    assert paper.read(f"/staff/sessions/{lesson.code}/flyer/").startswith(
        b"%PDF"
    )  # its words: tests/desk/test_flyers.py
    no_more_than_twice(web=web.steps, line=line.steps, paper=paper.steps)


# --- book -----------------------------------------------------------------------------------------------------------
def test_book(lesson: Session, desk: Client) -> None:
    web, line, paper, family = Web(MOBILE), Line(LANDLINE), Paper(desk), Web(DAUGHTER)
    apply = f"/classes/{lesson.code}/apply/"
    _by_web(web, apply, name="やまだ はなこ", phone=MOBILE, contact="sms")
    line.ring().key("1", lesson.code, "1").speak()
    paper.hand_in(
        reverse("desk:book-new"), code=lesson.code, kana="やまだ うめ", phone="03-0000-0444", channel="paper", sure="1"
    )
    _by_web(
        family, f"{apply}?for=family", whom="family", name="やまだ はる", phone="03-0000-0555", tell="proxy",
        proxy_name="鈴木 幸子", proxy_relation="長女", proxy_phone=DAUGHTER,
    )  # fmt: skip
    made = Booking.objects.filter(session=lesson).order_by("pk")
    assert [booking.channel for booking in made] == [Intake.WEB, Intake.PHONE_LINE, Intake.PAPER, Intake.WEB]
    assert {booking.status for booking in made} == {BookingStatus.CONFIRMED}
    assert all(len(booking.reference) == 8 for booking in made)
    no_more_than_twice(web=web.steps, line=line.steps, paper=paper.steps, family=family.steps)


def _by_web(web: Web, apply: str, **fields: str) -> None:
    web.open(apply)
    review = web.send(apply, **fields)
    draft = review.split('name="draft" value="')[1].split('"')[0]
    web.send(f"{apply.split('?')[0]}confirm/", draft=draft)


# --- change ---------------------------------------------------------------------------------------------------------
def test_change(office: Organisation, desk: Client) -> None:
    to = factories.session(organisation=office, starts_at=factories.next_week(days=15))
    ways = _four(office)
    for way, booking in ways.values():
        if isinstance(way, Web):
            way.look_up(booking)
            way.open("/bookings/mine/change/")
            way.send("/bookings/mine/change/", to=to.code)
            way.send("/bookings/mine/change/", to=to.code, sure="1")
        elif isinstance(way, Line):
            way.ring().key("3", booking.reference, "3", to.code, "1")
        else:
            act = reverse("desk:act", args=[booking.resident_id])
            Paper.hand_in(way, act, verb="move", booking=str(booking.pk), session=to.code)
    moved = {booking.resident_id for _way, booking in ways.values()}
    assert set(to.bookings.filter(status=BookingStatus.CONFIRMED).values_list("resident", flat=True)) == moved
    assert all(_now(booking) == BookingStatus.CANCELLED for _way, booking in ways.values())
    no_more_than_twice(**{name: way.steps for name, (way, _booking) in ways.items()})


# --- cancel ---------------------------------------------------------------------------------------------------------
def test_cancel(office: Organisation) -> None:
    ways = _four(office)
    for way, booking in ways.values():
        if isinstance(way, Web):
            way.look_up(booking)
            way.open("/bookings/mine/cancel/")
            way.send("/bookings/mine/cancel/")
        elif isinstance(way, Line):
            way.ring().key("3", booking.reference, "2", "1")
        else:
            way.hand_in(reverse("desk:booking-cancel", args=[booking.pk]), reason="はがき")
    assert all(_now(booking) == BookingStatus.CANCELLED for _way, booking in ways.values())
    told = Message.objects.filter(kind=Kind.BOOKING_CANCELLED)
    assert {message.to for message in told} == {MOBILE, DAUGHTER}  # whoever gets texts; nobody is rung to repeat it
    no_more_than_twice(**{name: way.steps for name, (way, _booking) in ways.items()})


Way = Web | Line | Paper


def _four(office: Organisation) -> dict[str, tuple[Way, Booking]]:
    """A booking for each way, in a class of its own, and someone to change it."""
    staff = Client()
    staff.force_login(factories.user(Role.COORDINATOR, organisation=office))
    lessons = [factories.session(organisation=office, starts_at=factories.next_week(days=14)) for _ in range(4)]
    return {
        "web": (Web(MOBILE), book(lessons[0])),
        "line": (Line(LANDLINE), book(lessons[1], phone=LANDLINE, kana="ヤマダ ウメ")),
        "paper": (Paper(staff), book(lessons[2], phone="+81300000444", kana="ヤマダ マツ", contact="post")),
        "family": (Web(DAUGHTER), of_family(lessons[3])),
    }


def _now(booking: Booking) -> str:
    return Booking.objects.get(pk=booking.pk).status


# --- be reminded, be told of a cancellation: nobody has to do anything ------------------------------------------------
@pytest.fixture
def four(lesson: Session) -> list[Booking]:
    """By text, by a person's call, by letter, through a daughter."""
    return [
        book(lesson),
        book(lesson, phone=LANDLINE, kana="ヤマダ ウメ"),
        book(lesson, phone="+81300000444", kana="ヤマダ マツ", contact="post", address="猿払村1-1", postal_code=POSTAL),
        of_family(lesson),
    ]


def _ways_of(kind: Kind, four: list[Booking]) -> list[str]:
    """How each was, or will be, told: exactly once."""
    return [_way_of(kind, booking) for booking in four]


def _way_of(kind: Kind, booking: Booking) -> str:
    message = Message.objects.filter(kind=kind, subject__startswith=booking.subject).exclude(status="withdrawn").get()
    assert message.fields["when"]
    assert message.fields["venue"] == booking.session.venue.name
    if message.status == MessageStatus.CALL:
        assert CallTask.objects.get(message=message).number == booking.resident.phone
        return "call"
    return "letter" if message.status == MessageStatus.TO_PRINT else f"text to {message.to}"


WAYS = [f"text to {MOBILE}", "call", "letter", f"text to {DAUGHTER}"]


def test_be_reminded(four: list[Booking], lesson: Session) -> None:
    assert _ways_of(Kind.REMINDER_DAY_BEFORE, four) == WAYS
    letter = Message.objects.get(kind=Kind.REMINDER_DAY_BEFORE, status=MessageStatus.TO_PRINT)
    assert letter.due_at < lesson.starts_at - timedelta(days=3)  # in time for the post
    assert letter in slips_to_print(Scope(nation=True), lesson.starts_at)


def test_be_told_of_a_cancellation(four: list[Booking], lesson: Session, clerk: User, desk: Client) -> None:
    cancel_session(session=lesson, by=clerk, reason="大雪のため")
    assert _ways_of(Kind.CANCELLATION, four) == WAYS
    page = desk.get(reverse("desk:answers", args=[lesson.code])).content.decode()
    assert page.count("連絡中") == 4  # and each stays on the list until reached


# --- ask a question -------------------------------------------------------------------------------------------------
def test_ask_a_question(lesson: Session, desk: Client) -> None:
    web, line, paper, family = Web(MOBILE), Line(LANDLINE), Paper(desk), Web(DAUGHTER)
    book(lesson, phone=LANDLINE)
    for browser, phone in ((web, "090-0000-0111"), (family, "090-0000-0333")):
        browser.open(f"/ask/?class={lesson.code}")
        browser.send(f"/ask/?class={lesson.code}", question="バスはありますか", phone=phone)
    line.ring().key("4").speak()
    paper.hand_in(
        reverse("desk:enquiry-new"), question="バスはありますか", phone="03-0000-0444", code=lesson.code, source="paper"
    )
    asked = Enquiry.objects.order_by("pk")
    assert [one.source for one in asked] == [Intake.WEB, Intake.WEB, Intake.PHONE_LINE, Intake.PAPER]
    assert len({(one.due_on, one.municipality_id, one.status) for one in asked}) == 1
    assert CallTask.objects.filter(kind=Kind.RING_BACK, subject__startswith="enquiry:").count() == 4
    no_more_than_twice(web=web.steps, line=line.steps, paper=paper.steps, family=family.steps)


# --- get the certificate --------------------------------------------------------------------------------------------
@pytest.fixture
def finished(office: Organisation) -> Callable[[Client], bytes]:
    """Someone who came to every lesson; asked for on a line or on paper, staff print the certificate."""
    lessons = factories.lessons(factories.series(lessons=2, organisation=office))
    who = factories.application(
        name=NAME, kana=KANA, phone=LANDLINE, contact="family", tell="proxy", proxy_name="鈴木 幸子",
        proxy_relation="長女", proxy_phone=DAUGHTER,
    )  # fmt: skip
    enrol(start=lessons[0], application=who, channel=Intake.PAPER, key="k", fingerprint="x")
    Booking.objects.update(status=BookingStatus.ATTENDED)

    def print_it(desk: Client) -> bytes:
        return desk.post(reverse("desk:certificate", args=[Enrolment.objects.get().pk])).content

    return print_it


def test_get_the_certificate(finished: Callable[[Client], bytes], desk: Client) -> None:
    booking = Booking.objects.first()
    assert booking
    web, line, paper, family = Web(LANDLINE), Line(LANDLINE), Paper(desk), Web(DAUGHTER)
    papers = []
    for browser in (web, family):
        browser.look_up(booking)
        browser.open("/bookings/mine/series/")
        browser.steps.did("presses print")
        papers.append(browser.client.post("/bookings/mine/series/certificate/").content)
    line.ring().key("4").speak()
    assert Enquiry.objects.get().phone == LANDLINE
    paper.hand_in(reverse("desk:enquiry-new"), question="修了証をください", phone="", source="paper")
    assert Resident.objects.filter(phone=Enquiry.objects.filter(source=Intake.PHONE_LINE).get().phone).count() == 1
    papers += [finished(desk), finished(desk)]
    assert papers[0].startswith(b"%PDF")
    assert set(papers) == {papers[0]}
    assert Certificate.objects.count() == 1
    no_more_than_twice(web=web.steps, line=line.steps, paper=paper.steps, family=family.steps)
