"""The office's pages of requests and explanations as people see them: desktop and phone, by axe."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from outreach.people.models import Instructor, Role
from tests import factories
from tests.browser import OpenPage
from tests.dispatch import letters, rows

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
        axe(page)
        shot(page, f"requests-{name}-{size}")
