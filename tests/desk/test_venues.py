"""Rooms: found, put right by those whose they are, and how to get there shown wherever a resident looks."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from outreach.classes.models import Venue
from outreach.people.models import Organisation, Role
from tests import factories
from tests.desk.conftest import SignIn, said

pytestmark = pytest.mark.django_db
BUS = "町営バス「役場前」から歩いて3分（行き 12:40着・帰り 15:10発）"


def filled(venue: Venue, **more: object) -> dict[str, object]:
    known = {"name": venue.name, "kana": "", "address": "鬼志別西町172", "capacity": venue.capacity, "access": BUS}
    return {**known, "hours": "9時～21時", "key_holder": "役場 1階", "cost": "無料", **more}


@pytest.fixture
def town(sign_in: SignIn) -> Client:
    return sign_in(Role.COORDINATOR, municipality=factories.municipality())


def test_what_the_office_writes_stands_and_the_way_shows_to_residents(town: Client) -> None:
    venue = factories.venue()
    page = said(town.post(reverse("desk:venue-edit", args=[venue.pk]), filled(venue), follow=True))
    assert "会場のことを直しました" in page
    venue.refresh_from_db()
    assert (venue.hours, venue.key_holder, venue.cost, venue.access) == ("9時～21時", "役場 1階", "無料", BUS)
    session = factories.session(venue=venue)
    for address in (f"/classes/{session.code}/", f"/classes/?municipality={venue.municipality_id}"):
        shown = Client().get(address).content.decode()
        assert "行き 12:40着・帰り 15:10発" in shown
        assert "役場 1階" not in shown  # who holds the key is for those who open the door


def test_a_room_cannot_become_smaller_than_a_class_in_it(town: Client) -> None:
    venue = factories.venue()
    factories.session(venue=venue, capacity=20)
    assert "定員20人の講習会" in said(
        town.post(reverse("desk:venue-edit", args=[venue.pk]), filled(venue, capacity=10))
    )
    venue.refresh_from_db()
    assert venue.capacity == 40


def test_another_towns_room_is_not_found_unless_ones_own_class_is_in_it(
    sign_in: SignIn, office: Organisation, desk: Client
) -> None:
    venue = factories.venue()
    other = sign_in(Role.COORDINATOR, municipality=factories.municipality("16204"))
    assert other.get(reverse("desk:venue-edit", args=[venue.pk])).status_code == 404
    carrier = factories.organisation(kind="carrier", municipality=None)
    theirs = sign_in(Role.COORDINATOR, organisation=carrier)
    assert theirs.get(reverse("desk:venue-edit", args=[venue.pk])).status_code == 404
    factories.session(venue=venue, organisation=carrier)
    assert theirs.get(reverse("desk:venue-edit", args=[venue.pk])).status_code == 200
    assert sign_in(Role.MINISTRY).get(reverse("desk:venues")).status_code == 403


def test_the_list_is_searched_and_costs_the_same_at_1_and_at_30(
    town: Client, same_queries_at_1_and_30: Callable[..., None]
) -> None:
    factories.venue(name="鬼志別会館")
    assert "鬼志別会館" in said(town.get(reverse("desk:venues"), {"q": "鬼志別"}))
    assert "鬼志別会館" not in said(town.get(reverse("desk:venues"), {"q": "函館"}))
    same_queries_at_1_and_30(factories.venue, lambda: town.get(reverse("desk:venues")))
