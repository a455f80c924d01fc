"""The pieces that pages are made of: words for dates and numbers, accessible forms, frames, and pages that say no."""

from collections.abc import Callable
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, RequestContext, Template
from django.test import Client, RequestFactory
from django.utils import translation
from django.views import defaults
from playwright.sync_api import Page

from backend import nav
from backend.templatetags import ui
from outreach.dates import clock, era_year, long_date, short_date, span
from outreach.people.models import Membership, Role
from outreach.people.rules import Action
from tests.browser import OpenPage

JST = ZoneInfo("Asia/Tokyo")
CLASS_AT = datetime(2026, 11, 23, 13, 30, tzinfo=JST)
CLASS_TO = datetime(2026, 11, 23, 15, 0, tzinfo=JST)


class Application(forms.Form):
    name = forms.CharField(label="お名前", help_text="漢字でもかまいません。")
    contact = forms.ChoiceField(
        label="ご連絡の方法", choices=[("sms", "SMS"), ("call", "電話")], widget=forms.RadioSelect
    )
    needs = forms.CharField(label="お手伝い", required=False, max_length=3)
    agreed = forms.BooleanField(label="内容を確かめました")


def draw(source: str, **context: Any) -> str:
    request = context.pop("request", None)
    frame = RequestContext(request, context) if request else Context(context)
    return Template("{% load ui %}" + source).render(frame)


# --- words ----------------------------------------------------------------------------------------------------------
def test_a_date_shows_both_calendars_and_the_weekday() -> None:
    assert long_date(date(2026, 11, 23)) == "2026年（令和8年）11月23日（月）"
    assert short_date(date(2026, 11, 23)) == "11月23日（月）"


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2019, 5, 1), "令和元年"),
        (date(2019, 4, 30), "平成31年"),
        (date(1989, 1, 8), "平成元年"),
        (date(1989, 1, 7), "昭和64年"),
        (date(1926, 12, 24), "大正15年"),
        (date(1900, 1, 1), ""),
    ],
)
def test_an_era_changes_on_its_day(day: date, words: str) -> None:
    assert era_year(day) == words


def test_a_moment_is_told_at_the_time_in_japan() -> None:
    midnight_in_greenwich = datetime(2026, 11, 22, 16, 30, tzinfo=ZoneInfo("UTC"))
    assert long_date(midnight_in_greenwich).endswith("11月23日（月）")
    assert clock(midnight_in_greenwich) == "午前1時30分"


@pytest.mark.parametrize(("hour", "minute", "words"), [(9, 0, "午前9時"), (12, 0, "午後0時"), (0, 5, "午前0時5分")])
def test_hours_are_told_as_people_say_them(hour: int, minute: int, words: str) -> None:
    assert clock(datetime(2026, 11, 23, hour, minute, tzinfo=JST)) == words


def test_residents_and_staff_read_times_in_their_own_way() -> None:
    assert span(CLASS_AT, CLASS_TO) == "午後1時30分から午後3時まで"
    assert span(CLASS_AT, CLASS_TO, staff=True) == "13:30–15:00"


def test_english_readers_get_english_dates() -> None:
    with translation.override("en"):
        assert long_date(CLASS_AT) == "Monday, 23 November 2026"
        assert span(CLASS_AT, CLASS_TO) == "1:30 p.m.–3 p.m."


@pytest.mark.parametrize(
    ("km", "words"),
    [(0.04, "約100m"), (0.84, "約800m"), (0.97, "約1.0km"), (3.21, "約3.2km"), (12.4, "約12km"), (None, "")],
)
def test_a_distance_is_as_exact_as_it_helps(km: float | None, words: str) -> None:
    assert ui.distance_km(km) == words


def test_numbers_are_shown_in_groups() -> None:
    assert draw("{{ n|phone }}", n="+819000001234") == "090-0000-1234"
    assert draw("{{ c|class_code }} {{ r|reference_code }}", c="1234567", r="12345678") == "12-34-567 1234-5678"


# --- forms ----------------------------------------------------------------------------------------------------------
def test_a_form_marks_what_is_required_in_words() -> None:
    html = str(Application())
    assert html.count("必須") == 3
    assert html.count("任意") == 1
    assert "error-summary" not in html


def test_a_field_is_described_by_its_hint_and_its_error() -> None:
    html = str(Application({})["name"].as_field_group())
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html
    assert 'aria-invalid="true"' in html


def test_a_group_of_choices_is_a_fieldset_with_a_legend() -> None:
    html = str(Application()["contact"].as_field_group())
    assert html.count("<fieldset") == 1
    assert "<legend>ご連絡の方法" in html


def test_the_summary_names_each_empty_field_and_leads_to_its_first_control() -> None:
    html = draw("{% error_summary form %}", form=Application({"needs": "long words"}))
    assert '<a href="#id_name">「お名前」を入力してください。</a>' in html
    assert '<a href="#id_contact_0">「ご連絡の方法」を選んでください。</a>' in html
    assert '<a href="#id_needs">お手伝い：' in html


def test_what_people_wrote_is_escaped_wherever_it_shows() -> None:
    form = Application({"name": "<b>", "contact": "<script>"})
    assert "<script>" not in str(form)
    assert "<b>" not in str(form)
    assert "<b>" not in draw(
        '{% tag words "good" %}{% notice "info" title=words %}{{ words }}{% endnotice %}', words="<b>"
    )


def test_filters_may_leave_the_marks_out() -> None:
    class Filters(Application):
        plain_labels = True

    assert "必須" not in str(Filters())


# --- pieces ---------------------------------------------------------------------------------------------------------
def test_a_notice_says_its_kind_in_words() -> None:
    kinds = {"info": "お知らせ", "warn": "ご注意", "error": "エラー", "success": "完了"}
    for kind, word in kinds.items():
        assert word in draw('{% notice kind title="雪" %}<p>朝</p>{% endnotice %}', kind=kind)


def test_seats_and_staff_are_told_in_words() -> None:
    assert "あと<b>5</b>席（定員20人）" in draw("{% seat_gauge 15 20 %}")
    assert "満席" in draw("{% seat_gauge 20 20 %}")
    assert "そろっています" in draw("{% staffing_gauge 1 1 5 5 %}")
    short = draw("{% staffing_gauge 0 1 3 5 %}")
    assert "講師があと1人必要" in short
    assert "補助があと2人必要" in short


def test_pages_keep_the_other_choices_of_the_reader(rf: RequestFactory) -> None:
    page = Paginator(range(100), 20).get_page(2)
    html = draw("{% pagination page %}", page=page, request=rf.get("/", {"q": "スマホ", "page": "2"}))
    assert "q=%E3%82%B9%E3%83%9E%E3%83%9B&amp;page=3" in html
    assert html.count('aria-current="page"') == 1
    assert draw("{% pagination page %}", page=Paginator([1], 20).get_page(1), request=rf.get("/")).strip() == ""


def test_an_empty_trail_of_crumbs_is_not_drawn() -> None:
    assert draw("{% crumbs %} {% endcrumbs %}") == ""
    assert "<li>講習会</li>" in draw("{% crumbs %}<li>講習会</li>{% endcrumbs %}")


# --- menu -----------------------------------------------------------------------------------------------------------
def asked_by(*roles: str, path: str = "/staff/") -> Any:
    user = SimpleNamespace(is_authenticated=bool(roles))
    return SimpleNamespace(user=user, path=path, _memberships=[Membership(role=role) for role in roles])


@pytest.fixture
def few_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """A menu whose pages all stand but one, whatever the rooms are called this year."""
    addresses = {
        "today": "/staff/",
        "classes": "/staff/classes/",
        "rooms": "/staff/rooms/",
        "figures": "/staff/figures/",
    }
    groups = (
        ("day", (("today", "today", Action.SEE_SESSIONS),)),
        ("work", (("classes", "classes", Action.SEE_SESSIONS), ("rooms", "rooms", Action.SEE_SESSIONS))),
        ("counts", (("figures", "figures", Action.SEE_FIGURES), ("gone", "gone", Action.SEE_FIGURES))),
    )
    monkeypatch.setattr(nav, "GROUPS", groups)
    monkeypatch.setattr(nav, "address", lambda name: addresses.get(name, ""))
    monkeypatch.setattr(nav, "FLAT", 2)


def menu(*roles: str, path: str = "/staff/") -> list[tuple[str, list[str]]]:
    return [
        (group.label, [page.label for page in group.pages]) for group in nav.nav_groups(asked_by(*roles, path=path))
    ]


@pytest.mark.usefixtures("few_pages")
def test_the_menu_shows_what_the_role_permits_and_what_stands() -> None:
    assert menu(Role.COORDINATOR) == [("day", ["today"]), ("work", ["classes", "rooms"]), ("counts", ["figures"])]
    assert menu(Role.MINISTRY) == [("figures", ["figures"])]
    assert menu() == []


@pytest.mark.usefixtures("few_pages")
@pytest.mark.parametrize(
    ("path", "marks"),
    [
        ("/staff/", ["page", "", ""]),
        ("/staff/classes/12/", ["", "true", ""]),
        ("/staff/figures/", ["", "", "page"]),
        ("/staff/elsewhere/", ["", "", ""]),
    ],
)
def test_the_menu_marks_the_nearest_page_as_current(path: str, marks: list[str]) -> None:
    assert [group.mark for group in nav.nav_groups(asked_by(Role.COORDINATOR, path=path))] == marks


# --- pages that say no: drawn without a database --------------------------------------------------------------------
@pytest.mark.parametrize(
    ("view", "status"),
    [
        (lambda request: defaults.page_not_found(request, Exception()), 404),
        (lambda request: defaults.permission_denied(request, Exception()), 403),
        (lambda request: defaults.bad_request(request, Exception()), 400),
        (defaults.server_error, 500),
    ],
)
def test_error_pages_need_no_database_and_offer_the_telephone(
    rf: RequestFactory, settings: Any, view: Callable[[Any], Any], status: int
) -> None:
    settings.CALLBACK_NUMBER = "03-0000-0100"
    response = view(rf.get("/nowhere/"))
    html = response.content.decode()
    assert response.status_code == status
    assert 'href="tel:0300000100"' in html
    assert "<h1>" in html
    assert "</html>" in html


def test_a_stale_form_is_refused_kindly(db: None) -> None:
    response = Client(enforce_csrf_checks=True).post("/staff/sign-in/", {"username": "a"})
    assert response.status_code == 403
    assert "まだ何も登録されていません" in response.content.decode()


def test_the_page_after_too_many_tries_says_how_long_to_wait(client: Client, settings: Any, db: None) -> None:
    for _try in range(settings.AXES_FAILURE_LIMIT):
        response = client.post("/staff/sign-in/", {"username": "hanako", "password": "wrong"})
    assert response.status_code == 429
    assert "15分ほどたってから" in response.content.decode()
    assert "hanako" not in response.content.decode()


# --- in a real browser ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("size", ["phone", "desktop"])
@pytest.mark.parametrize("address", ["/staff/sign-in/", "/nowhere/"])
def test_the_frames_pass_axe_and_fit(
    open_page: OpenPage, axe: Callable[[Page], None], fits_width: Callable[[Page], None], size: str, address: str
) -> None:
    page = open_page(size)
    page.goto(address)
    axe(page)
    fits_width(page)


def test_a_failed_sign_in_says_so_first(open_page: OpenPage, axe: Callable[[Page], None]) -> None:
    page = open_page("phone", javascript=False)
    page.goto("/staff/sign-in/")
    page.locator("main button").click()
    assert page.title().startswith("エラー：")
    assert page.locator("a[href='#id_username']").inner_text() == "「ユーザー名」を入力してください。"
    assert page.locator(":focus").get_attribute("class") == "error-summary"
    axe(page)


def test_print_buttons_appear_only_where_they_work(open_page: OpenPage) -> None:
    source = '<button class="print-button" hidden>印刷する</button>'
    for javascript, seen in ((True, True), (False, False)):
        page = open_page("desktop", javascript=javascript)
        page.route(
            "**/nowhere/",
            lambda route: route.fulfill(
                body=source + '<script src="/static/backend/print.js" defer></script>',
                content_type="text/html; charset=utf-8",
            ),
        )
        page.goto("/nowhere/")
        assert page.locator(".print-button").is_visible() is seen
