"""Sixty-four people want twenty seats at the same moment (law 1)."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from outreach.classes.models import Session
from outreach.registration.models import Booking, BookingStatus, Intake
from outreach.registration.services import book, cancel
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
S = BookingStatus


def at_once(count: int, act: object) -> list[str]:
    def one(number: int) -> str:
        try:
            return act(number)  # type: ignore[operator,no-any-return]
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(one, range(count)))


def test_twenty_of_sixty_four_get_a_seat_and_the_rest_a_place_in_the_queue() -> None:
    session = factories.session(capacity=20)
    wanted = [factories.application() for _ in range(64)]

    def one(number: int) -> str:
        return book(session=session, application=wanted[number], channel=Intake.WEB).status

    assert Counter(at_once(64, one)) == {S.CONFIRMED: 20, S.WAITLISTED: 44}
    assert Session.objects.get(pk=session.pk).seats_taken == 20


def test_through_the_api_exactly_twenty_are_confirmed_and_all_are_told() -> None:
    session = factories.session(capacity=20)

    def one(number: int) -> str:
        body = {"session_code": session.code, "name": "山田", "kana": "ヤマダ", "phone": f"0900000{number:04d}"}
        response = Client().post("/api/bookings", body, content_type="application/json")
        assert response.status_code == 201, response.content
        return str(response.json()["status"])

    assert Counter(at_once(64, one)) == {"confirmed": 20, "waitlisted": 44}


def test_from_the_web_and_the_api_at_once_exactly_twenty_are_confirmed() -> None:
    session = factories.session(capacity=20)

    def one(number: int) -> str:
        phone = f"0900000{number:04d}"
        if number % 2:
            body = {"session_code": session.code, "name": "山田", "kana": "ヤマダ", "phone": phone}
            return str(Client().post("/api/bookings", body, content_type="application/json").json()["status"])
        client = Client()
        written = {"whom": "self", "name": "山田 花子", "kana": "やまだ はなこ", "phone": phone, "contact": "sms"}
        review = client.post(f"/classes/{session.code}/apply/", written)
        draft = re.search(r'name="draft" value="([^"]+)"', review.content.decode())
        assert draft
        client.post(f"/classes/{session.code}/apply/confirm/", {"draft": draft[1]})
        told = client.get("/bookings/done/").content.decode()
        return S.CONFIRMED if "申し込みが決まりました" in told else S.WAITLISTED if "キャンセル待ち" in told else told

    assert Counter(at_once(64, one)) == {S.CONFIRMED: 20, S.WAITLISTED: 44}
    assert Session.objects.get(pk=session.pk).seats_taken == 20


def test_a_key_sent_eight_times_at_once_makes_one_booking() -> None:
    session = factories.session()
    body = {"session_code": session.code, "name": "山田", "kana": "ヤマダ", "phone": "090-0000-0001"}

    def one(_number: int) -> str:
        headers = {"Idempotency-Key": "one-click"}
        return str(
            Client().post("/api/bookings", body, content_type="application/json", headers=headers).json()["reference"]
        )

    assert len(set(at_once(8, one))) == 1
    assert Booking.objects.count() == 1


def test_seats_given_up_while_others_book_are_neither_lost_nor_sold_twice() -> None:
    session = factories.session(capacity=10)
    first = [factories.booking(session) for _ in range(10)]
    wanted = [factories.application() for _ in range(20)]

    def one(number: int) -> str:
        if number % 3 == 0:
            cancel(booking=first[number // 3], channel=Intake.WEB)
            return "cancelled"
        return book(session=session, application=wanted[number - 1 - number // 3], channel=Intake.WEB).status

    at_once(30, one)
    held = Booking.objects.filter(session=session, status__in=[S.CONFIRMED, S.OFFERED]).count()
    assert Session.objects.get(pk=session.pk).seats_taken == held <= 10
