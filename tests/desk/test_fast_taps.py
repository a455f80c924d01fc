"""Fast taps on a slow line, in a real browser: none lost, none doubled, and no older answer left standing."""

import re

import pytest
from django.test import Client
from playwright.sync_api import Page, Route, expect
from pytest_django.fixtures import Settings

from outreach.classes.models import Session, SessionStatus
from outreach.classes.services import count_one
from outreach.contact.models import Kind
from outreach.people.models import Organisation, Role, User
from tests import factories
from tests.browser import OpenPage
from tests.desk.conftest import just_over

pytestmark = pytest.mark.django_db(transaction=True)
# The first answer of the page's scripts is held back, so that what was asked later could overtake it.
HOLD = """{ const real = window.fetch; let first = true;
window.fetch = async (...asked) => {
  const hold = first; first = false;
  const answer = await real(...asked);
  if (hold) await new Promise((resolve) => setTimeout(resolve, 500));
  return answer;
}; }"""


@pytest.fixture
def slow(open_page: OpenPage, settings: Settings, coordinator: User) -> Page:
    """The coordinator's page, whose first answer is late."""
    page, client = open_page("phone"), Client()
    page.add_init_script(HOLD)
    client.force_login(coordinator)
    cookie = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": settings.PUBLIC_URL}])
    return page


def test_an_overtaken_answer_leaves_no_older_counts(slow: Page, office: Organisation) -> None:
    session = factories.session(organisation=office, status=SessionStatus.CONFIRMED)
    factories.booking(session)
    factories.booking(session)
    just_over(session)
    slow.goto(f"/staff/sessions/{session.code}/attendance/")
    rows = slow.locator("#attendance li")
    rows.nth(0).get_by_role("button", name="出席").click()
    rows.nth(1).get_by_role("button", name="欠席").click()
    expect(slow.locator("#attendance li.attended")).to_have_count(1)
    expect(slow.locator("#attendance li.absent")).to_have_count(1)
    expect(slow.locator("#counts")).to_contain_text("出席 1　欠席 1　まだ 0")


def test_presses_while_an_answer_is_late_are_all_counted(slow: Page, office: Organisation, coordinator: User) -> None:
    session = just_over(factories.session(organisation=office, status=SessionStatus.CONFIRMED))
    count_one(session=session, nonce="before", by=coordinator)
    slow.goto(f"/staff/sessions/{session.code}/tally/")
    for _person in range(3):
        slow.get_by_role("button", name="＋1人").click()
    expect(slow.locator(".tally-count b")).to_have_text("4")
    expect(slow.locator("#waiting")).to_be_hidden()
    slow.get_by_role("button", name="取り消す").click()
    expect(slow.locator(".tally-count b")).to_have_text("3")
    assert Session.objects.get(pk=session.pk).walk_ins == 3


def test_a_lost_answer_and_a_signed_out_phone_lose_no_press(
    slow: Page, settings: Settings, office: Organisation, coordinator: User
) -> None:
    session = just_over(factories.session(organisation=office, status=SessionStatus.CONFIRMED))
    at = f"/staff/sessions/{session.code}/tally/"
    slow.goto(at)

    def lost(route: Route) -> None:
        route.fetch()  # it arrives, and counts; its answer does not come back
        route.abort()

    slow.route("**/tally/", lost, times=1)
    slow.get_by_role("button", name="＋1人").click()
    expect(slow.locator("#waiting")).to_be_visible()
    slow.get_by_role("button", name="＋1人").click()
    expect(slow.locator(".tally-count b")).to_have_text("2")
    cookie = next(one for one in slow.context.cookies() if one["name"] == "sessionid")
    slow.context.clear_cookies(name="sessionid")
    slow.get_by_role("button", name="＋1人").click()
    expect(slow).to_have_url(re.compile("sign-in"))
    slow.context.add_cookies([{"name": "sessionid", "value": cookie["value"], "url": settings.PUBLIC_URL}])
    slow.goto(at)
    expect(slow.locator(".tally-count b")).to_have_text("3")
    assert Session.objects.get(pk=session.pk).walk_ins == 3


def test_a_preview_shows_no_page_to_sign_in_at(slow: Page, coordinator: User) -> None:
    coordinator.memberships.create(role=Role.COORDINATOR, municipality=factories.municipality())
    slow.goto(f"/staff/messages/texts/sms/{Kind.CHANGE}/")
    slow.context.clear_cookies(name="sessionid")
    slow.locator("textarea").press_sequentially("。")
    expect(slow.locator("#preview")).to_contain_text("サインアウトしています")
    expect(slow.locator("#preview form")).to_have_count(0)
