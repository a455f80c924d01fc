"""Several people on one form: all or nobody, one reference each, each number told once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outreach.classes.models import Session
from outreach.contact.models import CallTask, Kind, Message, MessageStatus
from outreach.desk.services import cancel_session
from outreach.registration import flood
from outreach.registration.models import Booking, BookingStatus, Intake
from outreach.registration.services import (
    AlreadyBooked,
    Application,
    BookingError,
    SeatsChanged,
    accept_offer,
    book_group,
    cancel,
    change_contact,
)
from tests import factories

pytestmark = pytest.mark.django_db
S = BookingStatus
PHONE = "+819000007777"


def people(count: int, phone: str = PHONE, **fields: Any) -> list[Application]:
    names = ("ハナコ", "タロウ", "イチロウ", "サクラ", "ウメ", "マツ")
    return [factories.application(name=f"山田 {n}", kana=f"ヤマダ {n}", phone=phone, **fields) for n in names[:count]]


def told(kind: Kind) -> list[Message]:
    return list(Message.objects.filter(kind=kind).exclude(status=MessageStatus.WITHDRAWN).order_by("pk"))


@pytest.fixture
def roomy(db: None) -> Session:
    return factories.session(capacity=10)


def test_a_couple_gets_two_seats_two_references_and_one_message(roomy: Session) -> None:
    made = book_group(session=roomy, applications=people(2), seats=2, channel=Intake.WEB)
    assert [booking.status for booking in made] == [S.CONFIRMED] * 2
    assert len({booking.reference for booking in made}) == 2
    (confirmed,) = told(Kind.CONFIRMATION)
    assert confirmed.to == PHONE
    for booking in made:
        assert f"{booking.reference[:4]}-{booking.reference[4:]}" in confirmed.fields["reference"]
    assert confirmed.fields["name"] == "山田 ハナコ様、山田 タロウ"
    assert len(told(Kind.REMINDER_DAY_BEFORE)) == 1


def test_neighbours_with_numbers_of_their_own_are_told_each(roomy: Session) -> None:
    two = [*people(2), *people(1, phone="+81300000888")]
    book_group(session=roomy, applications=two, seats=3, channel=Intake.WEB)
    assert {m.to for m in told(Kind.CONFIRMATION)} == {PHONE}  # the landline was answered on the page
    assert CallTask.objects.filter(kind=Kind.REMINDER_DAY_BEFORE, number="+81300000888").count() == 1


def test_where_not_all_find_a_seat_those_who_do_were_told(roomy: Session) -> None:
    Session.objects.filter(pk=roomy.pk).update(capacity=2)
    made = book_group(session=roomy, applications=people(3), seats=2, channel=Intake.WEB)
    assert [booking.status for booking in made] == [S.CONFIRMED, S.CONFIRMED, S.WAITLISTED]
    assert [len(told(kind)) for kind in (Kind.CONFIRMATION, Kind.WAITLISTED)] == [1, 1]
    alone = book_group(session=roomy, applications=people(1, phone="+819000006666"), seats=0, channel=Intake.WEB)
    assert {reminder.to for reminder in told(Kind.REMINDER_DAY_BEFORE)} == {PHONE}  # nobody who only waits
    assert alone[0].status == S.WAITLISTED


def test_fewer_seats_than_were_promised_book_nobody(roomy: Session) -> None:
    Session.objects.filter(pk=roomy.pk).update(capacity=1)
    with pytest.raises(SeatsChanged) as refused:
        book_group(session=roomy, applications=people(3), seats=3, channel=Intake.WEB)
    assert refused.value.left == 1
    assert not Booking.objects.exists()
    assert not Message.objects.exists()


def test_one_who_is_in_already_is_named_and_nobody_is_booked(roomy: Session) -> None:
    book_group(session=roomy, applications=people(2), seats=2, channel=Intake.WEB)
    with pytest.raises(AlreadyBooked, match="タロウ"):
        book_group(session=roomy, applications=people(4)[1:], seats=3, channel=Intake.WEB)
    assert Booking.objects.count() == 2


@pytest.mark.parametrize("count", [0, 21])
def test_a_group_of_none_or_of_too_many_is_refused(roomy: Session, count: int) -> None:
    with pytest.raises(BookingError):
        book_group(session=roomy, applications=people(1) * count, seats=0, channel=Intake.WEB)


def test_when_one_gives_up_the_others_are_reminded_once_without_them(roomy: Session) -> None:
    first, second, third = book_group(session=roomy, applications=people(3), seats=3, channel=Intake.WEB)
    cancel(booking=first, channel=Intake.WEB)
    (reminder,) = told(Kind.REMINDER_DAY_BEFORE)
    assert reminder.fields["name"] == "山田 タロウ様、山田 イチロウ"
    cancel(booking=third, channel=Intake.WEB)
    (reminder,) = told(Kind.REMINDER_DAY_BEFORE)
    assert reminder.fields["name"] == "山田 タロウ"
    cancel(booking=second, channel=Intake.WEB)
    assert told(Kind.REMINDER_DAY_BEFORE) == []


def test_one_who_gets_a_seat_later_is_reminded_with_the_others(roomy: Session) -> None:
    Session.objects.filter(pk=roomy.pk).update(capacity=2)
    stranger = factories.booking(roomy)
    _seated, waiting = book_group(session=roomy, applications=people(2), seats=1, channel=Intake.WEB)
    cancel(booking=stranger, channel=Intake.WEB)
    accept_offer(booking=waiting, channel=Intake.WEB)
    (reminder,) = told(Kind.REMINDER_DAY_BEFORE)
    assert "タロウ" in reminder.fields["name"]
    assert len(told(Kind.CONFIRMATION)) == 2  # of the one who had a seat at once, and of the seat that came later


def test_a_cancelled_class_is_told_once_to_a_number(roomy: Session) -> None:
    made = book_group(session=roomy, applications=people(5), seats=5, channel=Intake.WEB)
    cancel(booking=made[0], channel=Intake.WEB)
    cancel_session(session=roomy, by=factories.user(), reason="大雪のため")
    (message,) = told(Kind.CANCELLATION)
    assert message.fields["name"] == "山田 タロウ様、山田 イチロウ様、山田 サクラほか1名"
    assert told(Kind.REMINDER_DAY_BEFORE) == []


def test_whoever_wants_to_be_told_otherwise_is_told_alone(roomy: Session) -> None:
    first, second = book_group(session=roomy, applications=people(2), seats=2, channel=Intake.WEB)
    change_contact(booking=first, contact="call", tell="resident", channel=Intake.WEB)
    assert {m.fields["name"] for m in told(Kind.REMINDER_DAY_BEFORE)} == {str(first.resident), str(second.resident)}


@pytest.mark.django_db(transaction=True)
def test_two_groups_at_once_never_oversell() -> None:
    session = factories.session(capacity=5)
    groups = [people(3), people(3, phone="+819000008888")]

    def one(group: list[Application]) -> str:
        try:
            return str(len(book_group(session=session, applications=group, seats=3, channel=Intake.WEB)))
        except SeatsChanged as error:
            return f"left {error.left}"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, groups)) == ["3", "left 2"]
    session.refresh_from_db()
    assert session.seats_taken == 3


# --- on the web -----------------------------------------------------------------------------------------------------
def form(*names: str, rows: int = 3, **changes: str) -> dict[str, str]:
    data = {"phone": "090-0000-7777", "contact": "sms", "people-TOTAL_FORMS": str(rows), "people-INITIAL_FORMS": "0"}
    for at, name in enumerate(names):
        data[f"people-{at}-name"] = name
    return {**data, **changes}


def draft_of(page: str) -> str:
    return page.split('name="draft" value="')[1].split('"')[0]


def test_a_group_goes_from_form_to_review_to_references(client: Client, roomy: Session) -> None:
    url = reverse("registration:group", args=[roomy.code])
    assert "何人かで申し込む" in client.get(url).content.decode()
    page = client.post(url, form("やまだ はなこ", "やまだ たろう")).content.decode()
    assert "席をお取りする方 2人" in page
    sure = {"draft": draft_of(page)}
    confirm = reverse("registration:group-confirm", args=[roomy.code])
    for _press in range(2):
        done = client.post(confirm, sure, follow=True).content.decode()
        for booking in Booking.objects.all():
            assert f"{booking.reference[:4]}-{booking.reference[4:]}" in done
    assert Booking.objects.count() == 2
    assert len(told(Kind.CONFIRMATION)) == 1


def test_seats_gone_meanwhile_are_shown_again_before_anything_is_booked(client: Client, roomy: Session) -> None:
    url = reverse("registration:group", args=[roomy.code])
    page = client.post(url, form("やまだ はなこ", "やまだ たろう")).content.decode()
    Session.objects.filter(pk=roomy.pk).update(capacity=1)
    confirm = reverse("registration:group-confirm", args=[roomy.code])
    page = client.post(confirm, {"draft": draft_of(page)}).content.decode()
    assert "席があるのは、はじめの1人" in page
    assert not Booking.objects.exists()
    client.post(confirm, {"draft": draft_of(page)})
    assert [b.status for b in Booking.objects.order_by("pk")] == [S.CONFIRMED, S.WAITLISTED]


def test_more_rows_keep_what_was_written(client: Client, roomy: Session) -> None:
    url = reverse("registration:group", args=[roomy.code])
    page = client.post(url, {**form("やまだ はなこ"), "more": "1"}).content.decode()
    assert 'value="やまだ はなこ"' in page
    assert "6人目" in page
    assert "入力してください" not in page


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (form("やまだ はなこ"), "2人以上"),
        (form("山田 花子", "やまだ たろう"), "ふりがなを入力"),
        (form("やまだ はなこ", "ヤマダ ハナコ"), "2回書かれています"),
        (form("やまだ はなこ", "やまだ たろう", phone=""), "入力してください"),
        (form("やまだ はなこ", "やまだ たろう", contact="post"), "住所を入力"),
        (form("やまだ はなこ", "やまだ たろう", proxy_name="寮母"), "関係"),
        (form("やまだ はなこ", "やまだ たろう", needs="1234 5678 9018"), "マイナンバー"),
        (form("やまだ はなこ", "やまだ たろう", rows=9999), "20"),
        ({"people-TOTAL_FORMS": "x"}, "エラー"),
    ],
)
def test_what_is_not_right_is_said(client: Client, roomy: Session, data: dict[str, str], words: str) -> None:
    page = client.post(reverse("registration:group", args=[roomy.code]), data)
    assert page.status_code == 200
    assert words in page.content.decode()
    assert not Booking.objects.exists()


def test_a_draft_of_another_class_or_a_changed_one_books_nobody(client: Client, roomy: Session) -> None:
    other = factories.session()
    url = reverse("registration:group", args=[roomy.code])
    draft = draft_of(client.post(url, form("やまだ はなこ", "やまだ たろう")).content.decode())
    client.post(reverse("registration:group-confirm", args=[other.code]), {"draft": draft})
    client.post(reverse("registration:group-confirm", args=[roomy.code]), {"draft": draft + "x"})
    assert not Booking.objects.exists()
    assert client.get(reverse("registration:group-done")).headers["Location"] == "/bookings/"


def test_a_flood_of_groups_for_one_number_is_stopped_and_nothing_written_is_lost(
    client: Client, roomy: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flood, "FOR_NUMBER", 1)
    confirm = reverse("registration:group-confirm", args=[roomy.code])
    url = reverse("registration:group", args=[roomy.code])
    for two in (("やまだ はなこ", "やまだ たろう"), ("やまだ うめ", "やまだ まつ")):
        answer = client.post(confirm, {"draft": draft_of(client.post(url, form(*two)).content.decode())})
    assert "短い時間に申し込みが続いたため" in answer.content.decode()
    assert Booking.objects.count() == 2
    monkeypatch.setattr(flood, "FOR_NUMBER", 9)
    client.post(confirm, {"draft": draft_of(answer.content.decode())})
    assert Booking.objects.count() == 4


def test_who_is_booked_already_is_told_at_their_own_number_and_the_others_may_go_on(
    client: Client, roomy: Session
) -> None:
    url = reverse("registration:group", args=[roomy.code])
    confirm = reverse("registration:group-confirm", args=[roomy.code])
    client.post(confirm, {"draft": draft_of(client.post(url, form("やまだ はなこ", "やまだ たろう")).content.decode())})
    Message.objects.update(created_at=timezone.now() - timedelta(days=2))
    stranger = Client()
    draft = draft_of(stranger.post(url, form("やまだ うめ", "やまだ たろう")).content.decode())
    page = stranger.post(confirm, {"draft": draft}).content.decode()
    booked = Booking.objects.get(resident__kana="ヤマダ タロウ")
    assert "お申し込みは、受け付けています" in page
    assert booked.reference not in page
    assert "もう申し込んで" not in page
    assert Booking.objects.count() == 2
    assert Message.objects.filter(created_at__gt=timezone.now() - timedelta(hours=1)).exists()


def test_who_stands_there_twice_with_the_number_said_once_more_is_not_told_that_they_are_booked(
    client: Client, roomy: Session
) -> None:
    data = {**form("やまだ はなこ", "やまだ はなこ"), "people-1-phone": "090-0000-7777"}
    draft = draft_of(client.post(reverse("registration:group", args=[roomy.code]), data).content.decode())
    page = client.post(reverse("registration:group-confirm", args=[roomy.code]), {"draft": draft}).content.decode()
    assert "2回書かれています" in page
    assert "受け付けています" not in page
    assert not Booking.objects.exists()


def test_a_flood_of_groups_from_one_address_is_stopped(
    client: Client, roomy: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flood, "FOR_NUMBER", 99)
    monkeypatch.setattr(flood, "A_DAY", 99)
    url = reverse("registration:group", args=[roomy.code])
    draft = draft_of(client.post(url, form("やまだ はなこ", "やまだ たろう")).content.decode())
    confirm = reverse("registration:group-confirm", args=[roomy.code])
    for _n in range(30):
        client.post(confirm, {"draft": draft})
    answer = client.post(confirm, {"draft": draft})
    assert "数が多すぎます" in answer.content.decode()
    assert Booking.objects.count() == 2
