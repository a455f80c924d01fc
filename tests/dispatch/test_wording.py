"""What breaks, said in names, in the reader's language."""

import pytest
from django.utils import translation

from outreach.dispatch.problem import Horizon
from outreach.dispatch.violations import WORDS, Ledger, Rule
from outreach.dispatch.wording import in_names, names_of, sentences
from outreach.people.models import Skill
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
