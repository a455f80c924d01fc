"""The resident's pages: apply, review, book; find the booking again, change and cancel it."""

import re
from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from outreach.classes.codes import show_code
from outreach.classes.models import Session, SessionStatus
from outreach.contact.models import CallTask, Channel, Kind, Message, MessageStatus, SenderNumber
from outreach.contact.numbers import show
from outreach.registration import flood, visits
from outreach.registration.models import Booking, BookingStatus
from outreach.registration.services import cancel, change_contact
from tests import factories

pytestmark = pytest.mark.django_db
S = BookingStatus
LANDLINE, MOBILE = "03-0000-0021", "090-0000-0022"
HERS = {"whom": "self", "name": "𠮷田 ヨネ", "kana": "よしだ よね", "phone": MOBILE, "contact": "sms", "needs": ""}
FOR_MOTHER = {
    "whom": "family",
    "name": "山本 トメ",
    "kana": "ヤマモト トメ",
    "phone": LANDLINE,
    "proxy_name": "山本 恵",
    "proxy_relation": "長女",
    "proxy_phone": MOBILE,
    "tell": "proxy",
}


def words(response: Any) -> str:
    return " ".join(strip_tags(response.content.decode()).split())


def apply(client: Client, session: Session, **written: str) -> Any:
    """Send the form; gives the review, or the form again."""
    return client.post(f"/classes/{session.code}/apply/", {**HERS, **written})


def draft_in(review: Any) -> str:
    found = re.search(r'name="draft" value="([^"]+)"', review.content.decode())
    assert found, words(review)
    return found[1]


def confirm(client: Client, session: Session, draft: str) -> Any:
    return client.post(f"/classes/{session.code}/apply/confirm/", {"draft": draft})


def sign_up(client: Client, session: Session, **written: str) -> Booking:
    confirm(client, session, draft_in(apply(client, session, **written)))
    return Booking.objects.latest("pk")


def open_own(client: Client, booking: Booking, phone: str = "") -> Any:
    return client.post("/bookings/", {"reference": booking.reference, "phone": phone or booking.resident.phone})


# --- applying -------------------------------------------------------------------------------------------------------
def test_nothing_is_stored_until_the_last_button(client: Client) -> None:
    session = factories.session()
    review = apply(client, session)
    assert "これでよろしいですか" in words(review)
    assert "ヨシダ ヨネ" in words(review)
    assert not Booking.objects.exists()
    assert MOBILE.replace("-", "") not in str(client.session.items())


def test_a_resident_books_and_is_shown_the_slip(client: Client) -> None:
    session = factories.session()
    response = confirm(client, session, draft_in(apply(client, session, needs="耳が聞こえにくい")))
    assert response.headers["Location"] == "/bookings/done/"
    booking = Booking.objects.get()
    assert (booking.status, booking.channel, booking.needs) == (S.CONFIRMED, "web", "耳が聞こえにくい")
    assert (booking.resident.name, booking.resident.kana) == ("𠮷田 ヨネ", "ヨシダ ヨネ")
    page = words(client.get("/bookings/done/"))
    reference = f"{booking.reference[:4]}-{booking.reference[4:]}"
    for said in (reference, session.course.name, session.venue.name, "03-0000-0101", "行けなくなったら", "雪や台風"):
        assert said in page
    assert "お聞きすることは、決してありません" in page


def test_the_slip_names_the_numbers_that_will_ring(client: Client) -> None:
    session = factories.session()
    SenderNumber.objects.create(number="+81300000555", use="staff", label="村", municipality=session.municipality)
    SenderNumber.objects.create(number="+81300000666", use="staff", label="やめた", active=False)
    sign_up(client, session)
    page = words(client.get("/bookings/mine/slip/"))
    assert "03-0000-0555" in page
    assert "03-0000-0666" not in page


def test_the_reference_stands_in_no_address(client: Client) -> None:
    session = factories.session()
    booking = sign_up(client, session)
    for address in ("/bookings/done/", "/bookings/mine/", "/bookings/mine/slip/", "/bookings/mine/cancel/"):
        page = client.get(address)
        assert not re.search(rf'(href|action)="[^"]*{booking.reference}', page.content.decode())
        assert "no-store" in page.headers["Cache-Control"]


def test_pressing_twice_makes_one_booking(client: Client) -> None:
    session = factories.session()
    draft = draft_in(apply(client, session))
    first, second = confirm(client, session, draft), confirm(client, session, draft)
    assert first.headers["Location"] == second.headers["Location"] == "/bookings/done/"
    assert Booking.objects.count() == 1
    assert Session.objects.get().seats_taken == 1


def test_going_back_and_sending_all_again_leads_to_the_same_booking(client: Client) -> None:
    session = factories.session()
    booking = sign_up(client, session)
    again = confirm(client, session, draft_in(apply(client, session)))
    assert again.headers["Location"] == "/bookings/done/"
    assert Booking.objects.get() == booking


def test_a_stranger_with_the_same_name_and_number_sees_nothing_of_the_booking(client: Client) -> None:
    session = factories.session()
    booking = sign_up(client, session)
    stranger = Client()
    response = confirm(stranger, session, draft_in(apply(stranger, session)))
    assert response.status_code == 200
    assert "お申し込みを受け付けています" in words(response)
    for hers in (booking.reference, show_code(booking.reference), "ヨネ", "お席をお取り"):
        assert hers not in response.content.decode()
    assert stranger.get("/bookings/done/").headers["Location"] == "/bookings/"


def test_who_forgot_that_she_applied_gets_her_reference_once_more_and_only_by_text(client: Client) -> None:
    session = factories.session()
    booking = sign_up(client, session)
    said = Message.objects.filter(kind=Kind.CONFIRMATION, subject=booking.subject)
    reminders = Message.objects.exclude(kind=Kind.CONFIRMATION).values_list("pk", "status")
    before = list(reminders)
    for _again in range(2):
        stranger = Client()
        confirm(stranger, session, draft_in(apply(stranger, session)))
        assert said.count() == 1  # she was told a moment ago
    said.update(created_at=timezone.now() - timedelta(days=2))
    for _again in range(3):  # at once, or again and again: once a day
        stranger = Client()
        confirm(stranger, session, draft_in(apply(stranger, session)))
    assert [m.fields["reference"] for m in said] == [show_code(booking.reference)] * 2
    assert list(reminders) == before
    landline = sign_up(Client(), session, name="浜 トメ", kana="ハマ トメ", phone=LANDLINE)
    confirm(stranger, session, draft_in(apply(stranger, session, name="浜 トメ", kana="ハマ トメ", phone=LANDLINE)))
    assert not CallTask.objects.filter(subject=landline.subject, kind=Kind.CONFIRMATION).exists()


def test_a_couple_shares_one_number(client: Client) -> None:
    session = factories.session()
    sign_up(client, session)
    sign_up(client, session, name="吉田 正", kana="よしだ ただし")
    assert Booking.objects.filter(status=S.CONFIRMED).count() == 2


def test_correcting_gives_back_all_that_was_written(client: Client) -> None:
    session = factories.session()
    draft = draft_in(apply(client, session, needs="前の席"))
    page = client.post(f"/classes/{session.code}/apply/", {"draft": draft}).content.decode()
    for written in ("𠮷田 ヨネ", MOBILE, "前の席"):
        assert written in page
    assert re.search(r'value="sms"[^>]*checked', page)


def test_mistakes_are_told_by_field_and_nothing_is_lost(client: Client) -> None:
    session = factories.session()
    response = apply(client, session, name="山田 花子", kana="", phone="12", contact="")
    page = response.content.decode()
    assert "入力を確認してください" in page
    assert 'value="山田 花子"' in page
    assert {"kana", "phone", "contact"} <= response.context["form"].errors.keys()
    assert "no-store" in response.headers["Cache-Control"]


def test_a_name_in_kana_needs_no_reading(client: Client) -> None:
    assert sign_up(client, factories.session(), name="よしだ よね", kana="").resident.kana == "ヨシダ ヨネ"


def test_an_empty_form_may_be_kept_so_that_going_back_loses_nothing(client: Client) -> None:
    page = client.get(f"/classes/{factories.session().code}/apply/")
    assert "no-store" not in page.headers.get("Cache-Control", "")


def test_a_landline_is_told_that_staff_will_ring(client: Client) -> None:
    session = factories.session()
    review = apply(client, session, phone=LANDLINE)
    assert "固定電話にはSMSが届かないので、職員がお電話します" in words(review)
    confirm(client, session, draft_in(review))
    assert CallTask.objects.filter(number="+81300000021").exists()


def test_post_asks_for_an_address_and_only_post_keeps_one(client: Client) -> None:
    session = factories.session()
    assert "address" in apply(client, session, contact="post").context["form"].errors
    by_sms = sign_up(client, session, address="どこか", postal_code="098-6231")
    assert by_sms.resident.address == ""
    by_post = sign_up(client, session, contact="post", kana="ヨシダ", address="猿払村鬼志別1", postal_code="098-6231")
    assert (by_post.resident.address, by_post.resident.postal_code) == ("猿払村鬼志別1", "0986231")


def test_post_that_would_come_too_late_is_told(client: Client) -> None:
    session = factories.session(starts_at=factories.next_week(days=2))
    assert "郵便では間に合わない" in words(apply(client, session, contact="post", address="猿払村1"))


def test_family_may_be_told_instead(client: Client) -> None:
    session = factories.session()
    assert {"proxy_name", "proxy_phone"} <= apply(client, session, contact="family").context["form"].errors.keys()
    family = {"proxy_name": "吉田 恵", "proxy_relation": "長女", "proxy_phone": "090-0000-0033"}
    booking = sign_up(client, session, contact="family", **family)
    assert (booking.contact, booking.tell, booking.proxy_phone) == ("family", "proxy", "+819000000033")
    assert set(Message.objects.values_list("to", flat=True)) == {"+819000000033"}


def test_a_daughter_applies_for_her_mother(client: Client) -> None:
    session = factories.session()
    assert "申し込むあなた" in words(client.get(f"/classes/{session.code}/apply/?for=family"))
    booking = sign_up(client, session, **FOR_MOTHER)
    assert (booking.resident.name, booking.proxy_name, booking.tell) == ("山本 トメ", "山本 恵", "proxy")
    assert set(Message.objects.values_list("to", flat=True)) == {"+819000000022"}


def test_telling_both_asks_how_the_resident_is_told(client: Client) -> None:
    session = factories.session()
    assert "contact" in apply(client, session, **{**FOR_MOTHER, "tell": "both", "contact": ""}).context["form"].errors
    booking = sign_up(client, session, **{**FOR_MOTHER, "tell": "both", "contact": "call"})
    assert (booking.contact, booking.tell) == ("call", "both")


def test_a_full_class_says_so_and_waitlists(client: Client) -> None:
    session = factories.session()
    Session.objects.filter(pk=session.pk).update(capacity=1, seats_taken=1)
    review = apply(client, session)
    assert "この内容でキャンセル待ちをする" in words(review)
    confirm(client, session, draft_in(review))
    assert Booking.objects.get().status == S.WAITLISTED
    assert "まだお席はありません" in words(client.get("/bookings/done/"))


def test_who_loses_the_last_seat_while_reviewing_is_waitlisted_and_told(client: Client) -> None:
    session = factories.session()
    draft = draft_in(apply(client, session))
    Session.objects.filter(pk=session.pk).update(capacity=1, seats_taken=1)
    confirm(client, session, draft)
    assert "キャンセル待ちを受け付けました" in words(client.get("/bookings/done/"))


def test_a_class_cancelled_while_reviewing_takes_no_booking(client: Client) -> None:
    session = factories.session()
    draft = draft_in(apply(client, session))
    Session.objects.update(status=SessionStatus.CANCELLED)
    response = confirm(client, session, draft)
    assert response.headers["Location"] == f"/classes/{session.code}/"
    assert "受け付けていません" in words(client.get(response.headers["Location"]))
    assert not Booking.objects.exists()
    assert client.get(f"/classes/{session.code}/apply/").headers["Location"] == f"/classes/{session.code}/"


def test_a_changed_or_borrowed_draft_is_refused(client: Client) -> None:
    session = factories.session()
    draft = draft_in(apply(client, session))
    other = factories.session(starts_at=factories.next_week(days=9))
    for target, sent in ((session, draft[:-2] + "xx"), (session, ""), (other, draft)):
        response = confirm(client, target, sent)
        assert response.headers["Location"] == f"/classes/{target.code}/apply/"
    assert not Booking.objects.exists()


GARBAGE = ["😀" * 50, "\x00", "𠮷" * 5000, "<script>alert(1)</script>", "a\u202eb", "１" * 300]


@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_in_any_field_breaks_nothing(client: Client, garbage: str) -> None:
    session = factories.session()
    for form in (HERS, FOR_MOTHER):
        for name in {**form, "address": "", "postal_code": ""}:
            response = apply(client, session, **{**form, name: garbage})
            assert response.status_code == 200, name
            assert "<script>alert" not in response.content.decode()
    assert client.post("/bookings/", {"reference": garbage, "phone": garbage}).status_code == 200


def test_a_my_number_is_refused_with_a_word_why(client: Client) -> None:
    response = apply(client, factories.session(), needs="番号は 1234 5678 9018 です")
    assert "マイナンバー（個人番号）は書かないでください" in words(response)


def test_forms_are_guarded_against_other_sites() -> None:
    session = factories.session()
    strict = Client(enforce_csrf_checks=True)
    for address in (f"/classes/{session.code}/apply/", f"/classes/{session.code}/apply/confirm/", "/bookings/"):
        assert strict.post(address, HERS).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_pressing_at_the_same_instant_makes_one_booking(client: Client) -> None:
    session = factories.session()
    draft = draft_in(apply(client, session))
    answers: list[str] = []

    def press() -> None:
        answers.append(confirm(Client(), session, draft).headers["Location"])
        connection.close()

    presses = [Thread(target=press) for _ in range(4)]
    for each in presses:
        each.start()
    for each in presses:
        each.join()
    assert answers == ["/bookings/done/"] * 4
    assert Booking.objects.count() == 1


# --- one's own booking ----------------------------------------------------------------------------------------------
def test_reference_and_number_open_the_booking(client: Client) -> None:
    booking = factories.booking(phone="+81300000021")
    written = f"{booking.reference[:4]}－{booking.reference[4:]}"
    response = client.post("/bookings/", {"reference": written, "phone": "０３（００００）００２１"})
    assert response.headers["Location"] == "/bookings/mine/"
    assert "お席をお取りしています" in words(client.get("/bookings/mine/"))


def test_whoever_applied_opens_it_with_their_own_number(client: Client) -> None:
    booking = sign_up(client, factories.session(), **FOR_MOTHER)
    assert open_own(Client(), booking, MOBILE).headers["Location"] == "/bookings/mine/"


def test_a_wrong_reference_and_a_wrong_number_get_the_same_answer(client: Client) -> None:
    booking, other = factories.booking(), factories.booking(factories.session(starts_at=factories.next_week(days=9)))
    wrong_number = open_own(client, booking, other.resident.phone)
    wrong_reference = client.post("/bookings/", {"reference": "12345678", "phone": booking.resident.phone})
    told = [list(response.context["form"].non_field_errors()) for response in (wrong_number, wrong_reference)]
    assert told[0] == told[1]
    assert "見つかりません" in told[0][0]
    assert client.get("/bookings/mine/").status_code == 302


def test_guessing_is_stopped_with_a_kind_page(client: Client) -> None:
    booking = factories.booking()
    for _ in range(5):
        open_own(client, booking, MOBILE)
    stopped = open_own(client, booking)
    assert stopped.status_code == 429
    assert "03-0000-0100" in words(stopped)


def test_the_booking_closes_after_a_quarter_of_an_hour(client: Client) -> None:
    sign_up(client, factories.session())
    session = client.session
    session[visits.KEY] = {**session[visits.KEY], "until": (timezone.now() - timedelta(seconds=1)).timestamp()}
    session.save()
    for address in ("done", "mine", "mine/slip", "mine/cancel", "mine/contact", "mine/messages"):
        assert client.get(f"/bookings/{address}/").headers["Location"] == "/bookings/"


def test_leaving_closes_it_at_once(client: Client) -> None:
    sign_up(client, factories.session())
    client.post("/bookings/leave/")
    assert client.get("/bookings/mine/").headers["Location"] == "/bookings/"


def test_opening_a_booking_changes_the_session_key(client: Client) -> None:
    booking = factories.booking()
    client.session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = planted = client.session.session_key or ""
    open_own(client, booking)
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != planted


def test_cancelling_asks_first_and_frees_the_seat_for_who_waits(client: Client) -> None:
    session = factories.session()
    Session.objects.filter(pk=session.pk).update(capacity=1)
    booking, waiting = factories.booking(session), factories.booking(session)
    open_own(client, booking)
    assert "申し込みを取り消しますか" in words(client.get("/bookings/mine/cancel/"))
    booking.refresh_from_db()
    assert booking.status == S.CONFIRMED
    page = words(client.post("/bookings/mine/cancel/", follow=True))
    assert "取り消しました" in page
    booking.refresh_from_db()
    waiting.refresh_from_db()
    assert (booking.status, waiting.status) == (S.CANCELLED, S.OFFERED)
    assert not Message.objects.filter(subject=booking.subject, status=MessageStatus.PENDING, kind__startswith="rem")


def test_an_offered_seat_is_taken_until_its_deadline(client: Client) -> None:
    session = factories.session()
    Session.objects.filter(pk=session.pk).update(capacity=1)
    first, second = factories.booking(session), factories.booking(session)
    cancel(booking=first, channel="web")
    open_own(client, second)
    assert "参加する（席を決める）" in words(client.get("/bookings/mine/"))
    assert "お席が決まりました" in words(client.post("/bookings/mine/accept/", follow=True))
    second.refresh_from_db()
    assert second.status == S.CONFIRMED


def test_a_lapsed_offer_is_told_and_not_taken(client: Client) -> None:
    session = factories.session()
    Session.objects.filter(pk=session.pk).update(capacity=1)
    first, second = factories.booking(session), factories.booking(session)
    cancel(booking=first, channel="web")
    Booking.objects.filter(pk=second.pk).update(offer_expires_at=timezone.now() - timedelta(minutes=1))
    open_own(client, second)
    assert "席を決める" not in words(client.get("/bookings/mine/"))
    assert "期限が過ぎました" in words(client.post("/bookings/mine/accept/", follow=True))
    second.refresh_from_db()
    assert second.status == S.OFFERED


def test_a_begun_class_can_be_neither_cancelled_nor_changed(client: Client) -> None:
    booking = factories.booking()
    begun = timezone.now() - timedelta(minutes=5)
    Session.objects.update(starts_at=begun, ends_at=begun + timedelta(hours=1))
    open_own(client, booking)
    assert client.get("/bookings/mine/cancel/").headers["Location"] == "/bookings/mine/"
    client.post("/bookings/mine/cancel/")
    booking.refresh_from_db()
    assert booking.status == S.CONFIRMED


def test_changing_the_way_plans_the_reminders_anew(client: Client) -> None:
    booking = factories.booking()
    open_own(client, booking)
    assert "address" in client.post("/bookings/mine/contact/", {"contact": "post"}).context["form"].errors
    assert "連絡の方法を変えました" in words(client.post("/bookings/mine/contact/", {"contact": "call"}, follow=True))
    waiting = CallTask.objects.filter(subject=booking.subject, status="waiting").values_list("kind", flat=True)
    assert "reminder_day_before" in set(waiting)
    assert not Message.objects.filter(channel=Channel.SMS, status=MessageStatus.PENDING, kind__startswith="reminder")


def test_changing_there_and_back_still_reminds(client: Client) -> None:
    """What was withdrawn is never revived: each change needs a revision of its own."""
    booking = factories.booking()
    for way in ("call", "sms"):
        change_contact(booking=booking, contact=way, tell="resident", channel="web")
    live = Message.objects.filter(subject=booking.subject, status=MessageStatus.PENDING, channel=Channel.SMS)
    assert set(live.values_list("kind", flat=True)) >= {"reminder_day_before", "reminder_same_day"}


def test_messages_can_be_stopped_and_taken_again(client: Client) -> None:
    booking = factories.booking()
    open_own(client, booking)
    for wish in ("no_reminders", "none", "all", "no_reminders"):
        assert client.post("/bookings/mine/messages/", {"wish": wish}).headers["Location"] == "/bookings/mine/"
        assert re.search(rf'value="{wish}"[^>]*checked', client.get("/bookings/mine/messages/").content.decode())
    assert client.post("/bookings/mine/messages/", {"wish": "x"}).status_code == 200


def test_a_booking_page_costs_the_same_with_many_messages(
    client: Client, query_count: Callable[[Callable[[], Any]], int]
) -> None:
    booking = factories.booking()
    open_own(client, booking)
    client.get("/bookings/mine/")
    few = query_count(lambda: client.get("/bookings/mine/"))
    for way in ("call", "sms", "call", "sms", "call"):
        change_contact(booking=booking, contact=way, tell="resident", channel="web")
    assert query_count(lambda: client.get("/bookings/mine/")) == few <= 8


def test_pages_that_change_something_want_a_post(client: Client) -> None:
    sign_up(client, factories.session())
    assert client.get("/bookings/mine/accept/").status_code == 405
    assert client.get("/bookings/leave/").status_code == 405


def test_every_page_can_be_read_in_english_too(client: Client) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    sign_up(client, factories.session())
    for address in ("/", "/bookings/done/", "/bookings/mine/", "/bookings/mine/slip/", "/bookings/"):
        page = client.get(address)
        assert (page.status_code, page.headers["Content-Language"]) == (200, "en")


# --- faster than people write ---------------------------------------------------------------------------------------
def test_a_hall_where_thirty_people_apply_in_an_hour_is_not_stopped(client: Client) -> None:
    session = factories.session(capacity=30, venue=factories.venue(capacity=30))
    for number in range(30):
        sign_up(client, session, phone=f"090-0000-{2000 + number}")
    assert Booking.objects.filter(status=S.CONFIRMED).count() == 30
    assert flood.FROM_ADDRESS >= 2 * 30  # also where each of them tries twice


@pytest.mark.parametrize("limit", ["FROM_ADDRESS", "FOR_NUMBER", "FROM_HERE_A_DAY", "A_DAY"])
def test_a_flood_is_stopped_with_words_and_a_number_to_ring_and_nothing_is_lost(
    client: Client, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(flood, limit, 1)
    sign_up(client, factories.session())
    session = factories.session()
    stopped = confirm(client, session, draft_in(apply(client, session)))
    assert stopped.status_code == 429
    assert "まだ申し込みは決まっていません" in words(stopped)
    assert show(session.organisation.phone or settings.CALLBACK_NUMBER) in words(stopped)
    assert "𠮷田 ヨネ" in words(stopped)
    assert Booking.objects.count() == 1
    other = factories.session()
    elsewhere = client.post(
        "/api/bookings",
        {"session_code": other.code, "name": "𠮷田 ヨネ", "kana": "よしだ よね", "phone": MOBILE},
        content_type="application/json",
    )
    assert elsewhere.status_code == 429  # the same count
    monkeypatch.setattr(flood, limit, 9)
    confirm(client, session, draft_in(stopped))
    assert Booking.objects.count() == 2


def test_ten_false_applications_for_a_number_stop_their_writer_and_not_whose_number_it_is(client: Client) -> None:
    session, stopped = factories.session(capacity=30, venue=factories.venue(capacity=30)), []
    for n in range(flood.A_DAY + 2 * flood.FOR_NUMBER):
        body = {
            "session_code": session.code,
            "name": f"嘘 {n}",
            "kana": "ウソ" + "アイウエオカキクケコ"[n % 10] * (n // 10 + 1),
        }
        answer = client.post("/api/bookings", {**body, "phone": MOBILE}, content_type="application/json")
        stopped.append(answer.status_code == 429)
    assert stopped == [False] * flood.FOR_NUMBER + [True] * (len(stopped) - flood.FOR_NUMBER)
    at_home = Client(REMOTE_ADDR="203.0.113.9")
    assert confirm(at_home, session, draft_in(apply(at_home, session))).status_code == 302
    assert Booking.objects.count() == flood.FOR_NUMBER + 1


def test_who_applies_for_others_is_not_flooded_with_their_texts(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each application for a mother of another number sends a text to one and the same daughter."""
    monkeypatch.setattr(flood, "FOR_NUMBER", 1)
    session = factories.session()
    answers = [
        confirm(client, session, draft_in(apply(client, session, **{**FOR_MOTHER, "phone": f"03-0000-{number}"})))
        for number in (2101, 2102)
    ]
    assert [answer.status_code for answer in answers] == [302, 429]
    assert Message.objects.filter(kind=Kind.CONFIRMATION).count() == 1
