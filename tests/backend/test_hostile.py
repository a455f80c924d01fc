"""What no form would send: PostgreSQL refuses a NUL in any text, and a page must not fall over it."""

import pytest
from django.test import Client

from outreach.people.models import Role
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "address",
    [
        "/api/sessions?municipality=%00&course=%00",
        "/api/sessions?near=%00",
        "/api/sessions/%00",
        "/api/municipalities?q=%00",
        "/api/municipalities?prefecture=%00",
        "/api/geocode?address=%00",
        "/classes/?municipality=%00",
        "/classes/?postal=%00",
        "/coverage/?prefecture=%00&fy=%00",
        "/staff/sessions/%00/",
        "/staff/sessions/%00/roster/",
        "/staff/sessions/?q=%00&prefecture=%00&municipality=%00",
        "/staff/sessions/new/?municipality=%00",
        "/staff/bookings/?session=%00&status=%00",
    ],
)
def test_a_nul_in_an_address_is_refused(client: Client, address: str) -> None:
    client.force_login(factories.user(Role.ADMINISTRATOR))
    response = client.get(address)
    assert response.status_code == 400
    assert (response.headers["Content-Type"] == "application/problem+json") == address.startswith("/api/")


def test_a_name_with_a_nul_is_refused_in_words(client: Client) -> None:
    body = {"session_code": factories.session().code, "name": "山田\0", "kana": "ヤマダ", "phone": "090-0000-0001"}
    response = client.post("/api/bookings", body, content_type="application/json")
    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, "name")


def test_what_staff_type_may_hold_anything(client: Client) -> None:
    client.force_login(factories.user(Role.ADMINISTRATOR))
    assert client.post("/staff/phone/", {"q": "山田\0"}).status_code < 500
    one = factories.session()
    assert client.post(f"/staff/sessions/{one.code}/staffing/", {"q": "\0"}).status_code < 500
    assert client.post(f"/staff/sessions/{one.code}/staffing/exception/", {"reason": "\0"}).status_code < 500
