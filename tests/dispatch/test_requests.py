"""The office's pages of requests: who sees what, what becomes of letters, lists by file, explanations."""

import re
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from geo.models import Municipality, ShopSurvey
from outreach.classes.models import Session, Venue
from outreach.classes.rules import JST
from outreach.dispatch import services
from outreach.dispatch.forms import LetterForm
from outreach.dispatch.models import (
    DispatchRequest,
    LetterEvent,
    LetterStatus,
    Offer,
    OtherVenue,
    Plan,
    RequestEvent,
    RequestLetter,
    RequestStatus,
    RequestUpload,
    Visit,
)
from outreach.dispatch.request_columns import HEADINGS
from outreach.dispatch.request_files import number_of
from outreach.dispatch.views import asking
from outreach.people.models import AccessLog, DayException, Organisation, Role, TravelLimits, User
from outreach.people.services import engage
from tests import factories
from tests.dispatch import letters, rows

pytestmark = pytest.mark.django_db


def browser(role: Role = Role.COORDINATOR, **reach: Any) -> Client:
    client = Client()
    client.force_login(factories.user(role, **reach))
    return client


@pytest.fixture
def centre() -> Organisation:
    return factories.organisation(kind="dispatch", municipality=None, name="派遣センター")


@pytest.fixture
def desk(centre: Organisation) -> Client:
    """Someone at the centre that sends instructors everywhere."""
    return browser(organisation=centre)


def page(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(f"dispatch:{name}", args=args), query)
    assert answer.status_code == 200, (name, answer.status_code)
    return answer.content.decode()


# --- who sees what --------------------------------------------------------------------------------------------------
def test_each_sees_only_what_is_theirs(desk: Client) -> None:
    here, there = factories.municipality(), factories.municipality("16204")
    rows.request()
    elsewhere = rows.request(venue=factories.venue(municipality=there), organisation=factories.organisation())
    reach: list[tuple[Role, dict[str, Any], bool, bool]] = [
        (Role.COORDINATOR, {"municipality": here}, True, False),
        (Role.COORDINATOR, {"municipality": there}, False, True),
        (Role.PREFECTURE, {"prefecture": there.prefecture}, False, True),
        (Role.ADMINISTRATOR, {}, True, True),
        (Role.COORDINATOR, {"organisation": factories.organisation(kind="carrier", municipality=None)}, False, False),
    ]
    for role, where, sees_here, sees_there in reach:
        client = browser(role, **where)
        text = page(client, "requests", status="received")
        assert (f">{here.prefecture} {here}<" in text, f">{there.prefecture} {there}<" in text) == (
            sees_here,
            sees_there,
        )
        status = client.get(reverse("dispatch:request", args=[elsewhere.pk])).status_code
        assert status == (200 if sees_there else 404)
    assert "魚津市" in page(desk, "requests")


def test_the_ministry_sees_counts_and_no_one() -> None:
    rows.request()
    ministry = browser(Role.MINISTRY)
    text = page(ministry, "request-figures")
    assert "北海道" in text
    assert "担当 花子" not in text
    assert ministry.get(reverse("dispatch:requests")).status_code == 403
    assert browser(Role.INSTRUCTOR).get(reverse("dispatch:request-figures")).status_code == 403


def test_the_ministry_sees_what_dispatch_did_for_towns_without_a_shop() -> None:
    """Uozu has a shop; of two without, one asked: first unanswered, then agreed, then gone to, then cancelled."""
    quiet, asks, other = factories.municipality("13101"), factories.municipality(), factories.municipality("16204")
    survey = ShopSurvey.objects.create(as_of=timezone.localdate(), source="調査")
    survey.entries.create(municipality=quiet)
    survey.entries.create(municipality=asks)
    rows.request(venue=factories.venue(municipality=other))
    one = rows.request()
    gone = rows.request()
    services.withdraw_request(request=gone, by=None, reason="中止")
    rows.instructor()
    ministry = browser(Role.MINISTRY)

    def told() -> list[str]:
        return re.findall(r"<li><b>(\d+)</b>", page(ministry, "request-figures"))

    assert told() == ["2", "1", "0", "0"]
    plan = rows.plan()
    visit = Visit.objects.get(request=one)
    DispatchRequest.objects.filter(pk=one.pk).update(status="agreed")
    assert told() == ["2", "1", "1", "0"]
    Plan.objects.filter(pk=plan.pk).update(status="published")
    past = timezone.now() - timedelta(days=3)
    Visit.objects.filter(pk=visit.pk).update(starts_at=past, ends_at=past + timedelta(hours=1))
    assert told() == ["2", "1", "1", "1"]
    file = ministry.get(reverse("dispatch:request-figures"), {"format": "csv"}).content.decode("utf-8-sig")
    assert f"{asks.code6},北海道,猿払村,講師が行った,1,1,1" in file
    assert f"{quiet.code6},東京都,千代田区,依頼がない,0,0,0" in file
    assert "魚津市" not in file
    visit.sessions.add(session := factories.session())
    Session.objects.filter(pk=session.pk).update(status="cancelled")
    assert told() == ["2", "1", "1", "0"]
    assert ministry.get(reverse("dispatch:request-figures"), {"fy": "nonsense", "format": "exe"}).status_code == 200
    own = browser(Role.COORDINATOR, municipality=quiet)
    assert re.findall(r"<li><b>(\d+)</b>", page(own, "request-figures")) == ["1", "0", "0", "0"]


def test_strangers_are_sent_to_sign_in() -> None:
    for name, args in (
        ("requests", []),
        ("request-letter-new", []),
        ("request", [1]),
        ("request-letter", [1]),
        ("request-uploads", []),
    ):
        assert Client().get(reverse(f"dispatch:{name}", args=args)).status_code == 302


def test_the_list_costs_the_same_at_1_and_at_30(desk: Client, same_queries_at_1_and_30: Any) -> None:
    def add() -> None:
        letters.accepted()
        letters.letter()

    same_queries_at_1_and_30(add, lambda: page(desk, "requests"))


def test_the_list_is_filtered_and_exported_alike(desk: Client) -> None:
    rows.request()
    gone = rows.request(note="=HYPERLINK()")
    DispatchRequest.objects.filter(pk=gone.pk).update(status=RequestStatus.WITHDRAWN)
    assert page(desk, "requests", status="withdrawn").count("<tr>") == page(desk, "requests").count("<tr>") == 2
    answer = desk.get(reverse("dispatch:requests"), {"status": "withdrawn", "format": "csv"})
    text = answer.content.decode("utf-8-sig")
    assert len(text.splitlines()) == 2
    assert "'=HYPERLINK()" in text
    assert desk.get(reverse("dispatch:requests"), {"format": "xlsx"}).status_code == 200
    assert AccessLog.objects.filter(action="export", subject="requests").count() == 2
    assert "この条件の依頼はありません" in page(desk, "requests", since="2000-01-01", until="2000-01-02")


# --- letters --------------------------------------------------------------------------------------------------------
def test_a_letter_is_accepted_only_by_who_says_that_they_rang(desk: Client, centre: Organisation) -> None:
    letter = letters.letter()
    assert "まだ本当の依頼か" in page(desk, "request-letter", letter.pk)
    url = reverse("dispatch:request-letter-accept", args=[letter.pk])
    assert "代表番号に電話をかけて確かめてから" in desk.post(url, {"organisation": centre.pk}).content.decode()
    assert not DispatchRequest.objects.exists()
    desk.post(url, {"organisation": centre.pk, "sure": "on"})
    assert DispatchRequest.objects.get().letter == letter
    desk.post(url, {"organisation": centre.pk, "sure": "on"})
    assert DispatchRequest.objects.count() == 1
    assert page(desk, "request-letter", letter.pk)
    assert page(desk, "request", DispatchRequest.objects.get().pk)
    assert AccessLog.objects.filter(subject=f"letter:{letter.pk}").exists()


def test_a_letter_whose_dates_are_past_is_put_right_first(desk: Client, centre: Organisation) -> None:
    letter = letters.letter()
    letter.written["earliest"] = ["2020-01-01"]
    letter.save()
    answer = desk.post(
        reverse("dispatch:request-letter-accept", args=[letter.pk]),
        {"organisation": centre.pk, "sure": "on"},
        follow=True,
    )
    assert answer.redirect_chain[-1][0] == reverse("dispatch:request-letter-amend", args=[letter.pk])
    answer = desk.post(reverse("dispatch:request-letter-amend", args=[letter.pk]), letters.written(heads="30"))
    assert answer.status_code == 302
    assert RequestLetter.objects.get().written["heads"] == ["30"]


def test_a_letter_is_declined_reopened_and_withdrawn_with_a_reason(desk: Client) -> None:
    letter = letters.letter()

    def settle(how: str, **data: str) -> str:
        desk.post(reverse("dispatch:request-letter-settle", args=[letter.pk, how]), data)
        letter.refresh_from_db()
        return letter.status

    assert settle("decline") == LetterStatus.WAITING
    assert settle("decline", reason="いたずら") == LetterStatus.DECLINED
    assert settle("reopen") == LetterStatus.WAITING
    assert settle("withdraw", reason="電話で取り下げ") == LetterStatus.WITHDRAWN
    assert settle("reopen") == LetterStatus.WITHDRAWN
    assert desk.post(reverse("dispatch:request-letter-settle", args=[letter.pk, "burn"])).status_code == 404


def test_a_letter_of_another_town_is_not_found() -> None:
    letter = letters.letter()
    other = browser(municipality=factories.municipality("16204"))
    for name in ("request-letter", "request-letter-amend"):
        assert other.get(reverse(f"dispatch:{name}", args=[letter.pk])).status_code == 404
    assert other.post(reverse("dispatch:request-letter-accept", args=[letter.pk])).status_code == 404
    assert other.get(reverse("dispatch:request-letter-new"), {"municipality": "01511"}).status_code == 403


def test_what_came_by_telephone_is_entered_once_and_keeps_its_channel(desk: Client, centre: Organisation) -> None:
    factories.municipality()
    assert "猿払村" in page(desk, "request-letter-new", q="さるふつ")
    url = reverse("dispatch:request-letter-new") + "?municipality=01511"
    assert desk.get(url).status_code == 200
    data = {**letters.written(), "channel": "phone", "received_on": timezone.localdate().isoformat(), "nonce": "x"}
    assert "エラー" in desk.post(url, {**data, "heads": ""}).content.decode()
    for _press in range(2):
        assert desk.post(url, {**data, "organisation": centre.pk}).status_code == 302
    request = DispatchRequest.objects.get()
    assert (request.channel, request.status, request.organisation) == ("phone", RequestStatus.RECEIVED, centre)


# --- the public form ------------------------------------------------------------------------------------------------
def test_guessing_references_is_stopped(client: Client) -> None:
    letter = letters.letter()
    url = reverse("dispatch:ask-lookup")
    wrong = {"reference": letter.reference, "phone": "03-0000-0999"}
    codes = [client.post(url, wrong).status_code for _ in range(6)]
    assert codes == [200] * 5 + [429]
    assert client.post(url, {"reference": letter.reference, "phone": "03-0000-0101"}).status_code == 429
    assert client.get(reverse("dispatch:ask-mine")).status_code == 302


def test_a_draft_changed_on_the_way_or_sent_twice_makes_no_second_letter(client: Client) -> None:
    town = factories.municipality()
    review = client.post(reverse("dispatch:ask", args=[town.pk]), letters.written()).content.decode()
    draft = review.split('name="draft" value="')[1].split('"')[0]
    url = reverse("dispatch:ask-confirm", args=[town.pk])
    client.post(url, {"draft": draft[:-3] + "xyz"})
    assert not RequestLetter.objects.exists()
    for _press in range(2):
        assert client.post(url, {"draft": draft}).headers["Location"] == reverse("dispatch:ask-done")
    assert RequestLetter.objects.count() == 1
    assert client.get(reverse("dispatch:ask-slip")).status_code == 200
    assert client.get(reverse("dispatch:ask", args=["99999"])).status_code == 404


def test_one_address_sends_no_letters_without_end(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "AN_HOUR", 1)
    cache.clear()
    town = factories.municipality()
    answers = []
    for name in ("役場", "公民館"):
        review = client.post(reverse("dispatch:ask", args=[town.pk]), letters.written(asked_by=name)).content.decode()
        draft = review.split('name="draft" value="')[1].split('"')[0]
        answers.append(client.post(reverse("dispatch:ask-confirm", args=[town.pk]), {"draft": draft}))
    assert [answer.status_code for answer in answers] == [302, 429]
    assert "公民館" in answers[1].content.decode()  # what was written is not lost
    assert RequestLetter.objects.count() == 1
    monkeypatch.setattr(asking, "AN_HOUR", 60)
    monkeypatch.setattr(asking, "too_many_waiting", lambda _town: True)
    again = client.post(reverse("dispatch:ask-confirm", args=[town.pk]), {"draft": draft})
    assert (again.status_code, "公民館" in again.content.decode()) == (429, True)


def test_the_review_says_hours_and_days_as_they_were_understood(client: Client) -> None:
    town, first = factories.municipality(), rows.monday()
    changes = {"v1__opens": "9:00", "v1__more": "水 18時〜20時30分", "v1__closed": f"{first.month}月{first.day}日"}
    page = client.post(reverse("dispatch:ask", args=[town.pk]), letters.written(**changes)).content.decode()
    assert "月火水木金祝 9:00-17:00、水 18:00-20:30" in page
    assert f"使えない日：{first.month}月{first.day}日（月）" in page


def test_a_letters_number_leads_to_it_from_the_list(desk: Client) -> None:
    made = letters.letter()
    url, at = reverse("dispatch:requests"), reverse("dispatch:request-letter", args=[made.pk])
    said = f"{made.reference[:4]}-{made.reference[4:]}"
    assert desk.get(url, {"reference": said, "status": "open"}).headers["Location"] == at
    assert "この受付番号の依頼書は見つかりません" in desk.get(url, {"reference": "1234-5678"}).content.decode()
    assert desk.get(url, {"reference": " "}).status_code == 200


def test_numbers_larger_than_any_key_are_not_found(desk: Client) -> None:
    rows.instructor()
    asked = rows.request()
    plan, huge = rows.plan(), 10**30
    addresses: list[tuple[str, list[Any]]] = [
        ("visit-lock", [plan.pk, huge]),
        ("plan-visit", [plan.pk, huge]),
        ("take-venue", [asked.pk, huge]),
        ("substitutes", [plan.visits.get().pk, huge]),
        ("day-lock", [plan.pk, huge, plan.first.isoformat()]),
        ("explain-request", [plan.pk, huge]),
        ("offer-answer", [huge]),
        ("request-letter-settle", [huge, "decline"]),
    ]
    for name, args in addresses:
        for send in (desk.get, desk.post):
            assert send(reverse(f"dispatch:{name}", args=args)).status_code in {404, 405}, name


# --- by file --------------------------------------------------------------------------------------------------------
def sheet(*lines: dict[str, str]) -> SimpleUploadedFile:
    head = {name: names[0] for name, names in HEADINGS.items()}
    usual = {
        "key": "1", "town": "01511", "asked_by": "猿払村役場", "contact_name": "浜辺", "contact_phone": "03-0000-0101",
        "courses": "電話のかけ方", "heads": "12", "earliest": rows.monday().strftime("%Y/%m/%d"),
        "latest": (rows.monday() + timedelta(days=6)).isoformat(), "v1-name": "交流センター", "v1-address": "浜鬼志別",
        "v1-more": "月〜金 9:00-17:00",
    }  # fmt: skip
    text = "\n".join(
        ",".join(({**usual, **line} if line is not head else line).get(n, "") for n in head) for line in (head, *lines)
    )
    return SimpleUploadedFile("list.csv", text.encode("cp932"))


def send(client: Client, centre: Organisation, file: SimpleUploadedFile) -> RequestUpload | None:
    factories.municipality()
    factories.course()
    client.post(reverse("dispatch:request-uploads"), {"organisation": centre.pk, "file": file})
    return RequestUpload.objects.order_by("-pk").first()


def numbers(page: str) -> list[str]:
    return re.findall(r'<td class="num">(\d+)</td>', page)


def test_a_file_is_looked_over_taken_in_once_and_never_doubles(desk: Client, centre: Organisation) -> None:
    first = send(
        desk, centre, sheet({}, {"key": "2", "needs": "手話、磁気ループ", "v1-loop": "有"}, {"key": "3", "heads": "x"})
    )
    assert first
    url = reverse("dispatch:request-upload", args=[first.pk])
    text = desk.get(url).content.decode()
    assert "数字で入力してください。" in text
    other = send(desk, centre, sheet({"v1-loop": "たぶん"}))
    assert other
    refused = desk.get(reverse("dispatch:request-upload", args=[other.pk])).content.decode()
    assert "「たぶん」は、○か×で書いてください。" in refused
    assert ">磁気ループ<" in refused
    assert ">人数<" in text
    assert not RequestLetter.objects.exists()
    first_time, second_time = (desk.post(url, follow=True).content.decode() for _press in range(2))
    assert "派遣依頼を取り込みました。" in first_time
    assert '<th scope="row">新しい依頼</th><td class="num">2</td>' in first_time
    assert numbers(second_time) == numbers(first_time) == numbers(desk.get(url).content.decode())
    assert "派遣依頼を取り込みました。" in second_time
    assert DispatchRequest.objects.count() == 2
    assert DispatchRequest.objects.filter(hearing_loop=True, needs=["sign"], channel="csv").count() == 1
    assert Venue.objects.get().induction_loop
    again = send(desk, centre, sheet({}, {"key": "2", "needs": "手話、磁気ループ", "heads": "15"}, {"key": "3"}))
    assert again
    assert again.pk != first.pk
    desk.post(reverse("dispatch:request-upload", args=[again.pk]))
    assert sorted(DispatchRequest.objects.values_list("heads", flat=True)) == [12, 12, 15]


def test_an_old_file_overwrites_nothing_that_was_changed_on_a_page_since_and_says_so(
    desk: Client, centre: Organisation
) -> None:
    first = send(desk, centre, sheet({}, {"key": "2"}))
    assert first
    desk.post(reverse("dispatch:request-upload", args=[first.pk]))
    letter = RequestLetter.objects.get(key__endswith=":1")
    changed = LetterForm({**letter.written, "heads": ["20"]}, town=letter.municipality)
    assert changed.is_valid()
    services.amend_letter(letter=letter, asked=changed.asked(), written=changed.written(), by=None)
    for heads in ("12", "13"):  # the old file again, then one that differs from the page and from before
        again = send(desk, centre, sheet({"heads": heads}, {"key": "2", "heads": heads}))
        assert again
        url = reverse("dispatch:request-upload", args=[again.pk])
        text = desk.get(url).content.decode()
        assert "画面で直した依頼は、ファイルで上書きしません" in text
        assert "2行目（管理番号 1）" in text
        desk.post(url)
    assert sorted(DispatchRequest.objects.values_list("heads", flat=True)) == [13, 20]
    for heads in ("20", "25"):  # a file brought up to the page is the newest again, and may change it
        after = send(desk, centre, sheet({"heads": heads}))
        assert after
        url = reverse("dispatch:request-upload", args=[after.pk])
        text = desk.get(url).content.decode()
        assert "上書きしません" not in text
        if "この内容で取り込む" in text:
            desk.post(url)
    assert sorted(DispatchRequest.objects.values_list("heads", flat=True)) == [13, 25]


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"town": "なかった村"}, "団体コード"),
        ({"courses": "将棋"}, "講座"),
        ({"needs": "昼寝"}, "お願いしたいこと"),
        ({"v1-more": "いつでも"}, "使える時間"),
        ({"latest": "2020-01-01"}, "いちばん遅い日"),
        ({"contact_phone": "110"}, "電話番号"),
        ({"key": ""}, "管理番号"),
    ],
)
def test_a_wrong_cell_is_told_by_row_and_column(
    desk: Client, centre: Organisation, cells: dict[str, str], column: str
) -> None:
    one = send(desk, centre, sheet(cells))
    assert one
    text = desk.get(reverse("dispatch:request-upload", args=[one.pk])).content.decode()
    assert f'<th scope="row" class="num">2</th><td>{column}</td>' in text
    desk.post(reverse("dispatch:request-upload", args=[one.pk]))
    assert not RequestLetter.objects.exists()


def test_what_is_no_list_is_refused_and_anothers_file_is_not_found(desk: Client, centre: Organisation) -> None:
    for content in (b"", b"\x00\x01", "あ,い\n1,2".encode(), b"PK\x03\x04 no zip"):
        assert send(desk, centre, SimpleUploadedFile("x.csv", content)) is None
    one = send(desk, centre, sheet({}))
    assert one
    assert browser(organisation=centre).get(reverse("dispatch:request-upload", args=[one.pk])).status_code == 404
    assert desk.get(reverse("dispatch:request-upload-example")).content.decode("utf-8-sig").startswith("管理番号,")


VENUES = {
    "v2__name": "第2集会所", "v2__address": "鬼志別西町 2", "v2__more": "火 18:00-20:30", "v2__closed": "2/11",
    "v2__loop": "on",
    "v3__name": "漁協", "v3__address": "浜鬼志別 3", "v3__weekdays": ["5"], "v3__opens": "09:00", "v3__closes": "12:00",
}  # fmt: skip


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_exported_list_comes_back_with_nothing_lost_and_never_doubles(
    desk: Client, centre: Organisation, kind: str, language: str
) -> None:
    courses = [factories.course().pk, factories.course("mail", name="メール、写真の使い方").pk]
    asked = {"courses": courses, "needs": ["sign"], "hearing_loop": "on", "note": "=1", "loan_phones": "4"}
    letter, _made = letters.accepted(**asked, **VENUES)
    desk.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    file = desk.get(reverse("dispatch:requests"), {"format": kind}).content
    desk.cookies[settings.LANGUAGE_COOKIE_NAME] = "ja"

    def sent() -> str:
        one = send(desk, centre, SimpleUploadedFile("list", file))
        assert one
        url = reverse("dispatch:request-upload", args=[one.pk])
        text = desk.get(url).content.decode()
        desk.post(url)
        return text

    assert "取り込むものはありません" in sent()
    assert DispatchRequest.objects.count() == 2
    before = facts()
    RequestEvent.objects.all().delete()
    DispatchRequest.objects.all().delete()  # as another office, that has none of them, would read it
    LetterEvent.objects.all().delete()
    letter.delete()
    Venue.objects.update(induction_loop=False)
    sent()
    assert facts() == before
    assert Venue.objects.get(induction_loop=True).name == "第2集会所"


def facts() -> list[Any]:
    """All that an office asked for."""
    names = (
        "municipality", "course", "venue", "heads", "learners_65", "sessions", "crew", "needs", "hearing_loop",
        "loan_phones", "earliest", "latest", "contact_name", "contact_phone", "note",
    )  # fmt: skip
    return [
        (
            *(getattr(one, name) for name in names),
            one.letter and one.letter.asked_by,
            [(w.weekday, w.opens, w.closes) for w in one.windows.all()],
            [b.day for b in one.blackouts.all()],
            [(o.rank, o.venue, o.times, o.closed) for o in one.other_venues.all()],
        )
        for one in DispatchRequest.objects.order_by("course")
    ]


def test_a_row_of_the_exported_list_that_says_something_else_is_refused_since_the_page_may_be_newer(
    desk: Client, centre: Organisation
) -> None:
    _letter, (request,) = letters.accepted(**VENUES)
    file = desk.get(reverse("dispatch:requests"), {"format": "csv"}).content
    DispatchRequest.objects.filter(pk=request.pk).update(heads=20)
    one = send(desk, centre, SimpleUploadedFile("list.csv", file))
    assert one
    url = reverse("dispatch:request-upload", args=[one.pk])
    assert "この一覧から書き出した依頼です" in desk.get(url).content.decode()
    desk.post(url)
    assert DispatchRequest.objects.get().heads == 20


def test_a_towns_own_coordinator_may_not_enter_another_towns(centre: Organisation) -> None:
    factories.municipality("16204")
    town = browser(municipality=factories.municipality())
    one = send(town, centre, sheet({"town": "魚津市"}, {"key": "2"}))
    assert one
    text = town.get(reverse("dispatch:request-upload", args=[one.pk])).content.decode()
    assert "この市区町村の依頼は、登録できません。" in text


def test_a_foreign_offices_numbers_are_as_if_they_were_not(desk: Client, centre: Organisation) -> None:
    """Both offices send for the centre that dispatches: what one has is neither told to the other nor touched."""
    factories.municipality("16204")
    theirs = send(desk, centre, sheet({"town": "魚津市", "key": "R-1"}))
    assert theirs
    desk.post(reverse("dispatch:request-upload", args=[theirs.pk]))
    request = DispatchRequest.objects.select_related("letter").get()
    town = browser(municipality=factories.municipality())
    one = send(town, centre, sheet({"key": number_of(request)}, {"key": "R-1"}))
    assert one
    url = reverse("dispatch:request-upload", args=[one.pk])
    text = town.post(url, follow=True).content.decode()
    assert "この一覧から書き出した依頼" not in text
    assert "この管理番号は使えません" in text
    assert numbers(text)[:2] == ["2", "1"], "their number of the list is an ordinary number here"
    request.refresh_from_db()
    assert request.municipality.name == "魚津市"
    assert set(DispatchRequest.objects.values_list("municipality__name", flat=True)) == {"魚津市", "猿払村"}


# --- explanations ---------------------------------------------------------------------------------------------------
def test_an_unserved_request_says_why_and_what_would_serve_it(desk: Client) -> None:
    teacher = rows.instructor()
    served = rows.request()
    unserved = rows.request(needs=["sign"])
    plan = rows.plan()
    text = page(desk, "explain-request", plan.pk, unserved.pk)
    assert "手話" in text or "sign" in text
    assert "資格を取ってもらう" in text
    assert teacher.name in text
    before = (DispatchRequest.objects.count(), plan.versions.count())
    text = page(desk, "explain-visit", plan.pk, served.pk)
    assert "この日時に来られる講師は、1人です。" in text
    assert (DispatchRequest.objects.count(), plan.versions.count()) == before
    assert desk.get(reverse("dispatch:explain-visit", args=[plan.pk, unserved.pk])).status_code == 302
    assert desk.get(reverse("dispatch:explain-request", args=[plan.pk, served.pk])).status_code == 302
    assert (
        browser(municipality=factories.municipality())
        .get(reverse("dispatch:explain-request", args=[plan.pk, unserved.pk]))
        .status_code
        == 404
    )


def test_a_venue_that_is_never_open_is_told_and_another_can_be_wished_for_most(desk: Client) -> None:
    rows.instructor()
    week = [rows.monday() + timedelta(days=n) for n in range(7)]
    _letter, (request,) = letters.accepted(v1__closed=f"{week[0].isoformat()}〜{week[-1].isoformat()}")
    text = page(desk, "explain-request", rows.plan().pk, request.pk)
    assert "どの候補の日時にも開いていません" in text
    assert "第2希望" not in text
    OtherVenue.objects.create(request=request, rank=2, venue=factories.venue(name="公民館"))
    desk.post(reverse("dispatch:take-venue", args=[request.pk, request.other_venues.get().venue_id]))
    request.refresh_from_db()
    assert request.venue.name == "公民館"
    visit = rows.plan().visits.get()
    assert (visit.request, visit.venue) == (request, request.venue)


def test_a_day_off_is_told_and_working_it_would_serve(desk: Client) -> None:
    teacher = rows.instructor()
    TravelLimits.objects.create(person=teacher, holidays=True)
    week = [rows.monday() + timedelta(days=n) for n in range(7)]
    request = rows.request(latest=week[0])
    DayException.objects.create(person=teacher, day=week[0], kind="off")
    plan = rows.plan()
    text = page(desk, "explain-request", plan.pk, request.pk)
    assert "候補の日にはだれも出られません" in text
    assert "休みの" in text
    assert AccessLog.objects.filter(action="see_plan", subject=f"plan:{plan.pk}").exists()


def test_who_is_promised_elsewhere_is_not_said_to_have_a_day_off(desk: Client) -> None:
    teacher = rows.instructor()
    TravelLimits.objects.create(person=teacher, holidays=True)
    day = rows.monday()
    request = rows.request(latest=day)
    begins = datetime.combine(day, time(7), JST)
    engage(person=teacher, starts_at=begins, ends_at=begins + timedelta(hours=13), subject="session:1")
    text = page(desk, "explain-request", rows.plan().pk, request.pk)
    assert "候補の日にはだれも出られません" in text
    assert "休みの" not in text
    assert "長く働いてもらう" not in text


def test_a_decline_elsewhere_in_the_plan_hides_no_change_that_would_serve(desk: Client) -> None:
    rows.instructor()
    rows.request()
    unserved = rows.request(needs=["sign"])
    plan = rows.plan()
    services.publish_plan(plan=plan, by=None)
    services.decline_offer(offer=Offer.objects.get(), now=timezone.now())
    assert "資格を取ってもらう" in page(desk, "explain-request", plan.pk, unserved.pk)


def test_anyone_signed_in_may_not_explain() -> None:
    assert User.objects.count() == 0
    assert browser(Role.SUPPORTER).get(reverse("dispatch:explain-request", args=[1, 1])).status_code == 403
    assert not Municipality.objects.exists()
