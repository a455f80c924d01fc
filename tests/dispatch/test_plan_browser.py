"""A plan's pages as people see them, and a visit dragged to another's day."""

from collections.abc import Callable
from datetime import time
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Locator, Page

from outreach.dispatch import jobs
from outreach.dispatch.models import Plan, Search, Visit
from outreach.people.models import Person, Role, User
from tests import factories
from tests.browser import OpenPage
from tests.dispatch import rows

pytestmark = pytest.mark.django_db(transaction=True)
Check = Callable[[Page], None]


@pytest.fixture
def coordinator() -> User:
    call_command("load_areas", verbosity=0)
    return factories.user(Role.COORDINATOR, organisation=factories.organisation(kind="dispatch", municipality=None))


@pytest.fixture
def plan(coordinator: User) -> Plan:
    for name in ("一番 太郎", "二番 花子"):
        rows.instructor(name=name)
    rows.request(venue=factories.venue(name="鬼志別会館"))
    rows.request(venue=factories.venue(name="浜鬼志別会館"), crew=2)
    return rows.plan()


def sign_in(page: Page, user: User) -> None:
    page.goto("/staff/sign-in/")
    page.locator("[name=username]").fill(user.username)
    page.locator("[name=password]").fill("正しい馬の電池")
    page.get_by_role("button", name="サインインする").click()
    page.get_by_role("heading", name="今日").wait_for()


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_every_page_of_a_plan_is_clean(
    open_page: OpenPage,
    coordinator: User,
    plan: Plan,
    axe: Check,
    fits_width: Check,
    shot: Callable[[Page, str], Path],
    size: str,
) -> None:
    page = open_page(size)
    sign_in(page, coordinator)
    visit = plan.visits.order_by("pk")[0]
    Visit.objects.filter(pk=visit.pk).update(locked=True)
    rows.request(venue=factories.venue(name="あとの会館"))
    waiting = Plan.objects.create(prefecture_id="01", first=plan.first, last=plan.last, status="running", total=60)
    week = f"?week={timezone.localdate(visit.starts_at)}"
    pages = {
        "table": f"{plan.pk}/{week}",
        "visit": f"{plan.pk}/visits/{plan.visits.order_by('pk')[1].request_id}/",
        "figures": f"{plan.pk}/figures/",
        "map": f"{plan.pk}/map/",
        "publish": f"{plan.pk}/publish/",
        "list": "",
        "new": "new/",
        "waiting": f"{waiting.pk}/",
    }
    small = ("table", "visit", "map", "publish")  # tables and forms of the others are those of the whole house
    for name, address in pages.items():
        if size == "phone" and name not in small:
            continue
        page.goto(f"/staff/plans/{address}")
        if name == "map":
            page.locator("[data-drawn]").wait_for()
        fits_width(page)
        axe(page)
        shot(page, f"plan-{name}-{size}")
    if size == "desktop":
        _is_told_apart_without_colour(page, f"/staff/plans/{pages['table']}", shot)


def _is_told_apart_without_colour(page: Page, table: str, shot: Callable[[Page, str], Path]) -> None:
    """In the reader's own colours: the road is hollow and a visit full; hatched, locked and chosen are seen."""
    page.emulate_media(forced_colors="active")
    page.goto(table)

    def style(what: str, name: str) -> str:
        return str(page.locator(what).first.evaluate("(one, name) => getComputedStyle(one)[name]", name))

    assert style(".plan-legend rect.visit", "fill") == style(".plan-legend rect.road", "stroke")
    assert style(".plan-legend rect.visit", "fill") != style(".plan-legend rect.road", "fill")
    assert "gradient" in style(".plan-key .shut", "backgroundImage")
    assert style(".plan-block.is-locked a", "borderLeftStyle") == "double"
    assert style(".plan-weeks [aria-current]", "outlineStyle") == "solid"
    page.locator(".plan-block a").first.focus()
    assert style(".plan-block a:focus", "outlineStyle") == "solid"
    shot(page, "plan-forced-colours")
    page.emulate_media(forced_colors="none")


def test_a_visit_is_dragged_to_another_who_is_free(
    open_page: OpenPage, coordinator: User, plan: Plan, axe: Check, shot: Callable[[Page, str], Path]
) -> None:
    visit = plan.visits.get(request__crew=1)
    other = Person.objects.filter(instructor__isnull=False).exclude(pk=visit.lead_id).get()
    page = open_page("desktop")
    sign_in(page, coordinator)
    page.goto(f"/staff/plans/{plan.pk}/")
    day = timezone.localdate(visit.starts_at).isoformat()
    chip = page.locator(f'[data-visit="{visit.request_id}"]').first
    cell = page.locator(f'[data-cell="{other.pk}:{day}"]')
    chip.focus()
    for key, own in (("ArrowRight", False), ("ArrowLeft", True), ("ArrowDown", True)):  # the last: within the day
        page.keyboard.press(key)
        stop = page.evaluate("document.activeElement.closest('td').dataset.cell")
        assert (stop == f"{visit.lead_id}:{day}") == own, key
    cell.scroll_into_view_if_needed()  # a scroll while the visit is in the hand would drop it
    chip.hover()
    page.mouse.down()
    cell.hover()
    page.locator(".plan-week.dragging td.can").first.wait_for()  # what can be is marked, with its cost
    shot(page, "plan-dragging")
    cell.hover()
    page.mouse.up()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("heading", name="鬼志別会館 → ").wait_for()
    axe(page)
    shot(page, "plan-dialog")
    dialog.get_by_role("button", name="ここに動かす").first.click()
    page.get_by_text("訪問を動かしました。").wait_for()
    visit.refresh_from_db()
    assert visit.lead == other
    page.get_by_role("button", name="元に戻す").click()
    page.get_by_text("1つ前の案に戻しました。").wait_for()
    visit.refresh_from_db()
    assert visit.lead != other


def test_a_whole_search_is_followed_to_what_it_found(
    open_page: OpenPage,
    coordinator: User,
    plan: Plan,
    axe: Check,
    fits_width: Check,
    shot: Callable[[Page, str], Path],
) -> None:
    request = rows.request(venue=factories.venue(name="手話の会館"), openings=[(6, time(9), time(9, 30))])
    page = open_page("phone")
    sign_in(page, coordinator)
    page.goto(f"/staff/plans/{plan.pk}/requests/{request.pk}/why-not/")
    page.get_by_role("button", name="時間をかけて、全部調べる").click()
    page.get_by_text("順番を待っています").wait_for()
    axe(page)
    fits_width(page)
    shot(page, "why-not-searching-phone")
    jobs.run_search(Search.objects.get(plan=plan).pk)
    page.get_by_text("に調べました").wait_for()
    axe(page)
    fits_width(page)
    shot(page, "why-not-searched-phone")
    page.set_viewport_size({"width": 1280, "height": 800})
    shot(page, "why-not-searched-desktop")


def test_a_visit_held_by_a_finger_is_dragged_and_one_only_touched_is_opened(
    open_page: OpenPage, coordinator: User, plan: Plan
) -> None:
    visit = plan.visits.get(request__crew=1)
    other = Person.objects.filter(instructor__isnull=False).exclude(pk=visit.lead_id).get()
    page = open_page("desktop")
    sign_in(page, coordinator)
    page.goto(f"/staff/plans/{plan.pk}/")
    line = page.context.new_cdp_session(page)
    line.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

    def touch(kind: str, on: Locator | None = None) -> None:
        box = on.bounding_box() if on else None
        points = [{"x": box["x"] + 20, "y": box["y"] + 20}] if box else []
        line.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    chip = page.locator(f'[data-visit="{visit.request_id}"]').first
    cell = page.locator(f'[data-cell="{other.pk}:{timezone.localdate(visit.starts_at).isoformat()}"]')
    cell.scroll_into_view_if_needed()
    touch("touchStart", chip)
    page.locator(".plan-week.dragging td.can").first.wait_for()
    touch("touchMove", cell)
    page.locator("td.over").wait_for()
    touch("touchEnd")
    page.get_by_role("dialog").get_by_role("heading", name="鬼志別会館 → ").wait_for()
    page.get_by_role("button", name="やめる").click()
    touch("touchStart", chip)
    touch("touchEnd")
    page.wait_for_url(f"**/visits/{visit.request_id}/")
