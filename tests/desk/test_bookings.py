"""Bookings at the desk: seen and logged, told again, cancelled and brought back."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from outreach.classes.models import Session
from outreach.contact.models import CallTask, Consent, Kind, Message, MessageStatus
from outreach.people.models import AccessLog, Organisation, Role
from outreach.registration.models import Booking, BookingStatus
from outreach.registration.services import cancel
from tests import factories
from tests.desk.conftest import SignIn, just_over, said

pytestmark = pytest.mark.django_db
LIST = "/staff/bookings/"


@pytest.fixture
def booking(office: Organisation) -> Booking:
    return factories.booking(factories.session(organisation=office), name="予約 花子")


def url(name: str, booking: Booking) -> str:
    return reverse(f"desk:{name}", args=[booking.pk])


def test_the_page_shows_all_and_every_look_is_logged(desk: Client, booking: Booking) -> None:
    page = said(desk.get(url("booking", booking)))
    reference = f"{booking.reference[:4]}-{booking.reference[4:]}"
    for words in ("予約 花子", reference, "申込の確認", "前日のお知らせ", "ウェブ"):
        assert words in page
    desk.get(url("booking", booking))
    assert AccessLog.objects.filter(action="see_booking", subject=booking.subject).count() == 2


def test_neither_list_nor_page_may_be_kept_by_a_shared_pc(desk: Client, booking: Booking) -> None:
    for address in (LIST, url("booking", booking)):
        assert "no-store" in desk.get(address).headers["Cache-Control"]


def test_bookings_of_another_office_do_not_exist(sign_in: SignIn, booking: Booking) -> None:
    other = sign_in(Role.COORDINATOR, organisation=factories.organisation(municipality=None))
    assert "予約" not in said(other.get(LIST)).replace("予約なし", "")
    for name in ("booking", "booking-cancel"):
        assert other.get(url(name, booking)).status_code == 404
    for name in ("booking-cancel", "booking-accept", "booking-tell", "booking-restore", "booking-way"):
        assert other.post(url(name, booking)).status_code == 404
    assert sign_in(Role.MINISTRY).get(url("booking", booking)).status_code == 403


def test_the_list_filters_by_state_and_channel(desk: Client, booking: Booking) -> None:
    assert len(desk.get(LIST, {"status": "confirmed", "channel": "web"}).context["page"]) == 1
    assert len(desk.get(LIST, {"status": "cancelled"}).context["page"]) == 0


def test_cancelling_asks_once_and_can_be_undone(desk: Client, booking: Booking) -> None:
    assert "取り消しますか" in said(desk.get(url("booking-cancel", booking)))
    desk.post(url("booking-cancel", booking), {"reason": "入院"})
    booking.refresh_from_db()
    assert booking.status == BookingStatus.CANCELLED
    assert booking.events.last().reason == "入院"  # type: ignore[union-attr]
    answer = desk.post(url("booking-restore", booking))
    again = Booking.objects.exclude(pk=booking.pk).get()
    assert answer.headers["Location"] == url("booking", again)
    assert (again.status, again.resident, again.session) == (BookingStatus.CONFIRMED, booking.resident, booking.session)
    assert Session.objects.get().seats_taken == 1


def test_a_freed_seat_goes_to_the_queue_and_restoring_waits_behind_it(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office, capacity=1)
    first, waiting = factories.booking(session), factories.booking(session)
    desk.post(url("booking-cancel", first))
    waiting.refresh_from_db()
    assert waiting.status == BookingStatus.OFFERED
    desk.post(url("booking-restore", first))
    assert Booking.objects.latest("pk").status == BookingStatus.WAITLISTED
    desk.post(url("booking-accept", waiting))
    waiting.refresh_from_db()
    assert waiting.status == BookingStatus.CONFIRMED


def test_telling_again_makes_one_new_message_and_keeps_one_reminder(desk: Client, booking: Booking) -> None:
    desk.post(url("booking-tell", booking))
    mine = Message.objects.filter(subject=booking.subject)
    assert mine.filter(kind=Kind.CONFIRMATION).count() == 2
    reminders = mine.filter(kind=Kind.REMINDER_DAY_BEFORE)
    assert reminders.exclude(status=MessageStatus.WITHDRAWN).count() == 1


def test_after_the_class_nothing_is_told(desk: Client, booking: Booking) -> None:
    just_over(booking.session)
    before = Message.objects.count()
    assert "いま送る連絡がありません" in said(desk.post(url("booking-tell", booking), follow=True))
    assert Message.objects.count() == before


def test_another_way_to_be_told(desk: Client, booking: Booking) -> None:
    desk.post(url("booking-way", booking), {"way-contact": "call", "way-postal_code": "", "way-address": ""})
    booking.refresh_from_db()
    assert booking.contact == "call"
    assert CallTask.objects.filter(subject=booking.subject, kind=Kind.REMINDER_DAY_BEFORE).exists()


def test_post_needs_an_address(desk: Client, booking: Booking) -> None:
    answer = desk.post(url("booking-way", booking), {"way-contact": "post"}, follow=True)
    assert "住所を入力してください" in said(answer)
    booking.refresh_from_db()
    assert booking.contact == "sms"


def test_changes_come_by_post_only(desk: Client, booking: Booking) -> None:
    for name in ("booking-accept", "booking-tell", "booking-restore", "booking-way"):
        assert desk.get(url(name, booking)).status_code == 405


def test_a_forged_form_is_refused(coordinator: object, booking: Booking) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(coordinator)  # type: ignore[arg-type]
    assert browser.post(url("booking-cancel", booking)).status_code == 403


def test_what_failed_is_rung_once_however_often_asked(desk: Client, booking: Booking) -> None:
    message = Message.objects.filter(subject=booking.subject).earliest("pk")
    Message.objects.filter(pk=message.pk).update(status=MessageStatus.UNKNOWN)
    for _ in range(2):
        desk.post(reverse("desk:ring-instead", args=[message.pk]))
    assert CallTask.objects.filter(message=message).count() == 1


def test_the_list_and_the_page_cost_the_same_at_1_and_at_30(
    desk: Client, office: Organisation, same_queries_at_1_and_30: Callable[..., None]
) -> None:
    session = factories.session(organisation=office, capacity=40)
    same_queries_at_1_and_30(lambda: factories.booking(session), lambda: desk.get(LIST))


def test_a_long_history_costs_the_same(
    desk: Client, booking: Booking, same_queries_at_1_and_30: Callable[..., None]
) -> None:
    same_queries_at_1_and_30(lambda: desk.post(url("booking-tell", booking)), lambda: desk.get(url("booking", booking)))


def test_cancelled_twice_is_said(desk: Client, booking: Booking) -> None:
    cancel(booking=booking, channel="web")
    assert "変更できません" in said(desk.post(url("booking-cancel", booking), follow=True))


def test_what_someone_said_is_kept_with_their_words_and_who_noted_it(desk: Client, booking: Booking) -> None:
    wish = {"wish-given": "0", "wish-channel": "any", "wish-purpose": "reminder", "wish-words": "電話はいらない"}
    desk.post(url("booking-wish", booking), wish)
    kept = Consent.objects.get(number=booking.resident.phone)
    assert (kept.given, kept.purpose, kept.source, kept.words) == (False, "reminder", "spoken", "電話はいらない")
    assert kept.noted_by is not None
    assert "電話はいらない" in said(desk.get(url("booking", booking)))


def test_a_wish_needs_the_persons_words(desk: Client, booking: Booking) -> None:
    desk.post(url("booking-wish", booking), {"wish-given": "0", "wish-channel": "any", "wish-purpose": "any"})
    assert not Consent.objects.exists()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_list_leaves_as_a_file_and_that_is_logged(desk: Client, booking: Booking, kind: str) -> None:
    answer = desk.get(LIST, {"format": kind})
    assert answer.headers["Content-Disposition"].endswith(f'.{kind}"')
    assert "no-store" in answer.headers["Cache-Control"]
    if kind == "csv":
        assert "予約 花子" in answer.content.decode("utf-8-sig")
    assert AccessLog.objects.filter(action="see_bookings", subject="bookings").exists()
