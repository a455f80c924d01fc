"""Finding a class on the web: by postal code, by municipality, by the code on a flyer."""

import re
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils.html import strip_tags

from geo.codes import with_check_digit
from geo.models import Municipality
from outreach.classes.codes import check_digit
from outreach.classes.models import Session, SessionStatus
from outreach.classes.services import cancel_session
from tests import factories

pytestmark = pytest.mark.django_db
SARUFUTSU = "0986231"  # Onishibetsu, in the village
TWO_TOWNS = "0350000"  # Mutsu and Higashidōri
day = count(2)


def words(response: Any) -> str:
    """What the page says, without its mark-up, on one line."""
    return " ".join(strip_tags(response.content.decode()).split())


def another_session() -> Session:
    return factories.session(starts_at=factories.next_week(days=next(day)))


def test_the_first_page_offers_postal_code_place_flyer_and_telephone(client: Client) -> None:
    page = words(client.get("/"))
    for offered in ("郵便番号", "市区町村からえらぶ", "講習会番号", "03-0000-0100", "申し込みを確認する"):
        assert offered in page


@pytest.mark.parametrize("written", [SARUFUTSU, "098-6231", "〒０９８－６２３１", " 098 6231 "])
def test_a_postal_code_in_any_writing_finds_classes(client: Client, written: str) -> None:
    session = factories.session()
    response = client.get("/classes/", {"postal": written})
    assert f"/classes/{session.code}/" in response.content.decode()
    assert "空きあり 残り20席" in words(response)


def test_the_nearest_class_comes_first_with_its_distance(client: Client) -> None:
    near_by = factories.session()
    a_drive = factories.session(venue=factories.venue(lat=45.1, lon=142.1))
    page = client.get("/classes/", {"postal": SARUFUTSU}).content.decode()
    assert page.index(near_by.code) < page.index(a_drive.code)
    assert re.search(r"約\d+(\.\d)?km", page)


def test_a_class_far_away_waits_behind_a_link_while_there_are_near_ones(client: Client) -> None:
    factories.session()
    far = factories.session(venue=factories.venue(municipality=factories.municipality("35202")))
    response = client.get("/classes/", {"postal": SARUFUTSU})
    assert far.code not in response.content.decode()
    assert "50kmより遠い講習会も見る" in words(response)
    assert far.code in client.get("/classes/", {"postal": SARUFUTSU, "show": "11"}).content.decode()


def test_only_far_classes_are_shown_with_a_word_that_they_are_far(client: Client) -> None:
    far = factories.session(venue=factories.venue(municipality=factories.municipality("35202")))
    factories.municipality()
    response = client.get("/classes/", {"postal": SARUFUTSU})
    assert far.code in response.content.decode()
    assert "50km以内には、いま申し込める講習会がありません" in words(response)


def test_a_postal_code_of_several_municipalities_asks_which(client: Client) -> None:
    here = factories.municipality()
    for code, name in (("02208", "むつ市"), ("02424", "東通村")):
        Municipality.objects.create(
            code=code, code6=with_check_digit(code), prefecture=here.prefecture, name=name, kana="ア", lat=41, lon=141
        )
    response = client.get("/classes/", {"postal": TWO_TOWNS})
    assert "むつ市" in words(response)
    assert "東通村" in words(response)
    chosen = client.get("/classes/", {"postal": TWO_TOWNS, "municipality": "02424"})
    assert "東通村から近い講習会" in words(chosen)


def test_an_unknown_postal_code_is_told_kindly_and_offers_picking(client: Client) -> None:
    response = client.get("/classes/", {"postal": "0000000"})
    assert "見つかりませんでした" in words(response)
    assert "市区町村からえらぶ" in words(response)
    assert 'value="0000000"' in response.content.decode()


def test_a_class_code_written_as_postal_code_still_leads_to_the_class(client: Client) -> None:
    session = factories.session()
    code = "999999" + check_digit("999999")  # no such postal code
    Session.objects.filter(pk=session.pk).update(code=code)
    assert client.get("/classes/", {"postal": code}).headers["Location"] == f"/classes/{code}/"


def test_a_postal_code_written_as_class_code_still_finds_classes(client: Client) -> None:
    factories.session()
    response = client.get("/classes/by-code/", {"code": "098-6231"})
    assert response.headers["Location"] == f"/classes/?postal={SARUFUTSU}"


@pytest.mark.parametrize("show", [lambda c: c, lambda c: f"{c[:2]}-{c[2:4]}-{c[4:]}", lambda c: f"{c[:3]}　{c[3:]}"])
def test_a_flyers_code_in_any_grouping_leads_to_the_class(client: Client, show: Callable[[str], str]) -> None:
    session = factories.session()
    response = client.get("/classes/by-code/", {"code": show(session.code)})
    assert response.headers["Location"] == f"/classes/{session.code}/"


def test_a_mistyped_code_is_told_kindly(client: Client) -> None:
    response = client.get("/classes/by-code/", {"code": "1234"})
    assert response.status_code == 200
    assert "もう一度お確かめください" in words(response)


def test_municipalities_are_listed_by_kana_under_their_rows(client: Client) -> None:
    sarufutsu = factories.municipality()
    Municipality.objects.create(
        code="01100", code6="011002", prefecture=sarufutsu.prefecture, name="阿寒", kana="アカン", lat=43, lon=141
    )
    page = words(client.get("/classes/areas/01/"))
    assert page.index("阿寒") < page.index("猿払村")
    assert client.get("/classes/areas/").status_code == 200
    assert client.get("/classes/areas/99/").status_code == 404


def test_course_and_days_narrow_the_list(client: Client) -> None:
    wanted = factories.session(course=factories.course("maps", name="地図"), starts_at=factories.next_week(days=20))
    other = factories.session()
    since = (factories.next_week(days=19)).date().isoformat()
    for narrowed in ({"course": "maps"}, {"from": since}, {"from": since.replace("-", "/")}):
        page = client.get("/classes/", {"postal": SARUFUTSU, **narrowed}).content.decode()
        assert wanted.code in page
        assert other.code not in page
    until = client.get("/classes/", {"postal": SARUFUTSU, "to": since}).content.decode()
    assert other.code in until
    assert wanted.code not in until


def test_nothing_that_fits_offers_to_widen_and_the_telephone(client: Client) -> None:
    factories.session()
    page = words(client.get("/classes/", {"postal": SARUFUTSU, "from": "2099-01-01"}))
    assert "条件を外して" in page
    assert "03-0000-0100" in page


def test_no_class_at_all_says_what_to_do(client: Client) -> None:
    factories.municipality()
    assert "いま申し込める講習会は、ありません" in words(client.get("/classes/", {"postal": SARUFUTSU}))


def test_a_class_page_tells_what_a_resident_asks(client: Client) -> None:
    venue = factories.venue(access="バス停から歩いて3分", step_free=True, induction_loop=True)
    session = factories.session(venue=venue, note="上履きをお持ちください")
    page = words(client.get(f"/classes/{session.code}/"))
    told = ("無料", "歩いて3分", "段差なし", "補聴器の磁気ループ", "上履き", session.organisation.name, "03-0000-0101")
    for fact in (*told, "令和", "午後1時", "自分が参加する", "代わりに申し込む", "雪や台風"):
        assert fact in page


def test_a_full_class_offers_the_waitlist_and_near_classes_with_seats(client: Client) -> None:
    session = factories.session()
    Session.objects.filter(pk=session.pk).update(capacity=1, seats_taken=1)
    free, far = another_session(), factories.venue(municipality=factories.municipality("35202"))
    far_away = factories.session(venue=far)
    response = client.get(f"/classes/{session.code}/")
    assert "自分がキャンセル待ちをする" in words(response)
    assert free.code in response.content.decode()
    assert far_away.code not in response.content.decode()


def test_a_cancelled_class_says_so_and_takes_no_application(client: Client) -> None:
    session = factories.session()
    cancel_session(session=session, by=None, reason="台風")
    page = words(client.get(f"/classes/{session.code}/"))
    assert "中止になりました" in page
    assert "自分が参加する" not in page


def test_a_draft_is_not_shown(client: Client) -> None:
    assert client.get(f"/classes/{factories.session(status=SessionStatus.DRAFT).code}/").status_code == 404


def test_a_grouped_code_in_the_address_leads_to_the_plain_one(client: Client) -> None:
    code = factories.session().code
    response = client.get(f"/classes/{code[:2]}-{code[2:4]}-{code[4:]}/")
    assert response.headers["Location"] == f"/classes/{code}/"


GARBAGE = ["0", "9" * 5000, "😀😀😀", "𠮷野家", "../../etc", "' OR 1=1 --", "１２３４５６７八"]


@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_breaks_nothing(client: Client, garbage: str) -> None:
    factories.municipality()
    for address in ("classes", "classes/areas"):
        assert client.get(f"/{address}/{quote(garbage, safe='')}/").status_code == 404
    for name in ("postal", "municipality", "course", "from", "to", "show"):
        asked = {"postal": SARUFUTSU, name: garbage}
        assert client.get("/classes/", asked).status_code in {200, 302}, name
    assert client.get("/classes/by-code/", {"code": garbage}).status_code == 200


def test_nothing_is_changed_by_post(client: Client) -> None:
    session = factories.session()
    for address in ("/", "/classes/", "/classes/by-code/", f"/classes/{session.code}/"):
        assert client.post(address).status_code == 405


def test_a_list_of_classes_costs_the_same_at_1_and_at_30(
    client: Client, same_queries_at_1_and_30: Callable[[Callable[[], Any], Callable[[], Any]], None]
) -> None:
    factories.municipality()
    address = f"/classes/?postal={SARUFUTSU}&show=100"
    same_queries_at_1_and_30(another_session, lambda: client.get(address))


def test_a_class_page_costs_at_most_twelve_statements(
    client: Client, query_count: Callable[[Callable[[], Any]], int]
) -> None:
    session = factories.session()
    Session.objects.filter(pk=session.pk).update(capacity=1, seats_taken=1)
    for _ in range(3):
        another_session()
    assert query_count(lambda: client.get(f"/classes/{session.code}/")) <= 12


def test_a_begun_class_is_found_no_more(client: Client) -> None:
    session = factories.session()
    begun = factories.next_week(days=0) - timedelta(days=1)
    Session.objects.filter(pk=session.pk).update(starts_at=begun, ends_at=begun + timedelta(hours=1))
    assert session.code not in client.get("/classes/", {"postal": SARUFUTSU}).content.decode()
    assert "受付は、終わりました" in words(client.get(f"/classes/{session.code}/"))
