"""From a request to a yes: planned, locked, planned anew, published, accepted on a phone, substituted after a no."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from outreach.dispatch import jobs
from outreach.dispatch.models import Offer, OfferLetter, OfferStatus, Plan, RequestStatus, Visit
from outreach.people.models import Role, User
from tests import factories
from tests.browser import OpenPage
from tests.dispatch import letters, rows
from tests.journeys.test_coordinator import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
Look = Callable[[Page, str], None]


@pytest.fixture
def look(axe: Callable[[Page], None], fits_width: Callable[[Page], None], shot: Callable[[Page, str], Path]) -> Look:
    def check(page: Page, name: str) -> None:
        fits_width(page)
        axe(page)
        shot(page, f"dispatch-{name}")

    return check


@pytest.fixture
def coordinator() -> User:
    factories.programme_year(rows.monday())
    for name in ("教員 一郎", "教員 二郎"):
        rows.instructor(name=name)
    return factories.user(Role.COORDINATOR, organisation=factories.organisation(kind="dispatch", municipality=None))


def press(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_role("button", name=name).first.click()


def test_from_a_towns_request_to_a_substitute(open_page: OpenPage, coordinator: User, look: Look) -> None:
    ask_by_web(open_page("phone", javascript=False))
    page = open_page("desktop")
    sign_in(page, coordinator)
    accept_the_letter(page)
    plan = make_plan(page)
    look(page, "planned")
    first = lock_the_visit(page, plan)
    letters.accepted(v1__name="浜鬼志別会館")
    plan_anew(page, plan)
    first.refresh_from_db()
    assert first.locked
    assert plan.visits.count() == 2
    look(page, "planned-anew")
    page.get_by_role("link", name="変わった訪問").click()
    expect(page.get_by_text("入っていなかった")).to_be_visible()
    look(page, "changes")

    publish(page, plan)
    assert Offer.objects.filter(status=OfferStatus.OPEN).count() == 2
    second = plan.visits.exclude(pk=first.pk).get()
    accept_on_a_phone(open_page("phone", javascript=False), first, look)
    first.request.refresh_from_db()
    assert first.request.status == RequestStatus.AGREED

    decline_on_a_phone(open_page("phone"), second)
    before = second.lead_id
    ask_a_substitute(page, look)
    second.refresh_from_db()
    assert second.lead_id != before
    assert Offer.objects.get(visit=second, status=OfferStatus.OPEN).person_id == second.lead_id
    page.goto(f"/staff/plans/{plan.pk}/")
    expect(page.get_by_text("返事待ち").first).to_be_visible()
    look(page, "substituted")


def ask_by_web(page: Page) -> None:
    factories.municipality()
    factories.course()
    page.goto("/dispatch/request/01511/")
    first = rows.monday()
    values = {
        "asked_by": "猿払村役場 福祉課", "contact_name": "浜辺 文子", "contact_phone": "03-0000-0101", "heads": "12",
        "learners_65": "9", "earliest": first.isoformat(), "latest": (first + timedelta(days=6)).isoformat(),
        "v1-name": "交流センター", "v1-address": "浜鬼志別 1-1",
    }  # fmt: skip
    for name, value in values.items():
        page.locator(f"[name='{name}']").fill(value)
    page.get_by_label("電話のかけ方").check()
    press(page, "次へ（内容を確かめる）")
    press(page, "この内容で依頼する")
    page.locator(".slip-code").wait_for()


def accept_the_letter(page: Page) -> None:
    page.goto("/staff/requests/")
    page.get_by_role("table", name="確認待ちの依頼").get_by_role("link").first.click()
    page.get_by_label("実施団体").select_option(index=1)
    page.get_by_label("役場などの代表番号に電話をかけ").check()
    press(page, "受け付ける")
    page.get_by_role("heading", name="講座ごとの依頼").wait_for()


def make_plan(page: Page) -> Plan:
    first = rows.monday()
    page.goto("/staff/plans/")
    page.get_by_role("link", name="計画を作る").click()
    page.get_by_label("初日").fill(first.isoformat())
    page.get_by_label("末日").fill((first + timedelta(days=6)).isoformat())
    page.get_by_label("計算にかける時間").select_option("10")
    press(page, "計算を始める")
    page.get_by_text("順番を待っています").wait_for()
    plan = Plan.objects.get()
    jobs.run_plan(plan.pk)  # as the worker does, while the page asks how far it is
    page.get_by_role("link", name=re.compile("猿払村")).first.wait_for()
    return plan


def lock_the_visit(page: Page, plan: Plan) -> Visit:
    page.locator("[data-visit]").first.click()
    press(page, "この訪問を固定する")
    page.get_by_text("固定", exact=True).first.wait_for()
    return plan.visits.select_related("request").get()


def plan_anew(page: Page, plan: Plan) -> None:
    Plan.objects.filter(pk=plan.pk).update(seconds=5)
    press(page, "固定を残して計画し直す")
    page.get_by_text("計画し直しています").first.wait_for()
    jobs.run_replan(plan.pk)
    page.get_by_role("link", name=re.compile("浜鬼志別会館")).first.wait_for()


def publish(page: Page, plan: Plan) -> None:
    page.get_by_role("link", name="講師に打診").click()
    press(page, "2件の打診を出す")
    page.get_by_text("2件の打診を出しました。").wait_for()


def letter_of(visit: Visit) -> str:
    return f"/o/{OfferLetter.objects.get(plan=visit.plan_id, person=visit.lead_id).token}/"


def offer_on(page: Page, visit: Visit) -> str:
    page.goto(letter_of(visit))
    return f"#offer-{Offer.objects.get(visit=visit, person=visit.lead_id).pk}"


def accept_on_a_phone(page: Page, visit: Visit, look: Look) -> None:
    card = page.locator(offer_on(page, visit))
    look(page, "letter-phone")
    card.get_by_role("button", name=re.compile("引き受ける")).first.click()
    page.get_by_text("お引き受けいただきました").first.wait_for()


def decline_on_a_phone(page: Page, visit: Visit) -> None:
    card = page.locator(offer_on(page, visit))
    card.get_by_text("引き受けられない").first.click()
    card.get_by_role("button", name=re.compile("引き受けられない")).click()
    expect(page.get_by_role("status").first).to_be_visible()
    assert Offer.objects.get(visit=visit, person=visit.lead_id).status == OfferStatus.DECLINED


def ask_a_substitute(page: Page, look: Look) -> None:
    page.goto("/staff/offers/")
    page.get_by_role("link", name=re.compile("代わりをさがす")).first.click()
    look(page, "substitutes")
    press(page, re.compile("この人に打診する"))
    page.wait_for_url(re.compile("/staff/offers/|/staff/visits/"))
