"""Coverage: what counts, what the page says, what the files and the API give."""

import csv
import io
import json
from collections.abc import Callable
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from geo.models import ShopSurvey
from outreach.classes.models import ProgrammeYear, Scheme, Session, SessionStatus
from outreach.classes.programme import load_year
from outreach.classes.rules import fiscal_year_of
from outreach.desk.services import cancel_session
from outreach.people.models import Role
from outreach.reporting.queries import coverage, find_year, site_points
from outreach.reporting.rules import Reach, reach_of
from tests import factories

pytestmark = pytest.mark.django_db
S = SessionStatus


def survey(*codes: str) -> None:
    """Say that these municipalities had no shop, and know of one that had."""
    made = ShopSurvey.objects.create(as_of=date(2021, 11, 10), source="調査")
    for code in codes:
        made.entries.create(municipality=factories.municipality(code))
    factories.municipality("35202")


def this_year() -> ProgrammeYear:
    return factories.programme_year()


def figures() -> tuple[int, int, int, int]:
    total, _rows = coverage(this_year())
    return total.planned_sites, total.held_sites, total.shopless, total.shopless_covered


@pytest.mark.parametrize(
    ("shop", "planned", "held", "reach"),
    [
        ("none", 0, 0, Reach.GAP),
        ("none", 1, 0, Reach.PLANNED),
        ("none", 2, 1, Reach.HELD),
        ("shop", 0, 0, Reach.SHOP),
        ("shop", 1, 1, Reach.SHOP),
        ("unknown", 1, 1, Reach.UNKNOWN),
    ],
)
def test_a_municipality_is_one_of_five_things(shop: str, planned: int, held: int, reach: Reach) -> None:
    assert reach_of(shop, planned_sites=planned, held_sites=held) is reach


def test_a_class_moves_the_count_when_it_is_published_and_when_it_is_held() -> None:
    survey("01511")
    assert figures() == (0, 0, 1, 0)
    factories.session(status=S.DRAFT)
    assert figures() == (0, 0, 1, 0)
    factories.session(status=S.PUBLISHED)
    assert figures() == (1, 0, 1, 0)
    factories.session(status=S.HELD)
    assert figures() == (2, 1, 1, 1)


def test_a_venue_counts_once_however_many_sessions_and_schemes_it_has() -> None:
    hall = factories.venue()
    for number, scheme in enumerate([Scheme.DISPATCH, Scheme.DISPATCH, Scheme.PARTNER]):
        factories.session(venue=hall, scheme=scheme, starts_at=factories.next_week(9 + 2 * number), status=S.HELD)
    assert figures()[:2] == (1, 1)
    assert len(site_points(this_year())) == 1


def test_a_site_that_was_only_cancelled_counts_as_neither() -> None:
    cancel_session(session=factories.session(), by=factories.user(), reason="大雪")
    assert figures()[:2] == (0, 0)


def test_own_funds_count_in_a_column_of_their_own() -> None:
    survey("01511")
    factories.session(scheme=Scheme.OWN, status=S.HELD)
    total, _rows = coverage(this_year())
    assert (total.own_sites, total.held_sites, total.shopless_covered) == (1, 0, 0)


def test_without_a_survey_or_a_list_nothing_is_claimed_of_shops() -> None:
    factories.municipality()
    total, rows = coverage(this_year())
    assert (total.shopless, total.shopless_as_of, rows[0].reach) == (0, None, Reach.UNKNOWN)


def test_the_page_says_which_municipalities_wait_and_offers_a_coordinator_to_act(client: Client) -> None:
    survey("01511")
    this_year()
    page = client.get("/coverage/").content.decode()
    assert "猿払村" in page
    assert "猿払村に講習会を作る" not in page
    client.force_login(factories.user(Role.COORDINATOR, municipality=factories.municipality()))
    assert "猿払村に講習会を作る" in client.get("/coverage/").content.decode()


def test_a_year_begun_by_a_town_has_no_target_until_the_programme_sets_it(client: Client) -> None:
    year = this_year()
    ProgrammeYear.objects.filter(pk=year.pk).update(target_sites=0)
    page = client.get("/coverage/").content.decode()
    assert page.count("目標は、まだ決まっていません") == 2
    assert "<meter" not in page
    load_year(fiscal_year=year.pk, target_sites=3000, source="総務省")
    load_year(fiscal_year=year.pk, target_sites=9, source="あとから")  # what is set stays
    assert client.get("/coverage/").content.decode().count("目標 3,000か所") == 2


def test_sample_data_is_called_so_wherever_it_shows(client: Client) -> None:
    session = factories.session()
    Session.objects.filter(pk=session.pk).update(sample=True)
    assert "見本データ" in client.get("/coverage/").content.decode()
    assert client.get("/api/coverage").json()["sample"] is True
    year = this_year().pk
    assert "見本データ" in client.get(f"/coverage/{year}/table.csv").content.decode("utf-8-sig")


@pytest.mark.parametrize("query", ["?fy=1999", "?fy=2099"])
def test_a_year_that_nobody_entered_is_not_found(client: Client, query: str) -> None:
    this_year()
    assert client.get(f"/coverage/{query}").status_code == 404
    assert client.get(f"/api/coverage{query}").headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("junk", ["?fy=abcd", "?fy=", "?prefecture=99", "?fy=２０２２"])
def test_junk_in_the_address_shows_the_current_year(client: Client, junk: str) -> None:
    this_year()
    assert client.get(f"/coverage/{junk}").status_code == 200


def test_the_api_counts_the_same_as_the_page(client: Client) -> None:
    survey("01511")
    factories.session(status=S.HELD)
    body = client.get(f"/api/coverage?fy={this_year().pk}").json()
    assert {k: body[k] for k in ("target", "planned_sites", "held_sites", "shopless", "shopless_covered")} == {
        "target": 3000,
        "planned_sites": 1,
        "held_sites": 1,
        "shopless": 1,
        "shopless_covered": 1,
    }
    rows = client.get("/api/coverage/municipalities").json()
    assert rows["count"] == 2
    assert rows["items"][0]["reach"] == "held"


def test_the_command_gives_the_same_bytes_twice_in_every_format() -> None:
    survey("01511")
    factories.session(status=S.HELD)
    year = str(this_year().pk)
    for form in ("json", "csv", "geojson"):
        outputs = []
        for _ in range(2):
            out = io.StringIO()
            call_command("coverage", fy=year, format=form, stdout=out)
            outputs.append(out.getvalue())
        assert outputs[0] == outputs[1]
        if form == "csv":
            assert list(csv.reader(io.StringIO(outputs[0])))[1][:3] == ["01511", "北海道", "猿払村"]
        else:
            assert json.loads(outputs[0])
    with pytest.raises(CommandError, match="1999"):
        call_command("coverage", fy=1999)


def test_today_lies_in_the_year_that_is_shown_by_default() -> None:
    ProgrammeYear.objects.create(fiscal_year=2021, target_sites=2000)
    assert find_year(None) == ProgrammeYear.objects.get(pk=2021)
    current = this_year()
    assert current.pk == fiscal_year_of(factories.next_week().date())
    assert find_year(None) in {current, ProgrammeYear.objects.get(pk=2021)}


def test_the_page_costs_the_same_at_1_and_at_30_sites(
    same_queries_at_1_and_30: Callable[[Callable[[], object], Callable[[], object]], None],
    client: Client,
) -> None:
    survey("01511")
    same_queries_at_1_and_30(lambda: factories.session(status=S.HELD), lambda: client.get("/coverage/"))


def test_map_values_and_points_are_small_and_complete(client: Client) -> None:
    survey("01511")
    factories.session(status=S.HELD)
    year = this_year().pk
    values = client.get(f"/coverage/{year}/values.json").json()
    assert set(values["classes"]) == {"held", "shop"}
    assert client.get(f"/coverage/{year}/points.json").status_code == 200
    assert client.get("/coverage/1999/values.json").status_code == 404
