"""With a local partner: a proposal for a town's halls, sent back once, approved, held, and its cost per slot."""

import csv
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page

from outreach.classes.models import (
    Proposal,
    ProposedSlot,
    SchemeRule,
    Session,
    SessionEvent,
    SessionStatus,
    Venue,
)
from outreach.classes.rules import unit_cost
from outreach.classes.services import SessionError, approve_proposal, create_session
from outreach.people.models import Organisation, Role, User
from tests import factories
from tests.browser import OpenPage
from tests.journeys.test_coordinator import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner() -> Organisation:
    factories.programme_year()
    factories.course()
    SchemeRule.objects.filter(scheme="partner").update(unit_cost=30_000)
    return factories.organisation(kind="partner", name="宗谷デジタル協会", municipality=None)


@pytest.fixture
def writer(partner: Organisation) -> User:
    return factories.user(Role.COORDINATOR, organisation=partner)


@pytest.fixture
def town() -> User:
    return factories.user(Role.COORDINATOR, municipality=factories.municipality())


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def slot(venue: Venue, hour: int, cost: int, *, ends: int | None = None) -> dict[str, object]:
    day = factories.next_week(days=20).date().isoformat()
    times = {"day": day, "starts": f"{hour}:00", "ends": f"{ends}:00" if ends else ""}
    return {"venue": venue.pk, "course": "phone-basics", "capacity": 10, "cost": cost, **times}


def proposed(writer: User, hall: Venue, *hours: int, cost: int = 20_000) -> str:
    """A proposal with its slots. Returns its address."""
    client = browser(writer)
    known = {"organisation": writer.memberships.get().organisation_id, "town": "猿払村", "title": "秋のスマホ教室"}
    address = client.post("/staff/proposals/", known).headers["Location"]
    for hour in hours:
        assert client.post(f"{address}slots/", slot(hall, hour, cost)).status_code == 302
    return str(address)


def do(user: User, address: str, what: str, **more: str) -> str:
    return browser(user).post(f"{address}act/", {"do": what, **more}, follow=True).content.decode()


def test_from_the_proposal_to_the_cost_of_a_slot(partner: Organisation, writer: User, town: User) -> None:
    hall = factories.venue()
    address = proposed(writer, hall, 10)
    assert "猿払村に講習会" not in browser(town).get("/staff/proposals/").content.decode()
    browser(writer).post(f"{address}slots/", slot(hall, 13, 60_000, ends=15))  # two コマ
    assert browser(town).get(address).status_code == 404  # a draft is the partner's own
    assert "送りました" in do(writer, address, "send")
    assert "差し戻しました" in do(town, address, "back", words="午前だけにしてください")
    assert "午前だけにしてください" in browser(writer).get(address).content.decode()
    do(writer, address, "send")
    assert "受付を始めました" in do(town, address, "approve")

    sessions = list(Session.objects.order_by("starts_at"))
    assert {(s.status, s.scheme, s.organisation_id) for s in sessions} == {("published", "partner", partner.pk)}
    started = timezone.now() - timedelta(hours=3)
    for one in sessions:
        Session.objects.filter(pk=one.pk).update(
            status="confirmed", starts_at=started, ends_at=started + timedelta(hours=1)
        )
        report = {"walk_ins": "6", "could": "most"}
        browser(writer).post(f"/staff/sessions/{one.code}/report/", report)
    first, second = ProposedSlot.objects.all()
    browser(writer).post(f"{address}costs/", {f"cost{first.pk}": "25000", f"cost{second.pk}": ""})
    assert "費用がまだ分からない回が1回" in browser(town).get(address).content.decode()
    browser(writer).post(f"{address}costs/", {f"cost{first.pk}": "25000", f"cost{second.pk}": "71000"})
    page = browser(town).get(address).content.decode()
    assert "3コマ・12人・96,000円" in page
    assert "1コマあたり 32,000円" in page
    assert "単価を超えています" in page  # 30,000 is the year's
    text = browser(town).get(f"{address}?format=csv").content.decode("utf-8-sig")
    assert [row["かかった費用（円）"] for row in csv.DictReader(text.splitlines())] == ["25000", "71000", "96000"]


def test_a_hall_that_is_taken_stops_the_whole_and_is_named(partner: Organisation, writer: User, town: User) -> None:
    hall = factories.venue(name="鬼志別会館")
    address = proposed(writer, hall, 10, 14)
    do(writer, address, "send")
    start = factories.next_week(14, days=20)
    create_session(
        course=factories.course(), venue=hall, organisation=factories.organisation(), scheme="dispatch",
        starts_at=start, ends_at=start + timedelta(hours=1), by=None,
    )  # fmt: skip
    page = do(town, address, "approve")
    assert "14:00 鬼志別会館" in page
    assert Session.objects.filter(scheme="partner").count() == 0
    assert Proposal.objects.get().status == "sent"


def test_nobody_answers_for_another(partner: Organisation, writer: User, town: User) -> None:
    address = proposed(writer, factories.venue(), 10)
    do(writer, address, "send")
    other_town = factories.user(Role.COORDINATOR, municipality=factories.municipality("16204"))
    other_partner = factories.user(Role.COORDINATOR, organisation=factories.organisation(kind="partner"))
    for stranger in (other_town, other_partner):
        assert browser(stranger).get(address).status_code == 404
        assert browser(stranger).post(f"{address}act/", {"do": "approve"}).status_code == 404
    assert browser(writer).post(f"{address}act/", {"do": "approve"}).status_code == 404
    for path in ("act/", "slots/", "costs/"):
        assert browser(town).post(f"{address}{path}", {"do": "send"}).status_code == 404
    assert browser(factories.user(Role.MINISTRY)).get(address).status_code == 403
    assert Proposal.objects.get().status == "sent"


@pytest.mark.parametrize(
    "wrong",
    [{"cost": "-1"}, {"cost": "たくさん"}, {"capacity": "0"}, {"starts": "25:00"}, {"venue": "999999"}, {"day": "x"}],
)
def test_a_slot_that_cannot_be_is_said(partner: Organisation, writer: User, wrong: dict[str, str]) -> None:
    hall = factories.venue()
    address = proposed(writer, hall)
    page = browser(writer).post(f"{address}slots/", {**slot(hall, 10, 1), **wrong}).content.decode()
    assert "エラー" in page
    assert not ProposedSlot.objects.exists()


def test_a_town_that_is_not_one_is_asked_again(partner: Organisation, writer: User) -> None:
    factories.municipality()
    known = {"organisation": partner.pk, "title": "教室"}
    for text in ("どこにもない", ""):
        assert "エラー" in browser(writer).post("/staff/proposals/", {**known, "town": text}).content.decode()
    assert not Proposal.objects.exists()


def test_the_unit_cost_is_rounded_and_never_divides_by_nothing() -> None:
    assert (unit_cost(100_000, 3), unit_cost(50_000, 3), unit_cost(5, 0)) == (33_333, 16_667, None)


def test_the_list_costs_the_same_at_1_and_at_30(
    partner: Organisation, writer: User, same_queries_at_1_and_30: Callable[..., None]
) -> None:
    client = browser(writer)

    def add() -> None:
        one = Proposal.objects.create(
            organisation=partner, municipality=factories.municipality(), title="教室", made_by=writer
        )
        start = factories.next_week()
        ProposedSlot.objects.create(
            proposal=one, venue=factories.venue(), course=factories.course(), starts_at=start,
            ends_at=start + timedelta(hours=1), capacity=5, cost=1,
        )  # fmt: skip

    same_queries_at_1_and_30(add, lambda: client.get("/staff/proposals/"))


@pytest.mark.django_db(transaction=True)
def test_eight_who_approve_at_once_make_the_sessions_once(partner: Organisation, writer: User, town: User) -> None:
    address = proposed(writer, factories.venue(), 10, 14)
    do(writer, address, "send")
    pk = Proposal.objects.get().pk

    def approve(_n: int) -> bool:
        try:
            approve_proposal(proposal=Proposal.objects.select_related("organisation").get(pk=pk), by=town)
        except SessionError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(approve, range(8))).count(True) == 1
    assert Session.objects.count() == 2
    assert SessionEvent.objects.filter(new=SessionStatus.PUBLISHED).count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_proposal_is_readable_and_clean(
    open_page: OpenPage,
    partner: Organisation,
    writer: User,
    axe: Callable[[Page], None],
    fits_width: Callable[[Page], None],
    shot: Callable[[Page, str], Path],
) -> None:
    address = proposed(writer, factories.venue(), 10, 14)
    page = open_page("phone", javascript=False)
    sign_in(page, writer)
    for where, name in ((address, "proposal"), ("/staff/proposals/", "proposals")):
        page.goto(where)
        axe(page)
        fits_width(page)
        shot(page, f"partner-{name}-phone")
