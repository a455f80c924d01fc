"""Wide lists on a phone: a row is a card, and nothing has to be scrolled sideways to be read."""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from outreach.people.models import Organisation, Supporter, User
from tests import factories
from tests.browser import OpenPage

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_lists_of_classes_people_and_bookings_are_cards_on_a_phone(
    open_page: OpenPage,
    settings: Settings,
    office: Organisation,
    coordinator: User,
    axe: Callable[[Page], None],
    fits_width: Callable[[Page], None],
) -> None:
    factories.booking(factories.session(organisation=office))
    factories.supporter(name="港 蓮")
    Supporter.objects.update(organisation=office)
    page, client = open_page("phone"), Client()
    client.force_login(coordinator)
    cookie = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": settings.PUBLIC_URL}])
    for name, label in (("sessions", "要員"), ("people", "有効な資格"), ("bookings", "受付・連絡")):
        page.goto(f"/staff/{name}/")
        fits_width(page)
        axe(page)
        table = page.locator(".as-cards")
        wide, seen = table.evaluate("table => [table.scrollWidth, table.clientWidth]")
        assert wide <= seen, f"{name} is {wide} px wide in {seen}"
        expect(table.locator(f'[data-label="{label}"]')).to_be_visible()
