"""Who may open what: each page of the desk against each role, and every change by POST with its token."""

from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from outreach.contact.models import CallTask
from outreach.desk.urls import staff
from outreach.people.models import Organisation, Role
from outreach.people.rules import ALLOWED, Action
from outreach.registration.models import Booking
from tests import factories
from tests.desk.conftest import SignIn

pytestmark = [pytest.mark.django_db, pytest.mark.once]
PAGES = [route for route in staff if route.name != "today"]  # today chooses by role: see test_today
KNOWN_ROWS = ("staff/bookings/<int:pk>/", "staff/phone/<int:pk>/", "staff/calls/<int:pk>/")
NEEDS_MORE = {"venue-new", "month-flyer", "series-flyer"}  # a town, a series


def about_something_else(route: URLPattern) -> bool:
    """Its row is none that this file makes (a shift, a message, a series…), so that it may well not be there."""
    path = str(route.pattern)
    rows = "<int:" in path and not path.startswith(KNOWN_ROWS)
    return rows or route.name in NEEDS_MORE


def address(name: str, booking: Booking) -> str:
    """That page, about this booking, its session, its resident or its call."""
    task = CallTask.objects.get_or_create(
        subject=booking.subject, due_at=booking.applied_at, next_at=booking.applied_at, kind="ring_back",
        organisation=booking.session.organisation, fields={"town": "", "callback": "", "name": "", "about": ""},
    )[0]  # fmt: skip
    route = str(next(route.pattern for route in staff if route.name == name))
    parts: dict[str, Any] = {
        "code": booking.session.code,
        "pk": booking.pk,
        "shift": 1,
        "message": 1,
        "slot": 1,
        "sender": 1,
    }
    parts |= {"year": 2022, "kind": "csv", "key": "own"}
    if "calls/" in route:
        parts["pk"] = task.pk
    elif "phone/" in route:
        parts["pk"] = booking.resident_id
    return reverse(f"desk:{name}", kwargs={key: value for key, value in parts.items() if f":{key}>" in route})


def expected(route: URLPattern, role: Role) -> set[int]:
    needed: Action = route.callback.owner  # type: ignore[attr-defined]  # set by `people.access`
    if needed not in ALLOWED[role]:
        return {403}
    known = role == Role.COORDINATOR and not about_something_else(route)
    return {200, 405} if known else {200, 404, 405}


@pytest.mark.parametrize("role", list(Role))
def test_each_page_opens_for_those_whose_role_permits_it_and_for_no_one_else(
    sign_in: SignIn, office: Organisation, role: Role
) -> None:
    booking = factories.booking(factories.session(organisation=office))
    reach: dict[str, Any] = {"organisation": office} if role == Role.COORDINATOR else {}
    if role == Role.PREFECTURE:
        reach = {"prefecture": booking.session.municipality.prefecture}
    browser = sign_in(role, **reach)
    if role in {Role.INSTRUCTOR, Role.SUPPORTER}:
        factories.person(user=browser.get("/staff/sign-in/").wsgi_request.user)
    answers = {route: browser.get(address(str(route.name), booking)).status_code for route in PAGES}
    assert len(answers) > 50
    assert {route.name: got for route, got in answers.items() if got not in expected(route, role)} == {}


def test_strangers_are_sent_to_sign_in(client: Client, office: Organisation) -> None:
    booking = factories.booking(factories.session(organisation=office))
    for route in staff:
        answer = client.get(address(str(route.name), booking))
        assert answer.headers.get("Location", "").startswith("/staff/sign-in/"), route.name


def test_no_address_holds_a_name_or_a_number(office: Organisation) -> None:
    booking = factories.booking(factories.session(organisation=office), name="秘密 花子")
    for route in staff:
        shown = address(str(route.name), booking)
        assert booking.resident.phone[-4:] not in shown or shown.count(booking.session.code), shown
        assert booking.reference not in shown
