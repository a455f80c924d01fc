"""/api/dispatch/requests: entered once, listed within a scope, amended until planned, withdrawn."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from outreach.classes.models import Venue
from outreach.dispatch.models import DispatchRequest, RequestStatus
from outreach.people.models import Organisation, Role
from tests import factories
from tests.dispatch import letters, rows

pytestmark = pytest.mark.django_db
URL = "/api/dispatch/requests"


def wanted(centre: Organisation, **changes: Any) -> dict[str, Any]:
    first = rows.monday()
    return {
        "municipality": "01511",
        "organisation": centre.pk,
        "asked_by": "猿払村役場",
        "contact_name": "浜辺 文子",
        "contact_phone": "03-0000-0101",
        "courses": [factories.course().pk],
        "heads": 12,
        "venues": [
            {
                "name": "交流センター",
                "address": "浜鬼志別",
                "openings": "月〜金 9-17",
                "closed": [],
                "hearing_loop": True,
            }
        ],
        "earliest": first.isoformat(),
        "latest": (first + timedelta(days=6)).isoformat(),
        **changes,
    }


def send(client: Client, body: object, url: str = URL, how: str = "post", **headers: str) -> Any:
    return getattr(client, how)(url, json.dumps(body), content_type="application/json", headers=headers)


def test_a_letter_becomes_a_request_a_course_once(desk: Client, centre: Organisation) -> None:
    both = [factories.course().pk, factories.course("mail", name="メール").pk]
    body = wanted(centre, courses=both, needs=["sign"], hearing_loop=True)
    first = send(desk, body, **{"Idempotency-Key": "k"})
    assert first.status_code == 201
    assert {one["course"] for one in first.json()} == set(both)
    assert first.json()[0]["openings"] == "月火水木金 9:00-17:00"
    assert send(desk, body, **{"Idempotency-Key": "k"}).json() == first.json()
    assert send(desk, {**body, "heads": 3}, **{"Idempotency-Key": "k"}).status_code == 422
    assert DispatchRequest.objects.count() == 2
    assert Venue.objects.get().induction_loop
    assert DispatchRequest.objects.filter(channel="api", hearing_loop=True, status="received").count() == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"heads": 0}, "heads"),
        ({"courses": ["no-such"]}, "courses"),
        ({"municipality": "99999"}, "municipality"),
        ({"organisation": 0}, "organisation"),
        ({"contact_phone": "110"}, "contact_phone"),
        ({"latest": "2020-01-01"}, "latest"),
        ({"needs": ["nap"]}, "needs.0"),
        ({"venues": [{"name": "x", "address": "浜鬼志別", "openings": "いつでも"}]}, "venues.0.openings"),
        ({"venues": [{"name": "x", "address": "東京都千代田区丸の内1"}]}, "venues.0.address"),
    ],
)
def test_what_is_wrong_is_told_by_its_field(
    desk: Client, centre: Organisation, changes: dict[str, Any], field: str
) -> None:
    answer = send(desk, wanted(centre, **changes))
    assert answer.status_code == 422
    assert answer["Content-Type"].startswith("application/problem+json")
    assert field in {error["field"] for error in answer.json()["errors"]}
    assert not DispatchRequest.objects.exists()


def test_the_list_is_within_the_scope_and_filtered(desk: Client) -> None:
    here = rows.request()
    rows.request(venue=factories.venue(municipality=factories.municipality("16204")))
    assert desk.get(URL).json()["count"] == 2
    assert desk.get(URL, {"municipality": "01511"}).json()["items"][0]["id"] == here.pk
    assert desk.get(URL, {"status": "agreed"}).json()["count"] == 0
    assert desk.get(URL, {"since": "2000-01-01", "until": "2000-01-02"}).json()["count"] == 0
    town = Client()
    town.force_login(factories.user(Role.COORDINATOR, municipality=factories.municipality("16204")))
    assert town.get(URL).json()["count"] == 1
    assert town.get(f"{URL}/{here.pk}").status_code == 404
    ministry = Client()
    ministry.force_login(factories.user(Role.MINISTRY))
    assert ministry.get(URL).status_code == 403
    assert Client().get(URL).status_code == 401


def test_the_list_costs_the_same_at_1_and_at_30(desk: Client, same_queries_at_1_and_30: Any) -> None:
    same_queries_at_1_and_30(letters.accepted, lambda: desk.get(URL))


def test_a_request_is_amended_until_planned_and_withdrawn_with_a_reason(desk: Client, centre: Organisation) -> None:
    rows.instructor()
    factories.programme_year(rows.monday())
    one = send(desk, wanted(centre)).json()[0]
    url = f"{URL}/{one['id']}"
    assert send(desk, wanted(centre, heads=20), url, "put").json()[0]["heads"] == 20
    factories.municipality("16204")
    assert send(desk, wanted(centre, municipality="16204"), url, "put").status_code == 409
    rows.plan()
    assert send(desk, wanted(centre, heads=30), url, "put").status_code == 409
    assert send(desk, {"reason": ""}, f"{url}/withdraw").status_code == 422
    assert send(desk, {"reason": "中\0止"}, f"{url}/withdraw").status_code == 422
    gone = send(desk, {"reason": "中止"}, f"{url}/withdraw").json()
    assert (gone["status"], gone["history"][-1]["reason"]) == ("withdrawn", "中止")
    assert send(desk, {"reason": "中止"}, f"{url}/withdraw").json() == gone
    assert DispatchRequest.objects.get().status == RequestStatus.WITHDRAWN


def test_a_request_without_a_letter_is_read_but_not_amended(desk: Client, centre: Organisation) -> None:
    row = rows.request()
    assert desk.get(f"{URL}/{row.pk}").json()["reference"] == ""
    assert send(desk, wanted(centre), f"{URL}/{row.pk}", "put").status_code == 409


def test_another_sites_form_cannot_write(desk: Client, centre: Organisation) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(factories.user(Role.COORDINATOR, organisation=centre))
    assert send(strict, wanted(centre)).status_code == 403
