"""The words: every kind has its texts, short enough, with what a person needs to trust and to answer them."""

import pytest

from outreach.contact import texts
from outreach.contact.models import Kind
from outreach.contact.segments import count_segments
from tests.contact.words import words

pytestmark = pytest.mark.django_db  # a text may be one that staff wrote
FOR_RESIDENTS = sorted(set(Kind) - texts.WITHOUT_CLASS)
LONG = {
    "town": "つくばみらい市",
    "callback": "0297-12-3456",
    "course": "インターネットの使い方",
    "when": "12月28日(月)13:30",
    "venue": "ふれあい交流センター大ホール",
    "changed": "日時と会場",
    "reason": "大雪警報のおそれ",
    "answer_by": "12月27日(日)17:00",
}


@pytest.mark.parametrize("kind", FOR_RESIDENTS)
def test_every_text_names_town_number_and_code_and_holds_no_link(kind: str) -> None:
    template = texts.delivered_text("sms", kind)
    texts.check_template(kind, template)
    for field in ("{town}", "{callback}", "{code}", "{ref}"):
        assert field in template
    assert "{name}" not in template  # a text may be read by whoever holds the telephone


def test_a_visits_reminder_names_whom_to_ring_and_no_person() -> None:
    template = texts.delivered_text("sms", Kind.VISIT_REMINDER)
    texts.check_template(Kind.VISIT_REMINDER, template)
    assert "{name}" not in template
    assert texts.preview(Kind.VISIT_REMINDER, words(Kind.VISIT_REMINDER)).segments.parts <= texts.MAX_PARTS


@pytest.mark.parametrize("kind", FOR_RESIDENTS)
def test_every_text_takes_at_most_two_segments_with_long_names(kind: str) -> None:
    found = texts.preview(kind, {key: LONG.get(key, value) for key, value in words(kind).items()})
    assert found.segments.parts <= texts.MAX_PARTS, found


@pytest.mark.parametrize("kind", sorted({*FOR_RESIDENTS, Kind.RING_BACK, Kind.VISIT_REMINDER}))
def test_every_kind_has_a_script_for_the_call(kind: str) -> None:
    texts.check_template(kind, texts.delivered_text("call", kind), way="call")
    assert "{" not in texts.render("call", kind, words(kind))


@pytest.mark.parametrize("kind", [Kind.WORK_NOTE, Kind.REMINDER_DAY_BEFORE, Kind.CHANGE, Kind.CANCELLATION])
def test_mails_for_those_who_work_here_have_a_title(kind: str) -> None:
    title, _, body = texts.render("email", kind, words(kind)).partition("\n")
    assert title.startswith("【津々浦々】")
    assert len(body) > 20


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("{town} {unknown} 連絡番号{ref}", "unknown"),
        ("{town} {reason} 連絡番号{ref}", "reason"),  # a cancellation's field in a reminder
        ("{town} { 連絡番号{ref}", "組"),
        ("{town.__class__} 連絡番号{ref}", "town.__class__"),
        ("{0} 連絡番号{ref}", "0"),
        ("{} 連絡番号{ref}", "知らない"),
        ("{town}{callback}", "連絡番号"),
        ("{callback} 連絡番号{ref}", "town"),
        ("{town} 連絡番号{ref}", "callback"),
        ("{town:>9999999}{callback} 連絡番号{ref}", "書けません"),
        ("{town!r}{callback} 連絡番号{ref}", "書けません"),
        ("{town}{callback} https://example.jp 連絡番号{ref}", "リンク"),
        ("{town}{callback} www.example 連絡番号{ref}", "リンク"),
        ("{town}{callback} tsutsuura.jp 連絡番号{ref}", "リンク"),
        ("{town}{callback}\u00a0連絡番号{ref}", "00A0"),
        ("{town}{callback}\u200b連絡番号{ref}", "200B"),
        ("{town}{callback}\ue000連絡番号{ref}", "E000"),
        ("{town}{callback}\t連絡番号{ref}", "0009"),
    ],
)
def test_a_template_that_cannot_be_sent_is_refused_with_the_reason(template: str, says: str) -> None:
    with pytest.raises(texts.BadText, match=says):
        texts.check_template(Kind.REMINDER_DAY_BEFORE, template)


def test_fields_must_be_exactly_those_of_the_kind() -> None:
    fields = words(Kind.CHANGE)
    with pytest.raises(texts.BadText, match="changed"):
        texts.clean_fields(Kind.CHANGE, {key: value for key, value in fields.items() if key != "changed"})
    with pytest.raises(texts.BadText, match="secret"):
        texts.clean_fields(Kind.CHANGE, {**fields, "secret": "x"})


def test_fields_are_frozen_on_one_line_with_the_number_in_groups() -> None:
    frozen = texts.clean_fields(
        Kind.REMINDER_DAY_BEFORE, words(Kind.REMINDER_DAY_BEFORE, venue="交流\n センター", callback="+81300000100")
    )
    assert (frozen["venue"], frozen["callback"]) == ("交流 センター", "03-0000-0100")


def test_braces_in_a_venues_name_are_only_text() -> None:
    assert "{town}館" in texts.preview(Kind.CHANGE, words(Kind.CHANGE, venue="{town}館")).text


def test_a_repeat_says_that_it_is_one() -> None:
    text = texts.render("sms", Kind.CANCELLATION, words(Kind.CANCELLATION), ref="123-4567", repeats=True)
    assert text.startswith(texts.REPEATED)
    assert count_segments(text).parts <= texts.MAX_PARTS


def test_references_are_seven_digits_and_never_the_same() -> None:
    refs = {texts.show_ref(pk) for pk in range(1, 20_000)}
    assert len(refs) == 19_999
    assert all(len(ref) == 8 and ref[3] == "-" for ref in refs)


@pytest.mark.parametrize("kind", [Kind.DISPATCH_OFFER, Kind.DISPATCH_ENDED])
def test_instructors_are_told_by_every_way_in_few_segments(kind: str) -> None:
    for way in ("sms", "call", "email"):
        texts.check_template(kind, texts.delivered_text(way, kind), way=way)
        assert "{" not in texts.render(way, kind, words(kind), ref="123-4567")
    assert texts.preview(kind, words(kind, town="みほん講師派遣センター")).segments.parts <= 3
    assert texts.render("email", kind, words(kind)).startswith("【津々浦々】")
