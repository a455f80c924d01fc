"""A resident changes to another class, answers a move, and is told of what they gave up."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from outreach.classes.models import Session
from outreach.contact.models import CallTask, Channel, Kind, Message, MessageStatus
from outreach.registration.models import Answer, AnswerStatus, Booking, BookingStatus, Intake
from outreach.registration.services import ask_answers, book, cancel, change_class
from tests import factories

pytestmark = pytest.mark.django_db
S = BookingStatus


@pytest.fixture
def booking() -> Booking:
    return factories.booking()


@pytest.fixture
def own(client: Client, booking: Booking) -> Client:
    """The browser of whoever made the booking."""
    client.post("/bookings/", {"reference": booking.reference, "phone": booking.resident.phone})
    return client


def near(booking: Booking, **fields: Any) -> Session:
    return factories.session(starts_at=factories.next_week(days=9), **fields)


def test_a_near_class_with_a_seat_is_offered_and_taken_in_one_step(own: Client, booking: Booking) -> None:
    to = near(booking)
    url = reverse("registration:change")
    assert to.code in own.get(url).content.decode()
    assert "この講習会に変えますか" in own.post(url, {"to": to.code}).content.decode()
    assert Booking.objects.count() == 1
    page = own.post(url, {"to": to.code, "sure": "1"}, follow=True).content.decode()
    moved = Booking.objects.get(session=to)
    assert moved.status == S.CONFIRMED
    assert f"{moved.reference[:4]}-{moved.reference[4:]}" in page
    booking.refresh_from_db()
    assert booking.status == S.CANCELLED
    assert Message.objects.filter(kind=Kind.BOOKING_CANCELLED).count() == 0  # told of the new class only


def test_without_a_seat_there_the_old_one_stays(own: Client, booking: Booking) -> None:
    full = near(booking, capacity=1)
    factories.booking(full)
    url = reverse("registration:change")
    assert "変えられません" in own.post(url, {"to": full.code}).content.decode()
    own.post(url, {"to": full.code, "sure": "1"})
    booking.refresh_from_db()
    assert booking.status == S.CONFIRMED
    assert Booking.objects.filter(session=full).count() == 1
    assert Message.objects.filter(subject=booking.subject, status=MessageStatus.WITHDRAWN).count() == 0


@pytest.mark.parametrize("typed", ["", "x", "1234567", "0" * 99, "一二三"])
def test_a_number_that_leads_nowhere_says_so(own: Client, booking: Booking, typed: str) -> None:
    answer = own.post(reverse("registration:change"), {"to": typed, "sure": "1"})
    assert answer.status_code == 200
    assert Booking.objects.count() == 1


def test_a_draft_or_a_class_gone_by_is_no_class_to_change_to(own: Client, booking: Booking) -> None:
    draft = factories.session(status="draft")
    over = near(booking)
    Session.objects.filter(pk=over.pk).update(starts_at=booking.applied_at, ends_at=booking.applied_at + timedelta(1))
    for code in (draft.code, over.code):
        own.post(reverse("registration:change"), {"to": code, "sure": "1"})
    assert Booking.objects.count() == 1


def test_a_stranger_is_sent_to_prove_who_they_are(client: Client, booking: Booking) -> None:
    to = near(booking)
    for name in ("change", "comes"):
        answer = client.post(reverse(f"registration:{name}"), {"to": to.code, "sure": "1"})
        assert answer.headers["Location"] == reverse("registration:lookup")
    assert Booking.objects.count() == 1


def test_a_change_frees_the_seat_for_who_waits(booking: Booking) -> None:
    session = factories.session(capacity=1)
    leaving, waiting = factories.booking(session), factories.booking(session)
    change_class(booking=leaving, to=near(leaving), channel=Intake.WEB)
    waiting.refresh_from_db()
    assert waiting.status == S.OFFERED


def test_whoever_is_asked_after_a_move_says_yes_on_the_page(own: Client, booking: Booking) -> None:
    session = booking.session
    ask_answers(bookings=[booking], kind=Kind.CHANGE, revision=1, needed_by=session.starts_at)
    assert "参加できますか" in own.get(reverse("registration:mine")).content.decode()
    assert "お待ちしています" in own.post(reverse("registration:comes"), follow=True).content.decode()
    assert Answer.objects.get().status == AnswerStatus.COMES
    assert "参加できますか" not in own.get(reverse("registration:mine")).content.decode()


def test_whoever_waits_is_asked_whether_they_still_do(client: Client, booking: Booking) -> None:
    session = factories.session(capacity=1)
    factories.booking(session)
    waiting = factories.booking(session)
    client.post(reverse("registration:lookup"), {"reference": waiting.reference, "phone": waiting.resident.phone})
    ask_answers(bookings=[waiting], kind=Kind.WAITLIST_CHANGE, revision=1, needed_by=session.starts_at)
    assert "このまま待ちますか" in client.get(reverse("registration:mine")).content.decode()
    page = client.post(reverse("registration:comes"), follow=True).content.decode()
    assert "席が空いたら、お知らせします" in page
    assert "まだお席はありません" in page
    assert Answer.objects.get().status == AnswerStatus.COMES


# --- told of what they gave up --------------------------------------------------------------------------------------
@pytest.mark.parametrize("channel", [Intake.WEB, Intake.PHONE_LINE, Intake.API])
def test_who_gives_up_alone_is_told_by_text_at_any_hour(booking: Booking, channel: str) -> None:
    cancel(booking=booking, channel=channel)
    told = Message.objects.get(kind=Kind.BOOKING_CANCELLED)
    assert (told.subject, told.channel, told.just_done) == (booking.subject, Channel.SMS, True)
    assert told.status == MessageStatus.PENDING


@pytest.mark.parametrize("channel", [Intake.STAFF_PHONE, Intake.COUNTER])
def test_whom_staff_answered_is_not_told_again(booking: Booking, channel: str) -> None:
    cancel(booking=booking, channel=channel)
    assert not Message.objects.filter(kind=Kind.BOOKING_CANCELLED).exists()


@pytest.mark.parametrize("way", [{"phone": "+81300000123"}, {"contact": "call"}, {"contact": "post"}])
def test_nobody_is_rung_only_to_repeat_the_page(way: dict[str, Any]) -> None:
    """Nor where a letter would need an address that is not known."""
    cancel(booking=factories.booking(**way), channel=Intake.WEB)
    assert not CallTask.objects.filter(kind=Kind.BOOKING_CANCELLED).exists()
    assert not Message.objects.filter(kind=Kind.BOOKING_CANCELLED).exists()


def test_who_chose_post_gets_a_letter() -> None:
    one = factories.session(starts_at=factories.next_week(days=20))
    booking = factories.booking(one, contact="post", address="猿払村1-1", postal_code="0986200")
    cancel(booking=booking, channel=Intake.PHONE_LINE)
    assert Message.objects.get(kind=Kind.BOOKING_CANCELLED).status == MessageStatus.TO_PRINT


def test_a_family_member_who_is_told_of_all_is_told_of_this() -> None:
    session = factories.session()
    wanted = factories.application(
        contact="family", tell="proxy", proxy_name="山田 一郎", proxy_relation="長男", proxy_phone="+819000001111"
    )
    booking = book(session=session, application=wanted, channel=Intake.WEB)
    cancel(booking=booking, channel=Intake.WEB)
    assert Message.objects.get(kind=Kind.BOOKING_CANCELLED).to == "+819000001111"
