"""Offers in the office: who may see which, answers by telephone, substitutes by one tap."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from outreach.contact.models import Kind, Message
from outreach.dispatch import services
from outreach.dispatch.models import Offer, OfferEvent, OfferLetter, OfferStatus, Visit
from outreach.people.models import AccessLog, Person, Role, User
from tests import factories
from tests.browser import OpenPage
from tests.dispatch import rows
from tests.journeys.test_coordinator import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer(db: None) -> Offer:
    (
        rows.instructor(name="教員 一郎"),
        rows.instructor(name="教員 二郎"),
        rows.instructor(name="資格なし", certified=False),
    )
    rows.request()
    rows.published()
    return Offer.objects.select_related("visit", "person").get()


@pytest.fixture
def clerk(offer: Offer) -> User:
    return factories.user(Role.COORDINATOR, organisation=factories.organisation(kind="dispatch"))


@pytest.fixture
def desk(client: Client, clerk: User) -> Client:
    client.force_login(clerk)
    return client


def page(name: str, *args: object) -> str:
    return reverse(f"dispatch:{name}", args=args)


def said(client: Client, address: str, **fields: object) -> str:
    return client.post(address, fields, follow=True).content.decode()


def test_an_answer_by_telephone_is_written_down_with_who_heard_it(desk: Client, clerk: User, offer: Offer) -> None:
    assert "承諾を記録しました" in said(desk, page("offer-answer", offer.pk), act="accept")
    assert OfferEvent.objects.get(new=OfferStatus.ACCEPTED).by == clerk
    assert AccessLog.objects.filter(subject=f"offer:{offer.pk}").exists()


def test_a_no_leads_to_who_could_come_and_one_tap_asks_them(desk: Client, offer: Offer) -> None:
    text = said(desk, page("offer-answer", offer.pk), act="decline", why="busy")
    other = Person.objects.exclude(pk=offer.person_id).get(name__startswith="教員")
    assert other.name in text
    assert "この訪問で増える移動" in text
    assert "資格なし" in text.partition("頼めない人")[2]
    here = page("substitutes", offer.visit_id, offer.person_id)
    assert f"{other.name}さんに打診しました" in said(desk, here, person=other.pk)
    assert Visit.objects.get().lead == other
    assert Offer.objects.get(status=OfferStatus.OPEN).person == other
    assert Message.objects.filter(kind=Kind.DISPATCH_OFFER).count() == 2


def test_unwell_after_a_yes(desk: Client, offer: Offer) -> None:
    services.accept_offer(offer=offer, now=rows.now())
    here = page("substitutes", offer.visit_id, offer.person_id)
    assert "承諾しています" in desk.get(here).content.decode()
    text = said(desk, page("offer-answer", offer.pk), act="return", why="unwell")
    assert "代わりの講師を選んでください" in text
    assert "教員" in desk.get(page("offers")).content.decode().partition("代わりの講師が要る訪問")[2]


@pytest.mark.parametrize("person", ["", "x", "999999", "9" * 30])
def test_nobody_is_asked_by_a_number_that_names_nobody(desk: Client, offer: Offer, person: str) -> None:
    here = page("substitutes", offer.visit_id, offer.person_id)
    assert desk.post(here, {"person": person}).status_code == 404


def test_who_may_not_come_is_not_asked_whatever_is_posted(desk: Client, offer: Offer) -> None:
    services.decline_offer(offer=offer, now=rows.now())
    wrong = Person.objects.get(name="資格なし")
    here = page("substitutes", offer.visit_id, offer.person_id)
    assert "頼めません" in said(desk, here, person=wrong.pk)
    assert not Offer.objects.filter(person=wrong).exists()


def test_a_letter_is_sent_again_under_a_new_revision(desk: Client, offer: Offer) -> None:
    OfferLetter.objects.update(told_at=timezone.now() - timedelta(minutes=1))
    assert "もう一度知らせます" in said(desk, page("offer-tell", offer.pk))
    assert Message.objects.order_by("pk").values_list("revision", "status").last() == (2, "pending")
    services.decline_offer(offer=offer, now=rows.now())
    assert "知らせる打診がない" in said(desk, page("offer-tell", offer.pk))


@pytest.mark.parametrize("name", ["offers", "offer", "offer-answer", "offer-tell", "visit-classes", "substitutes"])
def test_who_may_open_what(client: Client, offer: Offer, name: str) -> None:
    args = {"offers": [], "visit-classes": [offer.visit_id], "substitutes": [offer.visit_id, offer.person_id]}
    address = page(name, *args.get(name, [offer.pk]))
    assert "/staff/sign-in/" in client.get(address).headers["Location"]
    for role in (Role.MINISTRY, Role.INSTRUCTOR, Role.SUPPORTER):
        client.force_login(factories.user(role))
        assert client.get(address).status_code == 403
    toyama = factories.municipality("16204").prefecture
    client.force_login(factories.user(Role.PREFECTURE, prefecture=toyama))
    assert client.get(address).status_code in ({200} if name == "offers" else {404, 405})
    assert offer.person.name not in client.get(page("offers")).content.decode()


def test_the_list_costs_the_same_at_1_and_at_30(
    desk: Client, offer: Offer, same_queries_at_1_and_30: Callable[..., None]
) -> None:
    def add() -> None:
        asked = rows.request()
        visit = Visit.objects.create(
            plan=offer.visit.plan, request=asked, venue=asked.venue, starts_at=offer.starts_at,
            ends_at=offer.visit.ends_at, lead=offer.person,
        )  # fmt: skip
        Offer.objects.create(visit=visit, person=offer.person, starts_at=visit.starts_at, answer_by=offer.answer_by)

    same_queries_at_1_and_30(add, lambda: desk.get(page("offers")))


@pytest.mark.django_db(transaction=True)
def test_as_the_office_sees_it(
    open_page: OpenPage,
    clerk: User,
    offer: Offer,
    axe: Callable[[Page], None],
    fits_width: Callable[[Page], None],
    shot: Callable[[Page, str], Path],
) -> None:
    services.decline_offer(offer=offer, now=rows.now(), reason="遠い・移動がむずかしい")
    for size in ("desktop",):
        screen = open_page(size)
        sign_in(screen, clerk)
        for name, address in (
            ("offers", page("offers")),
            ("substitutes", page("substitutes", offer.visit_id, offer.person_id)),
            ("offer", page("offer", offer.pk)),
        ):
            screen.goto(address)
            fits_width(screen)
            axe(screen)
            shot(screen, f"{name}-{size}")
