"""Paper: what stands on it can be read, it fits the page, and nobody prints another office's or an unknown class."""

import shutil
import subprocess
from pathlib import Path

import pytest
from django.test import Client

from outreach.classes.codes import show_code
from outreach.classes.flyers import CannotPrint, application_form, class_flyer
from outreach.classes.models import Series, Session, SessionStatus
from outreach.people.models import Organisation, Role
from tests import factories
from tests.desk.conftest import SignIn, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson(office: Organisation) -> Session:
    return factories.session(organisation=office, venue=factories.venue(name="髙﨑彅会館", parking=True))


def text_of(pdf: bytes, where: Path) -> str:
    """The words of a PDF, one line; pages are parted by a form feed."""
    if not shutil.which("pdftotext"):
        pytest.skip("needs pdftotext, from poppler-utils")
    file = where / "paper.pdf"
    file.write_bytes(pdf)
    words = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True).stdout.decode()
    return words.replace(" ", "").replace("\n", "")


def test_a_flyer_says_when_where_how_to_book_and_what_we_never_ask(
    desk: Client, lesson: Session, tmp_path: Path
) -> None:
    answer = desk.get(f"/staff/sessions/{lesson.code}/flyer/")
    assert answer["Content-Type"] == "application/pdf"
    text = text_of(answer.content, tmp_path)
    for words in (
        "電話のかけ方",
        "髙﨑彅会館",
        show_code(lesson.code),
        "03-0000-0100",
        "持ち物",
        "雪や台風",
        "きりとり",
    ):
        assert words in text, words
    assert "決してありません" in text
    assert "見本" not in text


def test_a_flyer_is_one_page_however_long_its_directions_are(lesson: Session, tmp_path: Path) -> None:
    lesson.venue.access = "宗谷バス「鬼志別ターミナル」から歩いて三分です。" * 20
    lesson.note = "うわばきをお持ちください。" * 15
    assert text_of(class_flyer(lesson), tmp_path).count("\f") == 1


def test_the_same_class_gives_the_same_bytes(lesson: Session) -> None:
    assert class_flyer(lesson) == class_flyer(lesson)
    assert application_form(lesson) == application_form(lesson)


def test_a_sample_is_marked_on_every_paper(lesson: Session, tmp_path: Path) -> None:
    lesson.sample = True
    assert "見本" in text_of(class_flyer(lesson), tmp_path)
    assert "見本" in text_of(application_form(lesson), tmp_path)


def test_a_character_that_the_font_lacks_is_named_and_not_printed_as_a_box(desk: Client, lesson: Session) -> None:
    lesson.course.name = "😀の使い方"
    with pytest.raises(CannotPrint):
        class_flyer(lesson)
    lesson.course.save()
    assert "チラシの書体にありません" in said(desk.get(f"/staff/sessions/{lesson.code}/flyer/", follow=True))


def test_a_variant_kanji_outside_the_font_is_printed_as_its_common_form(lesson: Session, tmp_path: Path) -> None:
    lesson.venue.name = "𠮷田会館"
    assert "吉田会館" in text_of(class_flyer(lesson), tmp_path)


def test_a_blank_form_names_its_class_and_asks_for_consent(desk: Client, lesson: Session, tmp_path: Path) -> None:
    text = text_of(desk.get(f"/staff/sessions/{lesson.code}/form/").content, tmp_path)
    for words in (show_code(lesson.code), "フリガナ", "同意", "マイナンバーは書かないでください"):
        assert words in text, words


def test_a_towns_month_lists_its_classes(desk: Client, lesson: Session, office: Organisation, tmp_path: Path) -> None:
    other = factories.session(organisation=office, starts_at=lesson.starts_at.replace(hour=16))
    month = f"{lesson.starts_at.astimezone().year}-{lesson.starts_at.month:02d}"
    answer = desk.get("/staff/flyers/", {"municipality": "01511", "month": month})
    text = text_of(answer.content, tmp_path)
    assert show_code(lesson.code) in text
    assert show_code(other.code) in text
    assert "/staff/flyers/" in said(desk.get("/staff/sessions/calendar/", {"month": month}))


@pytest.mark.parametrize("month", ["", "2026-13", "x", "1999-01", "２０２６-1"])
def test_a_month_without_classes_leads_back_to_the_calendar(desk: Client, lesson: Session, month: str) -> None:
    answer = desk.get("/staff/flyers/", {"municipality": "01511", "month": month}, follow=True)
    assert "これから開く講習会がありません" in said(answer)


def test_a_series_has_a_flyer_of_its_own(desk: Client, lesson: Session, office: Organisation, tmp_path: Path) -> None:
    series = Series.objects.create(name="はじめての六回", organisation=office)
    assert desk.get(f"/staff/sessions/{lesson.code}/flyer/series/").status_code == 404
    Session.objects.filter(pk=lesson.pk).update(series=series)
    text = text_of(desk.get(f"/staff/sessions/{lesson.code}/flyer/series/").content, tmp_path)
    assert "はじめての六回" in text
    assert show_code(lesson.code) in text


def test_a_draft_gets_no_flyer(desk: Client, office: Organisation) -> None:
    draft = factories.session(organisation=office, status=SessionStatus.DRAFT)
    assert "作れません" in said(desk.get(f"/staff/sessions/{draft.code}/flyer/", follow=True))


def test_another_office_gets_none(sign_in: SignIn, lesson: Session) -> None:
    other = sign_in(Role.COORDINATOR, organisation=factories.organisation(municipality=None))
    for paper in ("flyer", "form", "flyer/series"):
        assert other.get(f"/staff/sessions/{lesson.code}/{paper}/").status_code == 404
