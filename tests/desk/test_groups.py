"""Several people at the phone desk: a line each, known ones offered, all booked or nobody."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from outreach.classes.models import Session
from outreach.contact.models import Kind, Message
from outreach.desk.forms.groups import Written, read_people
from outreach.people.models import Organisation, Role
from outreach.registration.models import Booking, BookingStatus, Resident
from tests import factories
from tests.desk.conftest import SignIn, said

pytestmark = pytest.mark.django_db
FORM = {"people": "やまだ はなこ、山田 花子\nヤマダ タロウ", "phone": "090-0000-7777", "channel": "paper"}


@pytest.fixture
def roomy(office: Organisation) -> Session:
    return factories.session(organisation=office, capacity=4)


def post(client: Client, session: Session, **changes: str) -> str:
    return said(client.post(reverse("desk:group", args=[session.code]), {**FORM, **changes}))


def test_a_line_is_kana_name_and_number_in_any_order() -> None:
    found = read_people("やまだ はなこ\n\n090-0000-0001, 山田 太郎，ﾔﾏﾀﾞ ﾀﾛｳ\n")
    assert found == [Written("ヤマダ ハナコ", "", ""), Written("ヤマダ タロウ", "山田 太郎", "+819000000001")]


@pytest.mark.parametrize(("text", "words"), [("やまだ\n山田 花子", "2行目"), ("やまだ、110", "1行目")])
def test_a_line_that_cannot_be_read_is_named(text: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        read_people(text)


def test_a_paper_form_is_read_back_and_booked_at_one_press(desk: Client, roomy: Session) -> None:
    page = post(desk, roomy)
    assert "全員のお席があります" in page
    assert not Booking.objects.exists()
    page = post(desk, roomy, sure="1", seats="2")
    made = list(Booking.objects.order_by("pk"))
    assert [(b.resident.kana, b.channel, b.status) for b in made] == [
        ("ヤマダ ハナコ", "paper", "confirmed"),
        ("ヤマダ タロウ", "paper", "confirmed"),
    ]
    for booking in made:
        assert f"{booking.reference[:4]}-{booking.reference[4:]}" in page
    assert Message.objects.filter(kind=Kind.CONFIRMATION).count() == 1


def test_each_of_a_group_leads_to_the_others_and_to_what_all_were_told(desk: Client, roomy: Session) -> None:
    post(desk, roomy, sure="1", seats="2")
    first, second = Booking.objects.order_by("pk")
    for one, other in ((first, second), (second, first)):
        page = said(desk.get(reverse("desk:booking", args=[one.pk])))
        assert reverse("desk:booking", args=[other.pk]) in page
        assert "申込の確認" in page


def test_who_waits_is_said_before_and_seats_gone_meanwhile_book_nobody(desk: Client, roomy: Session) -> None:
    Session.objects.filter(pk=roomy.pk).update(capacity=1)
    assert "はじめの1人" in post(desk, roomy)
    assert "空いている席の数が変わりました" in post(desk, roomy, sure="1", seats="2")
    assert not Booking.objects.exists()
    post(desk, roomy, sure="1", seats="1")
    assert [b.status for b in Booking.objects.order_by("pk")] == [BookingStatus.CONFIRMED, BookingStatus.WAITLISTED]


def test_one_who_may_be_known_is_offered_not_forced(desk: Client, roomy: Session, office: Organisation) -> None:
    known = factories.booking(
        factories.session(organisation=office), name="山田 花", kana="ヤマダ ハナ", phone="+819000007777"
    ).resident
    assert f'value="{known.pk}"' in post(desk, roomy)
    post(desk, roomy, sure="1", seats="2", **{"as-0": str(known.pk), "as-1": ""})
    assert {b.resident.kana for b in roomy.bookings.all()} == {"ヤマダ ハナ", "ヤマダ タロウ"}
    assert Resident.objects.count() == 2


@pytest.mark.parametrize(
    "changes",
    [{"people": "やまだ はなこ"}, {"people": ""}, {"phone": "110"}, {"needs": "123456789018"}, {"channel": "web"}],
)
def test_what_is_not_right_books_nobody(desk: Client, roomy: Session, changes: dict[str, str]) -> None:
    post(desk, roomy, sure="1", **changes)
    assert not Booking.objects.exists()


def test_a_class_or_a_person_out_of_reach_is_not_used(desk: Client, sign_in: SignIn, roomy: Session) -> None:
    stranger = factories.booking(factories.session(organisation=factories.organisation(municipality=None))).resident
    post(desk, roomy, sure="1", seats="2", **{"as-0": str(stranger.pk), "as-1": "9" * 30})
    assert {b.resident.kana for b in roomy.bookings.all()} == {"ヤマダ ハナコ", "ヤマダ タロウ"}
    other = sign_in(Role.COORDINATOR, organisation=factories.organisation(municipality=None))
    assert other.get(reverse("desk:group", args=[roomy.code])).status_code == 404
    assert sign_in(Role.MINISTRY).get(reverse("desk:group", args=[roomy.code])).status_code == 403
