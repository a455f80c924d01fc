"""Finding a class through the API."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from outreach.classes.models import Session, SessionStatus
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_session_says_what_a_resident_needs(client: Client) -> None:
    session = factories.session()
    body = client.get(f"/api/sessions/{session.code}").json()
    assert body["code"] == session.code
    assert (body["course"], body["municipality"], body["venue"]) == ("phone-basics", "01511", session.venue.name)
    assert (body["capacity"], body["seats_left"], body["status"]) == (20, 20, "published")
    assert body["starts_at"].endswith("+09:00")


def test_a_code_is_read_as_it_stands_on_the_flyer(client: Client) -> None:
    code = factories.session().code
    assert client.get(f"/api/sessions/{code[:2]}-{code[2:4]}-{code[4:]}").json()["code"] == code


@pytest.mark.parametrize("code", ["0000001", "abc", "1", "😀"])
def test_a_code_that_nobody_has_is_a_problem(client: Client, code: str) -> None:
    response = client.get(f"/api/sessions/{code}")
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"


def test_a_draft_is_not_found(client: Client) -> None:
    assert client.get(f"/api/sessions/{factories.session(status=SessionStatus.DRAFT).code}").status_code == 404


def test_the_nearest_comes_first_with_its_distance(client: Client) -> None:
    near = factories.session()
    far = factories.session(venue=factories.venue(municipality=factories.municipality("35202")))
    found = client.get("/api/sessions?near=098-6232").json()  # Sarufutsu
    assert [item["code"] for item in found["items"]] == [near.code, far.code]
    assert found["items"][0]["distance_km"] < 40 < found["items"][1]["distance_km"]


def test_an_unknown_postal_code_is_a_problem_in_words(client: Client) -> None:
    response = client.get("/api/sessions?near=0000000")
    assert response.status_code == 422
    assert "郵便番号" in response.json()["detail"]


def test_days_are_taken_whole_and_courses_and_places_narrow(client: Client) -> None:
    session = factories.session()
    day = session.starts_at.date()
    for query, count in [
        (f"from={day}&to={day}", 1),
        (f"from={day + timedelta(days=1)}", 0),
        (f"to={day - timedelta(days=1)}", 0),
        ("course=phone-basics", 1),
        ("course=other", 0),
        ("municipality=01511", 1),
        ("municipality=13101", 0),
    ]:
        assert client.get(f"/api/sessions?{query}").json()["count"] == count, query


def test_what_has_begun_is_cancelled_or_is_a_draft_is_not_listed(client: Client) -> None:
    factories.session(status=SessionStatus.DRAFT)
    begun = factories.session()
    Session.objects.filter(pk=begun.pk).update(starts_at=begun.starts_at - timedelta(days=30))
    assert client.get("/api/sessions").json() == {"items": [], "count": 0}


@pytest.mark.parametrize("query", ["limit=-1", "offset=-5", "from=yesterday", "limit=many"])
def test_malformed_queries_are_refused_in_words(client: Client, query: str) -> None:
    response = client.get(f"/api/sessions?{query}")
    assert response.status_code == 422
    assert response.json()["errors"][0]["message"]


def test_the_list_costs_the_same_at_1_and_at_30_rows(
    same_queries_at_1_and_30: Callable[[Callable[[], object], Callable[[], object]], None], client: Client
) -> None:
    same_queries_at_1_and_30(factories.session, lambda: client.get("/api/sessions?near=0986232"))


def test_the_calendars_last_day_is_a_day_too(client: Client) -> None:
    code = factories.session().code
    found = client.get("/api/sessions", {"to": "9999-12-31"})
    assert [row["code"] for row in found.json()["items"]] == [code]
