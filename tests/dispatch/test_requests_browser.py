"""The office's pages of requests and explanations as people see them: desktop and phone, by axe."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from geo.models import ShopSurvey
from outreach.dispatch import services
from outreach.dispatch.models import Search
from outreach.people.models import Instructor, Role
from tests import factories
from tests.browser import OpenPage
from tests.dispatch import letters, rows
from tests.journeys.test_coordinator import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
Check = Callable[[Page], None]


@pytest.mark.parametrize("size", ["phone"])  # "desktop" too, when you change a page
def test_the_offices_pages_of_requests(
    open_page: OpenPage, axe: Check, fits_width: Check, shot: Callable[[Page, str], Path], size: str
) -> None:
    centre = factories.organisation(kind="dispatch", municipality=None, name="みほん講師派遣センター")
    Instructor.objects.filter(person=rows.instructor()).update(organisation=centre)
    user = factories.user(Role.COORDINATOR, organisation=centre)
    waiting = letters.letter(v2__name="公民館", v2__address="鬼志別 2", v2__more="土 9-12")
    _letter, (served,) = letters.accepted()
    _other, (unserved,) = letters.accepted(
        needs=["sign"], v2__name="公民館", v2__address="鬼志別 2", v2__more="火 9-17"
    )
    plan = rows.plan()
    survey = ShopSurvey.objects.create(as_of=timezone.localdate(), source="調査")
    survey.entries.create(municipality=served.municipality)
    page = open_page(size)
    page.goto("/staff/sign-in/")
    page.locator("[name=username]").fill(user.username)
    page.locator("[name=password]").fill("正しい馬の電池")
    page.get_by_role("button", name="サインインする").click()
    page.get_by_role("heading", name="今日").wait_for()
    person = served.visits.get().lead_id
    for name, address in {
        "list": "/staff/requests/",
        "paper": "/dispatch/request/paper/",
        "letter": f"/staff/requests/letters/{waiting.pk}/",
        "request": f"/staff/requests/{unserved.pk}/",
        "new": "/staff/requests/new/?municipality=01511",
        "uploads": "/staff/requests/uploads/",
        "figures": "/staff/requests/figures/",
        "why-not": f"/staff/plans/{plan.pk}/requests/{unserved.pk}/why-not/",
        "why": f"/staff/plans/{plan.pk}/requests/{served.pk}/why/",
        "instructors": "/staff/instructors/",
        "instructor": f"/staff/instructors/{person}/",
    }.items():
        answer = page.goto(address)
        assert answer, address
        assert answer.ok, address
        fits_width(page)
        if name == "figures":
            wide = "all => all.filter(one => one.scrollWidth > one.clientWidth).length"
            assert page.locator(".table-wrap").evaluate_all(wide) == 0, "a table scrolls sideways"
        axe(page)
        shot(page, f"requests-{name}-{size}")


@pytest.mark.proof
@pytest.mark.parametrize("javascript", [True, False])
def test_a_search_whose_worker_dies_says_so_on_the_open_page_by_itself(
    open_page: OpenPage, axe: Check, fits_width: Check, shot: Callable[[Page, str], Path], javascript: bool
) -> None:
    rows.instructor()
    rows.request()
    unserved = rows.request(needs=["sign"])
    plan = rows.plan()
    search = services.start_search(plan=plan, request=unserved, by=None)
    assert services.begin_search(search.pk)
    page = open_page("phone", javascript=javascript)
    centre = factories.organisation(kind="dispatch", municipality=None)
    sign_in(page, factories.user(Role.COORDINATOR, organisation=centre))
    page.goto(reverse("dispatch:explain-request", args=[plan.pk, unserved.pk]))
    page.get_by_text("ひとつずつ変えて").wait_for()
    Search.objects.update(seen_at=timezone.now() - timedelta(minutes=5))
    page.get_by_text("調べものが止まりました").wait_for()
    if javascript:
        axe(page)
        fits_width(page)
        shot(page, "search-lost-phone")
    page.get_by_role("button", name="もう一度、全部調べる").click()
    page.get_by_text("順番を待っています").wait_for()
