"""The school's form under fire: a flood, a NUL, a PC that the next visitor uses; and what is forgotten of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from outreach.registration.models import LectureMenu, LectureRequest
from outreach.registration.retention import forget_residents
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def menu() -> LectureMenu:
    return LectureMenu.objects.create(organisation=factories.organisation(), course=factories.course())


def ask(client: Client, menu: LectureMenu, n: int = 0, **changes: str) -> Any:
    day = (timezone.localdate() + timedelta(days=20)).isoformat()
    form = {
        "school": "常盤小学校", "address": "常盤町1-1", "day1": day, "time1": "10:40", "people": "30", "who": "5年生",
        "contact_name": "先生 太郎", "phone": f"03-0000-{n:04d}", "nonce": f"n{n}", **changes,
    }  # fmt: skip
    return client.post(f"/lectures/{menu.pk}/ask/", form, follow=True)


def test_a_flood_of_requests_from_one_address_is_stopped(client: Client, menu: LectureMenu) -> None:
    for n in range(20):
        assert "依頼を受け付けました" in ask(client, menu, n).content.decode()
    assert "数が多すぎます" in ask(client, menu, 21).content.decode()
    assert LectureRequest.objects.count() == 20


def test_a_nul_in_the_forms_own_field_is_no_crash(client: Client, menu: LectureMenu) -> None:
    ask(client, menu, nonce="a\0b")
    assert LectureRequest.objects.get().nonce == "ab"


def test_closing_the_page_closes_whatever_was_opened_at_this_pc(client: Client, menu: LectureMenu) -> None:
    ask(client, menu)
    assert "常盤小学校" in client.get("/lectures/mine/").content.decode()
    client.post("/bookings/leave/")
    assert "常盤小学校" not in client.get("/lectures/mine/").content.decode()


def test_who_asked_is_forgotten_in_time_by_the_nightly_job(client: Client, menu: LectureMenu) -> None:
    ask(client, menu)
    forget_residents(now=timezone.now() + timedelta(days=399))
    assert LectureRequest.objects.get().contact_name == "先生 太郎"
    forget_residents(now=timezone.now() + timedelta(days=401))
    one = LectureRequest.objects.get()
    assert (one.contact_name, one.phone, one.note) == ("", "", "")
