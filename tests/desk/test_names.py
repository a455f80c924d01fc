"""A name put right, by those who may, without two people becoming one."""

import pytest
from django.test import Client

from outreach.people.models import AccessLog, Organisation, Role
from outreach.registration.models import Booking, Resident
from tests import factories
from tests.desk.conftest import SignIn, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking(office: Organisation) -> Booking:
    return factories.booking(factories.session(organisation=office), name="", kana="ヤマダ")


def page(booking: Booking) -> str:
    return f"/staff/phone/{booking.resident_id}/name/"


def test_a_name_is_completed_with_kana_in_any_writing(desk: Client, booking: Booking) -> None:
    answer = desk.post(page(booking), {"name": "𠮷田 髙子", "kana": "よしだ たかこ"}, follow=True)
    booking.resident.refresh_from_db()
    assert (booking.resident.name, booking.resident.kana) == ("𠮷田 髙子", "ヨシダ タカコ")
    assert "お名前を直しました" in said(answer)
    assert AccessLog.objects.filter(action="correct_name").exists()


@pytest.mark.parametrize("kana", ["", "山田", "abc", "1"])
def test_what_is_no_kana_changes_nothing(desk: Client, booking: Booking, kana: str) -> None:
    desk.post(page(booking), {"name": "山田", "kana": kana})
    assert Resident.objects.get(pk=booking.resident_id).kana == "ヤマダ"


def test_two_people_at_one_number_do_not_become_one(desk: Client, booking: Booking) -> None:
    factories.booking(booking.session, kana="ヤマダ タロウ", phone=booking.resident.phone)
    answer = desk.post(page(booking), {"name": "", "kana": "ヤマダ タロウ"}, follow=True)
    assert "同じカナの方がもういます" in said(answer)
    assert Resident.objects.get(pk=booking.resident_id).kana == "ヤマダ"


def test_another_office_cannot_reach_it(sign_in: SignIn, booking: Booking) -> None:
    other = sign_in(Role.COORDINATOR, organisation=factories.organisation(municipality=None))
    assert other.post(page(booking), {"name": "x", "kana": "アア"}).status_code == 404
