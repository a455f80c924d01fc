"""The sample's offers: answered in every way, so that the demo's pages are alive."""

from datetime import timedelta
from random import Random

import pytest
from django.utils import timezone

from backend.sample.offers import seed_gone, seed_offers
from geo.models import ShopSurvey
from geo.shops import shop_statuses
from outreach.dispatch.models import DispatchRequest, Offer, OfferStatus, Trip
from outreach.dispatch.reaching import shopless_towns, sum_of
from outreach.people.models import Engagement, Person, User
from outreach.people.rules import Scope
from tests import factories
from tests.dispatch import rows

pytestmark = pytest.mark.django_db


def test_some_say_yes_one_no_one_falls_ill_and_others_wait() -> None:
    for _ in range(3):
        rows.instructor()
    for _ in range(8):
        rows.request()
    DispatchRequest.objects.update(sample=True)
    User.objects.create_user("instructor", password="x")
    seed_offers(Random(1), rows.monday() - timedelta(days=3), but=None)
    assert set(Offer.objects.values_list("status", flat=True)) == {
        OfferStatus.OPEN,
        OfferStatus.ACCEPTED,
        OfferStatus.DECLINED,
        OfferStatus.RETURNED,
    }
    asked = Person.objects.get(user__username="instructor2")
    assert asked.offers.filter(status=OfferStatus.OPEN).exists()


def test_days_gone_have_their_road_and_stand_in_the_ledger() -> None:
    for _ in range(3):
        rows.instructor(sample=True)
    factories.course()
    factories.venue(sample=True, lat=45.0, lon=141.9)
    seed_gone(Random(1), timezone.localdate())
    assert Trip.objects.count() == Engagement.objects.count() > 5
    assert 0 < Trip.objects.filter(travelled_km=None).count() < Trip.objects.count()
    assert Person.objects.count() == 3


def test_the_ministry_sees_where_instructors_have_been() -> None:
    for _ in range(3):
        rows.instructor(sample=True)
    factories.course()
    hall = factories.venue(sample=True, lat=45.0, lon=141.9)
    factories.venue(sample=True, municipality=factories.municipality("16204"))
    survey = ShopSurvey.objects.create(as_of=timezone.localdate() - timedelta(days=90), source="見本", sample=True)
    survey.entries.create(municipality=hall.municipality)
    seed_gone(Random(1), timezone.localdate())
    shops = shop_statuses(timezone.localdate())
    towns = shopless_towns(Scope(nation=True), shops, DispatchRequest.objects.all(), timezone.now())
    assert sum_of("", towns).gone == 1
    assert set(DispatchRequest.objects.values_list("sample", flat=True)) == {True}
