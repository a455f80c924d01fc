"""The list of sessions: found, filtered, exported; and a new one made."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from outreach.classes.models import Session, SessionStatus, Venue
from outreach.people.models import Organisation, Role
from tests import factories
from tests.desk.conftest import SignIn, said

pytestmark = pytest.mark.django_db
LIST = "/staff/sessions/"


def codes(client: Client, **asked: Any) -> list[str]:
    return [row.session.code for row in client.get(LIST, asked).context["rows"]]


def test_sessions_to_come_are_listed_soonest_first(desk: Client, office: Organisation) -> None:
    later = factories.session(organisation=office, starts_at=factories.next_week(days=9))
    sooner = factories.session(organisation=office)
    assert codes(desk) == [sooner.code, later.code]


@pytest.mark.parametrize("words", ["猿払", "さるふつ", "ｻﾙﾌﾂ", "電話のかけ方", "でんわの", "交流センター", "猿払 電話"])
def test_words_are_found_in_kanji_and_in_kana_of_any_width(desk: Client, office: Organisation, words: str) -> None:
    session = factories.session(organisation=office)
    assert codes(desk, q=words) == [session.code]
    assert codes(desk, q=f"{words} 宇部") == []


def test_a_class_code_is_found_in_any_grouping(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office)
    factories.session(organisation=office)
    grouped = f"{session.code[:2]}-{session.code[2:4]}-{session.code[4:]}"
    assert codes(desk, q=grouped) == [session.code]


def test_filters_add_up(desk: Client, office: Organisation) -> None:
    draft = factories.session(organisation=office, status=SessionStatus.DRAFT)
    factories.session(organisation=office)
    day = draft.starts_at.date()
    assert codes(desk, status="draft") == [draft.code]
    assert codes(desk, status="draft", prefecture="01", municipality="01511", since=day, until=day) == [draft.code]
    assert codes(desk, status="draft", prefecture="13") == []
    assert codes(desk, status="draft", until=day - timedelta(days=1)) == []
    assert codes(desk, need="draft") == [draft.code]


def test_a_filter_that_makes_no_sense_says_so(desk: Client) -> None:
    answer = desk.get(LIST, {"since": "きのう"})
    assert answer.status_code == 200
    assert "日付は" in said(answer)


def test_the_first_and_last_days_of_the_calendar_are_days_too(desk: Client, office: Organisation) -> None:
    one = factories.session(organisation=office)
    assert codes(desk, since="0001-01-01", until="9999-12-31") == [one.code]


def test_another_office_and_another_town_see_their_own_only(sign_in: SignIn, office: Organisation) -> None:
    session = factories.session(organisation=office)
    elsewhere = factories.organisation(municipality=None)
    assert codes(sign_in(Role.COORDINATOR, organisation=elsewhere)) == []
    assert codes(sign_in(Role.COORDINATOR, municipality=factories.municipality("35202"))) == []
    assert codes(sign_in(Role.COORDINATOR, municipality=factories.municipality())) == [session.code]
    assert codes(sign_in(Role.PREFECTURE, prefecture=factories.municipality().prefecture)) == [session.code]


def test_the_ministry_and_instructors_do_not_open_the_list(sign_in: SignIn) -> None:
    assert sign_in(Role.MINISTRY).get(LIST).status_code == 403
    assert sign_in(Role.INSTRUCTOR).get(LIST).status_code == 403


def test_the_exports_hold_what_the_list_shows(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office)
    factories.session(organisation=office, status=SessionStatus.DRAFT)
    csv = desk.get(LIST, {"status": "published", "format": "csv"})
    lines = csv.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "猿払村" in lines[1]
    book = load_workbook(io.BytesIO(desk.get(LIST, {"status": "published", "format": "xlsx"}).content))
    assert book.worksheets[0].max_row == 2
    assert book.worksheets[0]["A2"].value == f"{session.code[:2]}-{session.code[2:4]}-{session.code[4:]}"
    assert "attachment" in csv.headers["Content-Disposition"]


def test_the_list_costs_the_same_at_1_and_at_30(
    desk: Client, office: Organisation, same_queries_at_1_and_30: Callable[..., None]
) -> None:
    same_queries_at_1_and_30(lambda: factories.session(organisation=office), lambda: desk.get(LIST))


# --- a new session --------------------------------------------------------------------------------------------------
NEW = "/staff/sessions/new/"


def filled(office: Organisation, venue: Venue, **changes: Any) -> dict[str, Any]:
    day = factories.next_week(days=9).date()
    return {
        "venue": venue.pk,
        "course": factories.course().pk,
        "day": day.isoformat(),
        "starts": "13:30",
        "ends": "",
        "organisation": office.pk,
        "scheme": "dispatch",
        "kind": "class",
        "capacity": "",
        "note": "上ばきをお持ちください",
        **changes,
    }


def test_a_draft_is_made_with_the_years_seats_and_the_courses_length(desk: Client, office: Organisation) -> None:
    venue = factories.venue()
    answer = desk.post(f"{NEW}?municipality=01511", filled(office, venue))
    session = Session.objects.get()
    assert answer.headers["Location"] == reverse("desk:session", args=[session.code])
    assert session.status == SessionStatus.DRAFT
    assert session.capacity == 20
    assert session.ends_at - session.starts_at == timedelta(minutes=60)


def test_the_coverage_list_leads_straight_to_its_town(desk: Client, office: Organisation) -> None:
    venue = factories.venue()
    elsewhere = factories.venue(municipality=factories.municipality("35202"))
    page = said(desk.get(NEW, {"municipality": "01511"}))
    assert venue.name in page
    assert elsewhere.name not in page


def test_a_town_is_chosen_by_kanji_or_kana(desk: Client, office: Organisation) -> None:
    factories.municipality()
    assert "?municipality=01511" in said(desk.get(NEW, {"q": "さるふつ"}))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"day": "2020-01-01"}, "きょうより前"),
        ({"starts": "25:00"}, "13:30 のように"),
        ({"ends": "12:00"}, "終わりの時刻"),
        ({"capacity": "200"}, "収容人数"),
        ({"course": ""}, "講座"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_made(
    desk: Client, office: Organisation, changes: dict[str, str], words: str
) -> None:
    answer = desk.post(f"{NEW}?municipality=01511", filled(office, factories.venue(), **changes))
    assert answer.status_code == 200
    assert words in said(answer)
    assert not Session.objects.exists()


def test_a_taken_room_is_refused_in_words(desk: Client, office: Organisation) -> None:
    venue = factories.venue()
    desk.post(f"{NEW}?municipality=01511", filled(office, venue))
    again = desk.post(f"{NEW}?municipality=01511", filled(office, venue))
    assert "ほかの予定があります" in said(again)
    assert Session.objects.count() == 1


def test_nobody_plans_for_another_organisation_or_in_another_town(
    sign_in: SignIn, desk: Client, office: Organisation
) -> None:
    other = factories.organisation(municipality=None)
    answer = desk.post(f"{NEW}?municipality=01511", filled(other, factories.venue()))
    assert answer.status_code == 200
    town = sign_in(Role.COORDINATOR, municipality=factories.municipality("35202"))
    assert town.get(NEW, {"municipality": "01511"}).status_code == 403
    assert not Session.objects.exists()


def test_a_town_hall_goes_straight_to_its_own_town(sign_in: SignIn, office: Organisation) -> None:
    town = sign_in(Role.COORDINATOR, municipality=factories.municipality("35202"))
    assert "宇部市で講習会をつくる" in said(town.get(NEW))


def test_a_prefecture_looks_but_does_not_plan(sign_in: SignIn) -> None:
    watching = sign_in(Role.PREFECTURE, prefecture=factories.municipality().prefecture)
    assert watching.get(NEW).status_code == 403


# --- a new room -----------------------------------------------------------------------------------------------------
VENUE = "/staff/venues/new/?municipality=01511"


def test_a_room_is_found_on_the_map_by_its_address(desk: Client, office: Organisation) -> None:
    factories.municipality()
    answer = desk.post(VENUE, {"name": "鬼志別会館", "address": "鬼志別西町172", "capacity": 20})
    venue = Venue.objects.get()
    assert (round(venue.lat, 1), round(venue.lon, 1)) == (45.3, 142.1)
    assert answer.headers["Location"] == f"{NEW}?municipality=01511&venue={venue.pk}"


def test_an_address_of_another_town_is_refused(desk: Client, office: Organisation) -> None:
    factories.municipality()
    answer = desk.post(VENUE, {"name": "会館", "address": "山口県宇部市常盤町1-1", "capacity": 20})
    assert "中に見つかりません" in said(answer)
    assert not Venue.objects.exists()


def test_the_same_room_is_not_made_twice(desk: Client, office: Organisation) -> None:
    factories.municipality()
    room = {"name": "鬼志別会館", "address": "鬼志別西町172", "capacity": 20}
    desk.post(VENUE, room)
    assert "もう登録されています" in said(desk.post(VENUE, room))
    assert Venue.objects.count() == 1
