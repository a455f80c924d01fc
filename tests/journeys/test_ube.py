"""Ube city: 24 districts answer a survey, two classes each are dated with the same three teachers, held and reported.

Real size. The office works through the test client; a district's own form is looked at in the browser.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page

from outreach.classes.models import (
    District,
    DistrictAnswer,
    DistrictSurvey,
    ProposedClass,
    Session,
    SessionStatus,
    Venue,
    VenueHold,
)
from outreach.classes.rules import fiscal_year_of
from outreach.people.models import Engagement, Organisation, Person, Role
from outreach.reporting.queries import coverage
from tests import factories
from tests.browser import OpenPage

pytestmark = pytest.mark.django_db
COURSES = {"beginner": "はじめてのスマホ", "search": "検索", "apps": "アプリ", "line": "LINE"}
WEEK = [f"{weekday}-{half}" for weekday in range(5) for half in ("am", "pm")]


@pytest.fixture
def city() -> Client:
    """The city's coordinator, four courses, three certified teachers and 24 halls; the year's rules stand."""
    town = factories.municipality("35202")
    for number in range(24):
        factories.venue(municipality=town, name=f"第{number + 1}ふれあいセンター", lat=33.95 + number / 500)
    for code, name in COURSES.items():
        factories.course(code, name=name)
    office = factories.organisation(name="宇部市", municipality=town)
    for name in ("浜辺 先生", "湊 先生", "岬 先生"):
        teacher = factories.instructor(name=name, municipality=town, lat=town.lat, lon=town.lon)
        teacher.instructor.organisation = office
        teacher.instructor.save()
    for day in (timezone.localdate(), timezone.localdate() + timedelta(days=110)):
        factories.programme_year(day)
    browser = Client()
    browser.force_login(factories.user(Role.COORDINATOR, municipality=town))
    return browser


def said(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined,no-any-return]


def ask_districts(city: Client, count: int = 24) -> DistrictSurvey:
    lines = "\n".join(f"第{n}地区,ダイ{n:02}チク,第{n}ふれあいセンター" for n in range(1, count + 1))
    assert f"{count}地区を登録しました" in said(city.post("/staff/districts/", {"lines": lines}, follow=True))
    first = timezone.localdate() + timedelta(days=14)
    form = {
        "name": "みんなのスマホ教室",
        "organisation": Organisation.objects.get(name="宇部市").pk,
        "scheme": "own", "answer_by": first - timedelta(days=3),
        "first_day": first, "last_day": first + timedelta(days=90),
        "classes_each": 2, "courses": list(COURSES), "teachers": [p.pk for p in Person.objects.all()],
        "gap_days": 7, "per_week": 4,
    }  # fmt: skip
    assert "用紙を印刷して" in said(city.post("/staff/surveys/new/", form, follow=True))
    return DistrictSurvey.objects.get()


def answer_all(city: Client, survey: DistrictSurvey) -> None:
    """Twenty on the web by their numbers, four on paper; some choose the same course twice."""
    rng, stranger = Random(24), Client()
    for number, answer in enumerate(survey.answers.all()):
        same = number % 5 == 0
        first, second = ("line", "line") if same else rng.sample(sorted(COURSES), 2)
        form = {"course1": first, "course2": second, "halves": rng.sample(WEEK, 3), "hall": answer.hall_id}
        if number < 20:
            assert "受け付けました" in said(stranger.post(f"/surveys/{answer.code}/", form, follow=True))
        else:
            city.post(f"/staff/surveys/{survey.pk}/answers/{answer.pk}/", form)


def act(city: Client, survey: DistrictSurvey, **form: str) -> str:
    return said(city.post(f"/staff/surveys/{survey.pk}/act/", form, follow=True))


def carry_out(city: Client, survey: DistrictSurvey, **form: str) -> str:
    return said(city.post(f"/staff/surveys/{survey.pk}/carry-out/", form, follow=True))


def test_from_a_paper_survey_to_48_classes_held_and_reported(city: Client) -> None:
    survey = ask_districts(city)
    paper = city.get(f"/staff/surveys/{survey.pk}/letters/")
    assert paper.headers["Content-Type"] == "application/pdf"
    answer_all(city, survey)
    assert survey.answers.filter(channel="paper").count() == 4
    busy = Person.objects.order_by("pk")[0]
    away = factories.next_week(days=21)
    Engagement.objects.create(person=busy, starts_at=away, ends_at=away + timedelta(days=5), subject="training:1")

    page = act(city, survey, act="propose")
    assert "すべての地区の日程が入りました" in page
    rows = list(ProposedClass.objects.all())
    assert len(rows) == 48
    assert len({(row.teacher_id, row.day, row.half) for row in rows}) == 48

    assert "48回を作りました" in carry_out(city, survey, publish="1")
    sessions = Session.objects.all()
    assert sessions.filter(status=SessionStatus.PUBLISHED).count() == 48
    assert VenueHold.objects.count() == 48
    assert Engagement.objects.filter(subject__startswith="session:").count() == 48
    assert "48回を作りました" in carry_out(city, survey, publish="1"), "pressed twice, it says the same"
    assert Session.objects.count() == 48

    for session in sessions:  # the months pass
        over = timezone.now() - timedelta(days=1)
        Session.objects.filter(pk=session.pk).update(starts_at=over, ends_at=over + timedelta(hours=1))
        at = f"/staff/sessions/{session.code}/"
        city.post(f"{at}confirm/")
        city.post(f"{at}close/", {"walk_ins": 7})
    report = said(city.post(f"{at}report/", {"could": "most", "can_do": "全員がLINEを使えました"}, follow=True))
    assert "報告しました" in report
    assert sessions.filter(status__in=["held", "reported"]).count() == 48
    total, _rows = coverage(factories.programme_year())
    assert total.held_sites == 0  # own funds stand outside the national target


def test_a_district_that_blocks_is_named_with_the_reason_and_the_rest_still_stand(city: Client) -> None:
    survey = ask_districts(city, 8)
    answer_all(city, survey)
    stubborn = survey.answers.all()[3]
    stubborn.halves = ["5-am"]  # Saturdays, when no teacher works
    stubborn.save()
    page = act(city, survey, act="propose")
    assert "日程が入らない地区が 1 あります" in page
    assert "空いている講師がいません" in page
    survey.refresh_from_db()
    assert survey.blocked == [{"district": stubborn.district.name, "why": "teachers", "rivals": []}]
    assert ProposedClass.objects.count() == 14
    act(city, survey, act="reopen")
    again = {"course1": "line", "course2": "line", "halves": WEEK, "hall": stubborn.hall_id}
    Client().post(f"/surveys/{stubborn.code}/", again)
    assert "すべての地区の日程が入りました" in act(city, survey, act="propose")


def test_a_change_by_hand_that_overlaps_is_shown_and_not_carried_out(city: Client) -> None:
    survey = ask_districts(city, 8)
    answer_all(city, survey)
    act(city, survey, act="propose")
    one, other = list(ProposedClass.objects.order_by("day", "half", "pk"))[:2]
    form = {"day": other.day.isoformat(), "half": other.half, "teacher": other.teacher_id}
    page = said(city.post(f"/staff/surveys/{survey.pk}/districts/{one.district_id}/{one.number}/", form, follow=True))
    assert "同じ講師が、同じ時間に2か所" in page
    assert "重なりのある回が残っています" in carry_out(city, survey)
    assert not Session.objects.exists()
    assert fiscal_year_of(one.day)


def test_what_came_between_makes_no_class_at_all(city: Client) -> None:
    """Between looking over and carrying out, someone takes a hall: the ledger refuses, and nothing is half done."""
    survey = ask_districts(city, 8)
    answer_all(city, survey)
    act(city, survey, act="propose")
    last = ProposedClass.objects.order_by("-day")[0]
    hours = factories.next_week().replace(year=last.day.year, month=last.day.month, day=last.day.day, hour=8)
    VenueHold.objects.create(venue=last.hall, starts_at=hours, ends_at=hours + timedelta(hours=10), subject="party:1")
    assert "重なりのある回が残っています" in carry_out(city, survey)
    assert not Session.objects.exists()
    survey.refresh_from_db()
    assert survey.status == "proposed"


def test_another_city_sees_none_of_it_and_a_wrong_number_opens_nothing(city: Client) -> None:
    survey = ask_districts(city, 8)
    other = Client()
    other.force_login(factories.user(Role.COORDINATOR, municipality=factories.municipality()))
    answer = survey.answers.all()[0]
    for path in ("", "letters/", f"answers/{answer.pk}/", f"districts/{answer.district_id}/1/"):
        assert other.get(f"/staff/surveys/{survey.pk}/{path}").status_code == 404
    assert other.post(f"/staff/surveys/{survey.pk}/act/", {"act": "propose"}).status_code == 404
    assert other.get("/staff/districts/", {"municipality": "35202"}).status_code == 403
    assert Client().get("/surveys/1234567890/").status_code == 404
    assert "見つかりません" in said(Client().post("/surveys/", {"code": "12345"}))
    assert DistrictAnswer.objects.exclude(answered_at=None).count() == 0
    assert District.objects.count() == 8
    assert Venue.objects.count() == 24


@pytest.mark.django_db(transaction=True)
def test_the_districts_form_on_a_phone(
    city: Client, open_page: OpenPage, axe: Callable[[Page], None], fits_width: Callable[[Page], None],
    shot: Callable[[Page, str], Path],
) -> None:  # fmt: skip
    survey = ask_districts(city, 8)
    answer = survey.answers.select_related("district")[0]
    page = open_page("phone", javascript=False)
    page.goto("/surveys/")
    page.get_by_label("回答番号").fill(f"{answer.code[:5]}-{answer.code[5:]}")
    page.get_by_role("button", name="次へ").click()
    page.get_by_label("1回目の講座").select_option(label="LINE")
    page.get_by_label("2回目の講座").select_option(label="LINE")
    page.get_by_label("火曜 午前").check()
    shot(page, "survey-answer-phone")
    fits_width(page)
    axe(page)
    page.get_by_role("button", name="この内容で答える").click()
    assert page.get_by_text("回答を受け付けました").is_visible()
