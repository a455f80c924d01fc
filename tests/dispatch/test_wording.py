"""What breaks, said in names, in the reader's language."""

import re
from datetime import date, time

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from outreach import dates
from outreach.dispatch.explain import words
from outreach.dispatch.explain.changes import Change, Kind
from outreach.dispatch.models import Visit
from outreach.dispatch.openings import REST, say_openings
from outreach.dispatch.problem import Horizon
from outreach.dispatch.violations import WORDS, Ledger, Rule
from outreach.dispatch.wording import in_names, names_of, sentences
from outreach.people.models import DayException, Skill
from tests import factories
from tests.dispatch import rows

pytestmark = pytest.mark.django_db


def found() -> Ledger:
    ledger = Ledger(Horizon("2026-06-01", 28))
    teacher, request = rows.instructor(name="教員 一郎"), rows.request()
    Skill.objects.get_or_create(code="sign", defaults={"name": "手話"})
    visit, who = f"r{request.pk}", f"p{teacher.pk}"
    ledger.add(Rule.TRAVEL_TIME, instructor=who, visit=visit, time=ledger.clock(2 * 1440 + 570), late=12)
    ledger.add(Rule.SKILL_LEAD, instructor=who, visit=visit, skill="sign")
    ledger.add(Rule.LOCK, visit=visit, what="開始の日時")
    return ledger


def test_ids_become_names() -> None:
    first, second, _third = in_names(sentences(found().found))
    assert first.startswith("講師「教員 一郎」は、訪問「猿払村 交流センター")
    assert "6月3日9:30までに着けません" in first
    assert "資格「手話」" in second


def test_an_english_reader_is_told_in_english() -> None:
    ledger = found()
    with translation.override("en"):
        first, second, third = in_names(sentences(ledger.found))
    assert "by 3 Jun 9:30" in first
    assert "certificate “手話”" in second
    assert third.endswith("is not kept: the start.")


def test_of_two_of_the_same_name_each_is_told_by_town_too() -> None:
    one = rows.instructor(name="汐見 昭")
    other = rows.instructor(name="汐見 昭", municipality=factories.municipality("16204"))
    lone = rows.instructor(name="岬 ちよ")
    factories.person(name="岬 ちよ")  # no instructor: nobody to mistake her for
    names = names_of({f"p{one.pk}", f"p{lone.pk}"})
    assert (names[f"p{one.pk}"], names[f"p{lone.pk}"]) == ("汐見 昭（猿払村）", "岬 ちよ")
    assert names_of({f"p{other.pk}"})[f"p{other.pk}"] == "汐見 昭（魚津市）"


def test_what_is_unknown_stays_as_it_is() -> None:
    assert in_names(["講師「p999999」は、問題にいません。", "訪問"]) == ["講師「p999999」は、問題にいません。", "訪問"]


def test_every_rule_has_its_english() -> None:
    with translation.override("en"):
        assert [rule for rule, words in WORDS.items() if translation.gettext(words) == words] == []


JAPANESE_MARKS = re.compile(r"[、。（）「」：・～〜]|[0-9]月|[0-9]日|[0-9]/[0-9]")


def test_every_change_is_told_in_english_without_japanese_marks_or_dates() -> None:
    names = words.Names({"p1": "Aoki", "v1": "Hall", "r2": "Wajima"}, {"sign": "signing"}, date(2026, 12, 1))
    said = []
    with translation.override("en"):
        for kind in Kind:
            change = Change(kind, person="p1", start=7 * 1440 + 570, skill="sign", place="v1", other="r2", hm=90)
            said.append(words.title(change, names))
        said.append(words.outcome(("p1", "p1"), names.clock_at(7 * 1440 + 570, "v1"), names))
        said.append(words.cost(120))
        said.append(say_openings([(0, time(9), time(17)), (1, time(9), time(17)), (5, time(9), time(12))]))
    assert [text for text in said if JAPANESE_MARKS.search(text)] == []
    assert said[-3].startswith("Then Aoki, Aoki can go at Tue 8 Dec 9:30 (Hall).")
    but = "(not on public holidays or at the turn of the year)"
    assert said[-1] == f"Mon, Tue 9:00-17:00; Sat 9:00-12:00 {but}"
    days = [(0, time(9), time(17)), (1, time(9), time(17))]
    assert say_openings(days) == "月火 9:00-17:00（祝日・年末年始をのぞく）"
    assert say_openings([*days, (REST, time(9), time(17))]) == "月火祝 9:00-17:00"


def test_lists_and_short_dates_are_in_the_readers_language() -> None:
    day = date(2026, 12, 8)
    assert (dates.listed("甲乙"), dates.month_day(day), dates.full_date(day)) == ("甲、乙", "12/8", "2026/12/8")
    with translation.override("en"):
        assert (dates.listed("AB"), dates.month_day(day), dates.full_date(day)) == ("A, B", "8 Dec", "8 Dec 2026")


def test_pages_of_a_plan_read_as_english(desk: Client) -> None:
    for name in ("Aoki", "Baba"):
        rows.instructor(name=name)
    rows.request(crew=2, sessions=2), rows.request(needs=["sign"])
    visit = Visit.objects.get(plan=rows.plan())
    DayException.objects.create(person=visit.lead, day=visit.starts_at.date(), kind="off")
    desk.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    plan = f"/staff/plans/{visit.plan_id}/"
    pages = ["", f"visits/{visit.request_id}/", f"requests/{visit.request_id}/why/", "map/", "figures/", "publish/"]
    wrong = []
    for address in (*(plan + rest for rest in pages), f"/staff/requests/{visit.request_id}/", "/staff/instructors/"):
        answer = desk.get(address)
        assert answer.status_code == 200, address
        text = re.sub(r"<(script|svg|head)\b.*?</\1>|<[^>]+>", " ", answer.content.decode(), flags=re.S)
        text = re.sub(r"\s+", " ", text)
        wrong += [(address, text[max(0, m.start() - 25) : m.end() + 10]) for m in JAPANESE_MARKS.finditer(text)]
    assert wrong == []
