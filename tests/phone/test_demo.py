"""The on-screen phone without JavaScript: the real dialogue, on real seats of sample data."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from outreach.classes.models import Session
from outreach.phone.models import Call
from outreach.registration.models import Booking

pytestmark = pytest.mark.django_db
PHONE = "/demo/phone/"


def do(client: Client, *acts: str, caller: str = "landline") -> str:
    page = ""
    for act in acts:
        page = client.post(PHONE, {"do": act, "caller": caller}, follow=True).content.decode()
    return page


def test_the_phone_books_a_real_seat_by_its_keys(client: Client, a_class: Session) -> None:
    page = do(client, "call", "1", *a_class.code, "1")
    assert "お席を、おとりしました" in page
    assert "読み：" in page
    booking = Booking.objects.get()
    assert (booking.resident.phone, booking.sample, booking.session) == ("+81300000188", True, a_class)
    page = do(client, "speak")
    assert "あとで係の者がお電話をして" in page, "nothing was recorded, so nothing is pretended"
    assert f"{booking.reference[:4]}-{booking.reference[4:]}" in page


def test_keys_gather_until_the_number_is_whole_or_ended(client: Client, a_class: Session) -> None:
    assert 'code">1234<' in do(client, "call", "1", *"1234")
    page = do(client, "#")
    assert "その講習会番号は、見つかりませんでした" in page
    assert 'code"></span>' in page
    assert "おつなぎします" in do(client, *"12", "wait"), "a pause ends a number too; the second miss gets a person"


def test_hanging_up_ends_the_call_and_later_keys_do_nothing(client: Client, a_class: Session) -> None:
    page = do(client, "call", "1", *a_class.code, "hang-up", "1", "wait", "speak")
    assert "電話を切りました" in page
    assert Call.objects.get().ended
    assert not Booking.objects.exists()


def test_a_withheld_number_is_asked_for(client: Client, a_class: Session) -> None:
    page = do(client, "call", "1", *a_class.code, caller="withheld")
    assert "お電話番号が、こちらに届いていません" in page


def test_two_browsers_have_two_calls(a_class: Session) -> None:
    one, other = Client(), Client()
    do(one, "call", "1", *a_class.code)
    do(other, "call")
    do(one, "1")
    assert Booking.objects.count() == 1
    assert Call.objects.count() == 2


def test_nonsense_changes_nothing(client: Client, a_class: Session) -> None:
    do(client, "call")
    before = Call.objects.get().step
    do(client, "", "12", "x", "answered", "speak", "call-me")
    assert Call.objects.get().step == before


def test_outside_sample_mode_there_is_no_such_page(client: Client, settings: Settings) -> None:
    settings.SAMPLE_MODE = False
    assert client.get(PHONE).status_code == 404
    assert client.post(PHONE, {"do": "call"}).status_code == 404
