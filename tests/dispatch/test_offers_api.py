"""Offers by API: within one's scope, and answered by whoever holds the letter's token."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from outreach.dispatch.models import Offer, OfferLetter, OfferStatus, Visit
from outreach.people.models import Role
from tests import factories
from tests.dispatch import rows

pytestmark = pytest.mark.django_db
LIST, MINE, ANSWER = (f"/api/dispatch/offers{end}" for end in ("", "/mine", "/answer"))


@pytest.fixture
def offer(db: None) -> Offer:
    rows.instructor()
    rows.request()
    rows.published()
    return Offer.objects.select_related("visit__plan").get()


@pytest.fixture
def token(offer: Offer) -> str:
    return OfferLetter.objects.get().token


def post(client: Client, address: str, **body: Any) -> Any:
    return client.post(address, json.dumps(body), content_type="application/json")


def test_the_office_lists_what_its_scope_reaches(client: Client, offer: Offer) -> None:
    assert client.get(LIST).status_code == 401
    for role, reach, count in (
        (Role.PREFECTURE, {"prefecture": factories.municipality().prefecture}, 1),
        (Role.PREFECTURE, {"prefecture": factories.municipality("16204").prefecture}, 0),
        (Role.ADMINISTRATOR, {}, 1),
    ):
        client.force_login(factories.user(role, **reach))
        assert client.get(LIST).json()["count"] == count
    assert client.get(f"{LIST}?status=open&plan={offer.visit.plan_id}").json()["items"][0]["id"] == offer.pk
    assert client.get(f"{LIST}?status=accepted").json()["items"] == []
    assert client.get(f"{LIST}?status=x").status_code == 422
    assert client.get(f"{LIST}?plan=99999999999999999999").json()["count"] == 0
    client.force_login(factories.user(Role.INSTRUCTOR))
    assert client.get(LIST).status_code == 403


def test_one_reads_and_answers_ones_own_by_token(client: Client, offer: Offer, token: str) -> None:
    assert [one["status"] for one in post(client, MINE, token=token).json()] == ["open"]
    for _ in range(2):
        answer = post(client, ANSWER, token=token, offer=offer.pk, answer="accept")
        assert (answer.status_code, answer.json()["status"]) == (200, "accepted")
    assert post(client, ANSWER, token=token, offer=offer.pk, answer="decline").status_code == 409
    returned = post(client, ANSWER, token=token, offer=offer.pk, answer="return", reason="発熱")
    assert returned.json()["status"] == OfferStatus.RETURNED


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"token": "x" * 22}, 404),
        ({"token": ""}, 422),
        ({"token": "x" * 16 + "\0"}, 422),
        ({"offer": 999999}, 404),
        ({"offer": "x"}, 422),
        ({"answer": "maybe"}, 422),
        ({"reason": "1234 5678 9018"}, 422),
        ({"reason": "x" * 201}, 422),
    ],
)
def test_what_is_refused(client: Client, offer: Offer, token: str, body: dict[str, Any], status: int) -> None:
    sent = {"token": token, "offer": offer.pk, "answer": "decline", **body}
    assert post(client, ANSWER, **sent).status_code == status
    offer.refresh_from_db()
    assert offer.status == OfferStatus.OPEN


def test_another_persons_token_answers_nothing(client: Client, offer: Offer) -> None:
    other = OfferLetter.objects.create(plan=offer.visit.plan, person=rows.instructor())
    assert post(client, ANSWER, token=other.token, offer=offer.pk, answer="accept").status_code == 404


def test_the_list_costs_the_same_at_1_and_at_30(
    client: Client, offer: Offer, same_queries_at_1_and_30: Callable[..., None]
) -> None:
    client.force_login(factories.user(Role.ADMINISTRATOR))

    def add() -> None:
        asked = rows.request()
        visit = Visit.objects.create(
            plan=offer.visit.plan, request=asked, venue=asked.venue, starts_at=offer.starts_at,
            ends_at=offer.visit.ends_at, lead=offer.person,
        )  # fmt: skip
        Offer.objects.create(visit=visit, person=offer.person, starts_at=visit.starts_at, answer_by=offer.answer_by)

    same_queries_at_1_and_30(add, lambda: client.get(LIST))
