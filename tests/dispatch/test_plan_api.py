"""/api/dispatch/plans: started, followed, read and stopped by those who may, with the token that no other site has."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from outreach.dispatch import jobs, services
from outreach.dispatch.models import Plan, PlanSolver
from outreach.people.models import Organisation, Role
from tests import factories
from tests.dispatch import rows

pytestmark = pytest.mark.django_db
URL = "/api/dispatch/plans"


def wanted(**changes: Any) -> dict[str, Any]:
    first = rows.monday()
    last = first + timedelta(days=6)
    return {"prefecture": "01", "first": first.isoformat(), "last": last.isoformat(), "seconds": 5, **changes}


def post(client: Client, body: object, url: str = URL) -> Any:
    return client.post(url, json.dumps(body), content_type="application/json")


def test_a_plan_is_started_followed_and_stopped(desk: Client) -> None:
    answer = post(desk, wanted(solver="greedy"))
    assert post(desk, wanted()).status_code == 409, "one at a time"
    assert answer.status_code == 202
    one = answer.json()
    assert (one["status"], one["running"], one["figures"]) == ("queued", True, None)
    assert desk.get(f"{URL}/{one['id']}").json()["stage"] == "順番を待っています"
    assert post(desk, {}, f"{URL}/{one['id']}/stop").json()["stopping"]
    assert desk.get(f"{URL}/{one['id']}/result").status_code == 409


def test_what_came_of_it_is_read_with_its_figures(desk: Client) -> None:
    rows.instructor()
    rows.request()
    plan = rows.plan(PlanSolver.BEST)
    one = desk.get(f"{URL}/{plan.pk}").json()
    assert (one["status"], one["figures"]["served"], one["baseline"]["served"]) == ("ready", 1, 1)
    assert one["figures"]["bound"] <= one["figures"]["cost"]
    assert (one["stage"], one["running"]) == ("", False)
    assert desk.get(f"{URL}/{plan.pk}/result").json()["served"] == 1
    services.start_replan(plan=plan, by=None)
    jobs.run_replan(plan.pk)
    again = desk.get(f"{URL}/{plan.pk}/result").json()
    assert (again["cost"], again["km"]) == (one["figures"]["cost"], one["figures"]["km"]), "an edited plan has them too"
    assert post(desk, {}, f"{URL}/{plan.pk}/stop").status_code == 409


@pytest.mark.parametrize(
    "wrong",
    [
        {"prefecture": "1"},
        {"first": "x"},
        {"seconds": 0},
        {"seconds": 9999},
        {"solver": "magic"},
        {"last": "2020-01-01"},
        {"first": "9999-12-31", "last": "9999-12-31"},
    ],
)
def test_malformed_requests_start_nothing(desk: Client, wrong: dict[str, Any]) -> None:
    assert post(desk, wanted(**wrong)).status_code == 422
    assert not Plan.objects.exists()


def test_another_prefecture_is_neither_planned_nor_seen(client: Client, centre: Organisation) -> None:
    factories.municipality("16204")
    client.force_login(factories.user(Role.PREFECTURE, prefecture_id="16"))
    assert post(client, wanted()).status_code == 403
    plan = Plan.objects.create(prefecture_id="01", first=rows.monday(), last=rows.monday())
    assert client.get(f"{URL}/{plan.pk}").status_code == 404
    assert client.get(URL).json() == {"items": [], "count": 0}


@pytest.mark.parametrize("role", [Role.MINISTRY, Role.INSTRUCTOR, None])
def test_who_does_not_plan_is_refused(client: Client, role: Role | None) -> None:
    assert client.get(URL).status_code == 401
    assert client.get(URL).json()["detail"] == "ログインが必要です。"
    client.force_login(factories.user(role))
    assert client.get(URL).status_code == 403
    assert post(client, wanted()).status_code == 403


def test_a_write_without_the_token_is_refused(centre: Organisation) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(factories.user(Role.COORDINATOR, organisation=centre))
    assert post(strict, wanted()).status_code == 403
    assert not Plan.objects.exists()
    strict.get("/staff/plans/new/")
    token = strict.cookies["csrftoken"].value
    body = json.dumps(wanted())
    answer = strict.post(URL, body, content_type="application/json", headers={"X-CSRFToken": token})
    assert answer.status_code == 202


def test_the_list_costs_the_same_at_1_and_at_30(desk: Client, same_queries_at_1_and_30: Callable[..., None]) -> None:
    first = rows.monday()
    same_queries_at_1_and_30(
        lambda: Plan.objects.create(prefecture_id="01", first=first, last=first), lambda: desk.get(URL)
    )
