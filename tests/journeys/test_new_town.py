"""From an empty town to its first published class in at most 40 inputs: every field filled, every button pressed."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Locator, Page

from outreach.classes.models import Course, Programme, Series, Session, SessionStatus
from outreach.contact.models import OwnText
from outreach.desk.blueprints import blueprints
from outreach.desk.queries.programmes import KINDS, steps_of
from outreach.people.models import Organisation, Role
from outreach.registration.models import LectureMenu
from tests import factories
from tests.browser import OpenPage

PASSWORD = "正しい馬の電池"
MOST = 40


class Hand:
    """A person's hand, counting what it does."""

    def __init__(self, page: Page) -> None:
        self.page, self.inputs = page, 0

    def fill(self, label: str, words: str) -> None:
        self.inputs += 1
        self.page.get_by_label(re.compile(f"^{label}")).fill(words)

    def choose(self, label: str, words: str) -> None:
        self.inputs += 1
        self.page.get_by_label(re.compile(f"^{label}")).select_option(label=words)

    def press(self, place: Locator) -> None:
        self.inputs += 1
        place.first.click()

    def button(self, name: str) -> None:
        self.press(self.page.get_by_role("button", name=name))

    def link(self, name: str) -> None:
        self.press(self.page.get_by_role("link", name=name))


@pytest.mark.django_db(transaction=True)
def test_an_empty_town_publishes_its_first_class(
    open_page: OpenPage, axe: Callable[[Page], None], fits_width: Callable[[Page], None],
    shot: Callable[[Page, str], Path],
) -> None:  # fmt: skip
    user = factories.user(Role.COORDINATOR, municipality=factories.municipality())
    assert not Course.objects.exists()
    assert not Organisation.objects.exists()
    page = open_page("desktop")
    hand = Hand(page)
    page.goto("/staff/sign-in/")
    hand.fill("ユーザー名", user.username)
    hand.fill("パスワード", PASSWORD)
    hand.button("サインインする")
    hand.press(page.get_by_role("link", name="講習会", exact=True))
    hand.press(page.get_by_role("link", name="制度", exact=True))
    axe(page)
    shot(page, "programmes-desktop")
    hand.press(page.get_by_role("link", name=re.compile("ひな形で始める.*独自開催")))
    hand.fill("住民にお知らせする電話番号", "03-0000-0101")
    hand.button("この制度を始める")
    axe(page)
    shot(page, "programme-desktop")
    hand.link("会場を登録する")
    hand.fill("名称", "猿払村交流センター")
    hand.fill("住所", "鬼志別東町")
    hand.fill("収容人数", "30")
    hand.button("登録して続ける")
    hand.choose("講座", "はじめてのスマホ")
    hand.fill("日", factories.next_week(days=14).date().isoformat())
    hand.fill("始まりの時刻", "13:30")
    hand.button("下書きをつくる")
    hand.link("公開する")
    hand.button("公開する")
    session = Session.objects.get()
    assert session.status == SessionStatus.PUBLISHED
    assert (session.organisation.name, session.scheme) == ("猿払村", "own")
    assert hand.inputs <= MOST
    assert hand.inputs == 19  # known, so that a longer way is noticed
    done = {step.key for step in steps_of(Programme.objects.get()) if step.done}
    assert done == {"venue", "session", "published"}
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"/staff/programmes/{Programme.objects.get().pk}/")
    fits_width(page)
    shot(page, "programme-phone")


@pytest.fixture
def town(db: None) -> Client:
    browser = Client()
    browser.force_login(factories.user(Role.COORDINATOR, municipality=factories.municipality()))
    return browser


@pytest.mark.django_db
@pytest.mark.parametrize("key", list(blueprints()))
def test_each_template_stands_after_one_form_and_twice_is_once(town: Client, key: str) -> None:
    blueprint = blueprints()[key]
    assert set(blueprint.steps) <= set(KINDS)
    form = {"name": "みほん団体", "phone": "03-0000-0101"}
    first = town.post(f"/staff/programmes/new/{key}/", form)
    again = town.post(f"/staff/programmes/new/{key}/", form)
    assert first.headers["Location"] == again.headers["Location"]
    programme = Programme.objects.get()
    assert town.get(first.headers["Location"]).status_code == 200
    assert Course.objects.filter(code__in=[c.code for c in blueprint.courses]).count() == len(blueprint.courses)
    assert Course.objects.exists()
    assert Series.objects.filter(organisation=programme.organisation).count() == len(blueprint.series)
    assert LectureMenu.objects.count() == len(blueprint.lectures)
    assert OwnText.objects.count() == len(blueprint.texts)
    for step in steps_of(programme):
        assert town.get(step.url).status_code == 200


@pytest.mark.django_db
def test_a_step_without_a_trace_is_ticked_by_hand_and_unticked(town: Client) -> None:
    made = town.post("/staff/programmes/new/own/", {"name": "猿払村", "phone": "03-0000-0101"}).headers["Location"]
    town.post(f"{made}tick/", {"step": "flyer", "done": "1"})
    assert Programme.objects.get().ticked == ["flyer"]
    town.post(f"{made}tick/", {"step": "flyer"})
    town.post(f"{made}tick/", {"step": "no-such-step", "done": "1"})
    assert Programme.objects.get().ticked == []


@pytest.mark.django_db
def test_nobody_begins_for_another_town_or_with_another_organisation(town: Client) -> None:
    other = factories.municipality("35202")
    assert town.post("/staff/programmes/new/own/?municipality=35202", {"name": "x", "phone": ""}).status_code == 403
    theirs = factories.organisation(municipality=other)
    refused = town.post("/staff/programmes/new/own/", {"organisation": theirs.pk, "name": "x"})
    assert refused.status_code == 200
    assert not Programme.objects.exists()
    assert town.get("/staff/programmes/new/unknown/").status_code == 404
    partner = Client()
    partner.force_login(factories.user(Role.COORDINATOR, organisation=theirs))
    asked = partner.post(
        "/staff/programmes/new/own/?municipality=01511", {"name": "新しい団体", "phone": "03-0000-0101"}
    )
    assert asked.status_code == 200
    assert not Organisation.objects.filter(name="新しい団体").exists()
