"""An instructor's page by secret address: yes, no, unwell, the road afterwards; and who must not get in."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from outreach.classes.models import Venue
from outreach.dispatch.answering import days_of
from outreach.dispatch.models import Offer, OfferLetter, OfferStatus, OtherBase, Plan, Trip, Visit
from outreach.people.models import Engagement, Person
from tests.browser import OpenPage
from tests.dispatch import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(db: None) -> OfferLetter:
    """Two visits on one day, asked of one person."""
    rows.instructor(name="教員 太郎")
    day = rows.monday()
    for _ in range(2):
        rows.request(earliest=day, latest=day)
    Venue.objects.update(key_holder="管理人 電話 03-0000-0199", phone="+81300000123", parking=True)
    rows.published()
    return OfferLetter.objects.get()


@pytest.fixture
def page(letter: OfferLetter) -> str:
    return reverse("dispatch:offer-letter", args=[letter.token])


def said(client: Client, page: str, **fields: object) -> str:
    return client.post(page, fields, follow=True).content.decode()


def test_it_shows_the_days_the_way_the_key_and_nothing_is_kept(client: Client, page: str) -> None:
    answer = client.get(page)
    text = answer.content.decode()
    for words in ("教員 太郎", "管理人", "03-0000-0123", "駐車場", "家を出る", "までに（準備のため）"):
        assert words in text
    assert "no-store" in answer.headers["Cache-Control"]
    assert len(answer.content) < 24_000


def test_who_slept_on_the_way_leaves_the_inn_and_who_starts_elsewhere_leaves_that(client: Client, page: str) -> None:
    trip = Trip.objects.get()
    eve = {"day": trip.day - timedelta(days=1), "leaves_at": trip.leaves_at - timedelta(hours=20)}
    Trip.objects.create(
        plan=trip.plan, person=trip.person, back_at=trip.leaves_at - timedelta(hours=16), hm=990, road_minutes=180,
        overnight=True, **eve,
    )  # fmt: skip
    first, second = client.get(page).content.decode().split('<section class="day card">')[1:]
    assert "家を出る" in first
    assert f"この夜は{Visit.objects.all()[0].request.municipality.name}に泊まります" in first
    assert "移動 3時間" in first
    assert "宿に着く" in first
    assert "移動だけの日です" in first
    assert "宿を出る" in second
    assert "家に帰る" in second
    place = {"municipality": trip.person.municipality, "lat": 45.1, "lon": 142.3}
    Trip.objects.filter(pk=trip.pk).update(base=OtherBase.objects.create(person=trip.person, name="実家", **place))
    second = client.get(page).content.decode().split('<section class="day card">')[2]
    assert "実家に帰る" in second


def test_yes_by_visit_and_a_second_tap_says_the_same(client: Client, page: str) -> None:
    one = Offer.objects.all()[0]
    for _ in range(2):
        assert "お引き受けいただき" in said(client, page, act="accept", offer=one.pk)
    assert Offer.objects.filter(status=OfferStatus.ACCEPTED).count() == 1
    assert Engagement.objects.count() == 1


def test_yes_to_the_whole_day(client: Client, page: str, letter: OfferLetter) -> None:
    said(client, page, act="accept-day", day=rows.monday().isoformat())
    assert set(Offer.objects.values_list("status", flat=True)) == {OfferStatus.ACCEPTED}


def test_no_with_a_reason_and_unwell_after_all(client: Client, page: str) -> None:
    one, two = Offer.objects.all()
    assert "うけたまわりました" in said(client, page, act="decline", offer=one.pk, why="far", words="雪道")
    one.refresh_from_db()
    assert (one.status, one.reason) == (OfferStatus.DECLINED, "遠い・移動がむずかしい（雪道）")
    said(client, page, act="accept", offer=two.pk)
    assert "家を出る" in client.get(page).content.decode()
    text = said(client, page, act="return", offer=two.pk, why="unwell")
    two.refresh_from_db()
    assert two.status == OfferStatus.RETURNED
    assert "家を出る" not in text  # though the plan has the day until someone else comes


@pytest.mark.parametrize("why", ["", "x"])
def test_a_no_without_a_reason_is_asked_again(client: Client, page: str, why: str) -> None:
    one = Offer.objects.all()[0]
    said(client, page, act="decline", offer=one.pk, why=why)
    one.refresh_from_db()
    assert one.status == OfferStatus.OPEN


def test_after_the_deadline_the_page_says_so(client: Client, page: str) -> None:
    Offer.objects.update(answer_by=timezone.now() - timedelta(minutes=1))
    one = Offer.objects.all()[0]
    assert "期限が過ぎました" in client.get(page).content.decode()
    assert "すでに終わっています" in said(client, page, act="accept", offer=one.pk)


@pytest.mark.parametrize("fields", [{"offer": "999999"}, {"offer": "x"}, {}])
def test_another_persons_offer_is_not_answered_here(client: Client, page: str, fields: dict[str, str]) -> None:
    assert client.post(page, {"act": "accept", **fields}).status_code == 404
    assert client.post(page, {"act": "travelled", "day": "2020-13-45"}).status_code == 404


def test_a_wrong_or_old_address_leads_nowhere(client: Client, page: str) -> None:
    gone = client.get(page[:-3] + "x/")
    assert gone.status_code == 404
    assert "途中で切れている" in gone.content.decode()
    Plan.objects.update(first="2020-01-01", last="2020-01-31")
    assert client.get(page).status_code == 404


def test_the_road_is_written_down_once_the_day_is_over(client: Client, page: str) -> None:
    said(client, page, act="accept-day", day=rows.monday().isoformat())
    fields = {"act": "travelled", "day": rows.monday().isoformat(), "km": "182.5", "hours": "4", "minutes": "10"}
    assert client.post(page, fields).status_code == 404
    long_ago = timezone.now() - timedelta(days=2)
    day = timezone.localdate(long_ago)
    Plan.objects.update(first=day, last=day)
    Trip.objects.update(day=day, leaves_at=long_ago - timedelta(hours=9), back_at=long_ago)
    Visit.objects.update(starts_at=long_ago - timedelta(hours=5), ends_at=long_ago - timedelta(hours=4))
    Offer.objects.update(starts_at=long_ago - timedelta(hours=5))
    day = timezone.localdate(long_ago - timedelta(hours=5))
    Trip.objects.update(day=day)
    bad = client.post(page, {**fields, "day": day.isoformat(), "km": "遠い"})
    assert bad.status_code == 422
    assert "移動の記録を受け取りました" in said(client, page, **{**fields, "day": day.isoformat()})
    trip = Trip.objects.get()
    assert (float(trip.travelled_km or 0), trip.travelled_minutes) == (182.5, 250)


def test_a_day_of_travel_only_is_written_down_where_its_visit_was_accepted(letter: OfferLetter) -> None:
    trip = Trip.objects.get()
    Trip.objects.create(
        plan=trip.plan, person=trip.person, day=trip.day - timedelta(days=1), hm=990, road_minutes=180, overnight=True,
        leaves_at=trip.leaves_at - timedelta(hours=20), back_at=trip.leaves_at - timedelta(hours=16),
    )  # fmt: skip
    later = trip.back_at + timedelta(hours=1)
    assert [day.done(later) for day in days_of(letter)] == [False, False], "nobody said yes"
    Offer.objects.update(status=OfferStatus.ACCEPTED)
    assert [day.done(later) for day in days_of(letter)] == [True, True]
    assert [day.done(trip.leaves_at) for day in days_of(letter)] == [True, False]


def test_the_page_costs_the_same_for_many_visits(
    client: Client, page: str, query_count: Callable[[Callable[[], object]], int]
) -> None:
    client.get(page)
    before = query_count(lambda: client.get(page))
    visit = Visit.objects.all()[0]
    for number in range(8):
        request = rows.request()
        Offer.objects.create(
            visit=Visit.objects.create(
                plan=visit.plan, request=request, venue=request.venue,
                starts_at=visit.starts_at + timedelta(days=number),
                ends_at=visit.ends_at + timedelta(days=number), lead=visit.lead,
            ),
            person=visit.lead, starts_at=visit.starts_at + timedelta(days=number), answer_by=visit.starts_at,
        )  # fmt: skip
    assert query_count(lambda: client.get(page)) == before


@pytest.mark.django_db(transaction=True)
def test_on_a_telephone_without_javascript(
    open_page: OpenPage,
    axe: Callable[[Page], None],
    fits_width: Callable[[Page], None],
    shot: Callable[[Page, str], Path],
) -> None:
    rows.instructor(name="教員 太郎")
    day = rows.monday()
    for _ in range(2):
        rows.request(earliest=day, latest=day, loan_phones=4, note="スリッパをお持ちください")
    Venue.objects.update(key_holder="管理人 03-0000-0199", phone="+81300000123", access="役場前バス停から歩いて3分")
    rows.published()
    phone = open_page("phone", javascript=False)
    phone.goto(reverse("dispatch:offer-letter", args=[OfferLetter.objects.get().token]))
    fits_width(phone)
    axe(phone)
    shot(phone, "offer-letter-asked")
    phone.locator(".visit .yes button").first.click()
    no = phone.locator(".visit").last
    no.locator("summary").click()
    no.get_by_label("理由").select_option("far")
    no.locator("details button").click()
    axe(phone)
    shot(phone, "offer-letter-answered")
    assert sorted(Offer.objects.values_list("status", flat=True)) == ["accepted", "declined"]
    assert Person.objects.get().engagements.count() == 1
