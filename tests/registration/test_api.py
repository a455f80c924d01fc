"""Booking through the API."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from outreach.classes.codes import show_code
from outreach.classes.models import Session
from outreach.contact.models import Message
from outreach.people.tries import TRIES_PER_REFERENCE
from outreach.registration.models import Booking
from tests import factories

pytestmark = pytest.mark.django_db
PROBLEM = "application/problem+json"


def post(client: Client, path: str, body: dict[str, Any], **headers: str) -> Any:
    return client.post(f"/api/{path}", body, content_type="application/json", headers=headers)


def wanted(session: Session, **fields: Any) -> dict[str, Any]:
    return {
        "session_code": session.code,
        "name": "𠮷野 はな",
        "kana": "よしの はな",
        "phone": "090-0000-0001",
        **fields,
    }


def test_a_name_and_a_number_are_enough(client: Client) -> None:
    response = post(client, "bookings", wanted(factories.session()))
    assert response.status_code == 201
    assert response.json()["status"] == "confirmed"
    booking = Booking.objects.get(reference=response.json()["reference"])
    assert (booking.resident.kana, booking.resident.phone, booking.channel) == ("ヨシノ ハナ", "+819000000001", "api")


def test_a_full_class_answers_waitlisted(client: Client) -> None:
    session = factories.session(capacity=1)
    factories.booking(session)
    assert post(client, "bookings", wanted(session)).json()["status"] == "waitlisted"


@pytest.mark.parametrize("waits", [False, True])
def test_a_stranger_learns_by_applying_again_nothing_but_that_it_was_received(client: Client, waits: bool) -> None:
    """As on the page: in the shape of a success, the same whether the person has a seat or waits for one."""
    session = factories.session(capacity=1)
    if waits:
        factories.booking(session)
    first = post(client, "bookings", wanted(session))
    Message.objects.update(created_at=timezone.now() - timedelta(days=2))
    again = post(client, "bookings", wanted(session))
    assert again.status_code == first.status_code == 201
    assert set(again.json()) == set(first.json())
    assert (again.json()["reference"], again.json()["status"]) == (None, "received")
    assert "登録の電話番号" in again.json()["notice"]
    reference = first.json()["reference"]
    assert reference not in again.content.decode()
    assert Booking.objects.filter(resident__kana="ヨシノ ハナ").count() == 1
    told = Message.objects.filter(fields__reference=show_code(reference))
    assert told.filter(created_at__gt=timezone.now() - timedelta(hours=1)).exists(), "who is booked hears of it"


def test_a_class_that_was_cancelled_is_a_conflict(client: Client) -> None:
    session = factories.session()
    Session.objects.filter(pk=session.pk).update(status="cancelled")
    assert post(client, "bookings", wanted(session)).status_code == 409


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"phone": "0120-000-000"}, "phone"),
        ({"phone": "なし"}, "phone"),
        ({"kana": "Yoshino"}, "kana"),
        ({"name": ""}, "name"),
        ({"contact": "pigeon"}, "contact"),
        ({"contact": "post"}, "address"),
        ({"needs": "番号は123456789018です"}, "needs"),
        ({"name": "あ" * 81}, "name"),
        ({"proxy": {"name": "娘", "relation": "長女", "phone": "020-000-0000"}}, "proxy.phone"),
    ],
)
def test_what_is_wrong_is_named_in_the_callers_own_words(client: Client, fields: dict[str, Any], at_fault: str) -> None:
    response = post(client, "bookings", wanted(factories.session(), **fields))
    assert (response.status_code, response.headers["Content-Type"]) == (422, PROBLEM)
    assert at_fault in {error["field"] for error in response.json()["errors"]}
    assert not Booking.objects.exists()


def test_a_daughter_applies_for_her_mother_and_is_told_herself(client: Client) -> None:
    proxy = {"name": "娘", "relation": "長女", "phone": "090-0000-0002"}
    post(client, "bookings", wanted(factories.session(), contact="family", proxy=proxy))
    booking = Booking.objects.get()
    assert (booking.proxy_name, booking.proxy_phone, booking.tell) == ("娘", "+819000000002", "proxy")


def test_the_same_key_makes_one_booking_and_another_body_under_it_is_refused(client: Client) -> None:
    session = factories.session()
    first, again = (post(client, "bookings", wanted(session), **{"Idempotency-Key": "k"}) for _ in range(2))
    assert first.json() == again.json()
    assert (first.status_code, again.status_code) == (201, 201)
    other = post(client, "bookings", wanted(session, name="別の人"), **{"Idempotency-Key": "k"})
    assert other.status_code == 422


def test_a_booking_is_found_and_cancelled_by_reference_and_number(client: Client) -> None:
    reference = post(client, "bookings", wanted(factories.session())).json()["reference"]
    key = {"reference": f"{reference[:4]}-{reference[4:]}", "phone": "０９０－００００－０００１"}
    assert post(client, "bookings/lookup", key).json()["status"] == "confirmed"
    assert post(client, "bookings/cancel", key).json()["status"] == "cancelled"
    assert post(client, "bookings/cancel", key).status_code == 409


def test_a_wrong_number_says_no_more_than_a_wrong_reference(client: Client) -> None:
    reference = post(client, "bookings", wanted(factories.session())).json()["reference"]
    wrong = [
        post(client, "bookings/lookup", {"reference": reference, "phone": "090-0000-0009"}),
        post(client, "bookings/lookup", {"reference": "00000000", "phone": "090-0000-0001"}),
    ]
    assert {r.status_code for r in wrong} == {404}
    assert wrong[0].content == wrong[1].content


def test_guessing_is_stopped_but_a_hall_that_books_often_is_not(client: Client) -> None:
    session = factories.session()
    for number in range(12):
        assert post(client, "bookings", wanted(session, phone=f"090-0000-{number:04d}")).status_code == 201
    reference = Booking.objects.first().reference  # type: ignore[union-attr]
    guess = {"reference": reference, "phone": "090-0000-9999"}
    codes = [post(client, "bookings/lookup", guess).status_code for _ in range(TRIES_PER_REFERENCE + 1)]
    assert codes == [404] * TRIES_PER_REFERENCE + [429]
    assert post(client, "bookings", wanted(session, phone="090-0000-7777")).status_code == 201


@pytest.mark.parametrize("phone", ["", "0", "junk", "110"])
@pytest.mark.parametrize("act", ["lookup", "cancel"])
def test_what_is_no_number_opens_no_booking(client: Client, act: str, phone: str) -> None:
    reference = post(client, "bookings", wanted(factories.session())).json()["reference"]
    assert post(client, f"bookings/{act}", {"reference": reference, "phone": phone}).status_code == 404
    assert Booking.objects.get(reference=reference).status == "confirmed"


def test_a_reference_grouped_otherwise_gives_no_more_tries(client: Client) -> None:
    reference = post(client, "bookings", wanted(factories.session())).json()["reference"]
    for n in range(TRIES_PER_REFERENCE):
        wrong = {"reference": " " * n + reference, "phone": "090-0000-9999"}
        assert post(client, "bookings/lookup", wrong).status_code == 404
    last = {"reference": f"{reference[:4]}-{reference[4:]}", "phone": "090-0000-9999"}
    assert post(client, "bookings/lookup", last).status_code == 429


def test_a_key_longer_than_can_be_kept_is_refused(client: Client) -> None:
    response = post(client, "bookings", wanted(factories.session()), **{"Idempotency-Key": "k" * 101})
    assert (response.status_code, response.headers["Content-Type"]) == (422, PROBLEM)


@pytest.mark.parametrize(("language", "words"), [("ja", "読み取れませんでした"), ("en", "We could not read")])
def test_json_that_is_none_is_a_problem_in_the_users_words(client: Client, language: str, words: str) -> None:
    client.cookies["django_language"] = language
    answer = client.post("/api/bookings", "{", content_type="application/json")
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, PROBLEM)
    assert words in answer.json()["detail"]
