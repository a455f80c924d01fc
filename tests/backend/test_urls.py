"""The switchboard: signing in, the API's front matter, and errors that every caller understands."""

import json
from collections.abc import Callable

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import path, reverse
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError
from playwright.sync_api import Page
from pydantic import field_validator

from backend.problem import CONTENT_TYPE, speak_problems
from backend.urls import Routes, closed, shut
from backend.views import sign_in
from geo.paging import MOST, Limit, Offset, paginate
from geo.paging import Page as ListPage
from outreach.people.models import User


class Visitor(Schema):
    name: str
    age: int

    @field_validator("age")
    @classmethod
    def known_age(cls, age: int) -> int:
        if age > 130:
            raise ValueError("年齢を確かめてください。")
        return age


toy = NinjaAPI(urls_namespace="toy", openapi_url=None)
speak_problems(toy)


@toy.post("/visitors")
def add_visitor(request: HttpRequest, visitor: Visitor) -> dict[str, str]:
    raise HttpError(409, "満席です。")


@toy.get("/numbers", response=ListPage[int])
def numbers(request: HttpRequest, limit: Limit = 100, offset: Offset = 0) -> dict[str, object]:
    return paginate(range(3000), limit, offset)


@toy.get("/crash")
def crash(request: HttpRequest) -> None:
    raise RuntimeError("090-0000-0001 のかた")


urlpatterns = [path("api/", toy.urls)]
toy_urls = pytest.mark.urls("tests.backend.test_urls")


def post(client: Client, body: object) -> tuple[int, dict[str, object]]:
    response = client.post("/api/visitors", json.dumps(body), content_type="application/json")
    assert response.headers["Content-Type"] == CONTENT_TYPE
    return response.status_code, response.json()


@toy_urls
def test_a_refusal_is_a_problem_with_status_title_and_detail(client: Client) -> None:
    status, body = post(client, {"name": "見本", "age": 78})
    assert (status, body) == (409, {"type": "about:blank", "title": "Conflict", "status": 409, "detail": "満席です。"})


@toy_urls
def test_wrong_fields_are_named_in_japanese(client: Client) -> None:
    status, body = post(client, {"age": 131})
    assert status == 422
    assert body["errors"] == [
        {"field": "name", "message": "必ず入力してください。"},
        {"field": "age", "message": "年齢を確かめてください。"},
    ]


@toy_urls
def test_a_body_that_is_no_json_is_a_problem(client: Client) -> None:
    response = client.post("/api/visitors", "{", content_type="application/json")
    assert response.status_code == 400
    assert response.headers["Content-Type"] == CONTENT_TYPE


@toy_urls
@pytest.mark.parametrize(("method", "address", "status"), [("get", "/api/visitors", 405), ("get", "/api/none", 404)])
def test_djangos_own_answers_under_api_are_problems_too(client: Client, method: str, address: str, status: int) -> None:
    response = getattr(client, method)(address)
    assert (response.status_code, response.headers["Content-Type"]) == (status, CONTENT_TYPE)
    if status == 405:
        assert response.headers["Allow"] == "POST"


@toy_urls
def test_a_crash_tells_the_caller_nothing_of_our_insides() -> None:
    response = Client(raise_request_exception=False).get("/api/crash")
    assert (response.status_code, response.headers["Content-Type"]) == (500, CONTENT_TYPE)
    assert "090" not in response.content.decode()


@toy_urls
def test_lists_are_cut_by_limit_and_offset_and_count_everything(client: Client) -> None:
    page = client.get("/api/numbers?limit=2&offset=2998").json()
    assert page == {"items": [2998, 2999], "count": 3000}
    assert len(client.get("/api/numbers").json()["items"]) == 100
    assert len(client.get("/api/numbers?limit=999999").json()["items"]) == MOST
    assert client.get("/api/numbers?limit=-1").status_code == 422
    assert client.get("/api/numbers?offset=99999999999999999999").status_code == 422


def test_pages_outside_the_api_keep_djangos_answer(rf: RequestFactory, client: Client) -> None:
    assert client.get("/nowhere/").headers["Content-Type"].startswith("text/html")


def test_a_shut_route_keeps_its_name_and_answers_404() -> None:
    routes: Routes = shut([path("staff/x/<int:pk>/", sign_in, name="x")])
    match = routes[0].resolve("staff/x/3/")
    assert match is not None
    assert (match.func, match.url_name, match.kwargs) == (closed, "x", {"pk": 3})


@pytest.mark.django_db
def test_the_openapi_document_is_served(client: Client) -> None:
    document = client.get("/api/openapi.json").json()
    assert document["openapi"].startswith("3.")
    assert document["paths"]
    for ways in document["paths"].values():
        for operation in ways.values():
            assert list(operation["responses"]["default"]["content"]) == ["application/problem+json"]


@pytest.mark.django_db
def test_a_wrong_password_stays_on_the_sign_in_page_and_says_so(client: Client) -> None:
    response = client.post(reverse("sign-in"), {"username": "nobody", "password": "wrong"})
    assert response.status_code == 200
    assert response.context["form"].errors


@pytest.mark.django_db
def test_eight_wrong_passwords_lock_the_account_out_from_that_place(client: Client) -> None:
    User.objects.create_user("tamura", password="right-one-here")
    for _ in range(8):
        client.post(reverse("sign-in"), {"username": "tamura", "password": "wrong"})
    response = client.post(reverse("sign-in"), {"username": "tamura", "password": "right-one-here"})
    assert response.status_code == 429
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db
def test_signing_out_takes_a_post_so_that_no_link_does_it_by_accident(client: Client) -> None:
    client.force_login(User.objects.create_user("tamura"))
    assert client.get(reverse("sign-out")).status_code == 405
    assert client.post(reverse("sign-out")).url == reverse("sign-in")  # type: ignore[attr-defined]


def test_the_api_documentation_works_under_the_strict_policy(browser_page: Page) -> None:
    browser_page.goto("/api/docs")
    browser_page.wait_for_selector(".opblock")
    assert browser_page.locator(".info .title").inner_text().startswith("津々浦々")


def test_the_sign_in_page_is_clean(
    each_page: Page, axe: Callable[[Page], None], fits_width: Callable[[Page], None]
) -> None:
    each_page.goto("/staff/sign-in/")
    axe(each_page)
    fits_width(each_page)
