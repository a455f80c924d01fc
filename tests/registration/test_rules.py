"""What a name, a free text and a due time may be."""

from datetime import datetime, time, timedelta

import pytest

from outreach.classes.rules import JST
from outreach.people.writing import clean_kana, clean_name, looks_like_my_number, my_number_checks
from outreach.registration.rules import offer_deadline, reminders_due

STARTS = datetime(2026, 12, 10, 13, 30, tzinfo=JST)
TEN, NINE, FIVE = time(10), time(9), time(17)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("やまだ　はなこ", "ヤマダ ハナコ"),
        ("ﾔﾏﾀﾞ ﾊﾅｺ", "ヤマダ ハナコ"),
        ("ヴァイオレット", "ヴァイオレット"),
        ("  サトー  ", "サトー"),
        ("マリア・ルイサ", "マリア・ルイサ"),
    ],
)
def test_kana_is_kept_as_full_width_katakana(written: str, kept: str) -> None:
    assert clean_kana(written) == kept


@pytest.mark.parametrize("written", ["", " ", "山田", "Yamada", "😀", "ヤマダ1"])
def test_what_is_not_kana_is_none(written: str) -> None:
    assert clean_kana(written) is None


@pytest.mark.parametrize("written", ["𠮷野 家", "髙﨑", "渡邊󠄁"])
def test_rare_and_variant_kanji_stay_as_written(written: str) -> None:
    assert clean_name(written) == written


def test_a_name_loses_control_characters_and_double_spaces() -> None:
    assert clean_name("山田\x00　\t花子\n") == "山田 花子"


def test_a_my_number_is_seen_in_any_width_and_grouping() -> None:
    body = "12345678901"
    number = next(body + digit for digit in "0123456789" if my_number_checks(body + digit))
    for written in (number, f"{number[:4]}-{number[4:8]}-{number[8:]}", f"番号は{number}です"):
        assert looks_like_my_number(written)
    wide = number.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert looks_like_my_number(wide)
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert not looks_like_my_number(wrong)


def test_a_mobile_number_with_the_country_code_is_not_taken_for_one() -> None:
    assert not any(looks_like_my_number(f"+81 90 1234 {n:04d}") for n in range(2000))


def test_two_reminders_are_due_on_the_eve_and_that_morning() -> None:
    due = reminders_due(STARTS, day_before_at=TEN, same_day_at=NINE, now=STARTS - timedelta(days=7))
    assert due == [
        ("reminder_day_before", datetime(2026, 12, 9, 10, tzinfo=JST)),
        ("reminder_same_day", datetime(2026, 12, 10, 9, tzinfo=JST)),
    ]


def test_a_reminder_whose_time_has_passed_is_left_out() -> None:
    due = reminders_due(STARTS, day_before_at=TEN, same_day_at=NINE, now=STARTS - timedelta(hours=20))
    assert [kind for kind, _ in due] == ["reminder_same_day"]


def test_a_class_at_half_past_nine_gets_no_message_that_morning() -> None:
    early = STARTS.replace(hour=9, minute=30)
    due = reminders_due(early, day_before_at=TEN, same_day_at=NINE, now=early - timedelta(days=3))
    assert [kind for kind, _ in due] == ["reminder_day_before"]


def test_a_year_may_do_without_a_reminder() -> None:
    assert reminders_due(STARTS, day_before_at=None, same_day_at=None, now=STARTS - timedelta(days=3)) == []


def test_an_offer_ends_on_the_eve_at_six_at_the_latest() -> None:
    now = STARTS - timedelta(days=2)
    assert offer_deadline(STARTS, way="sms", hours=24, shuts=FIVE, now=now) == now + timedelta(hours=24)
    assert offer_deadline(STARTS, way="sms", hours=72, shuts=FIVE, now=now) == datetime(2026, 12, 9, 18, tzinfo=JST)


def test_nobody_is_offered_a_seat_who_has_no_time_to_answer() -> None:
    assert (
        offer_deadline(STARTS, way="sms", hours=24, shuts=FIVE, now=datetime(2026, 12, 9, 16, 30, tzinfo=JST)) is None
    )


@pytest.mark.parametrize(
    ("way", "now", "until"),
    [
        ("sms", datetime(2026, 11, 27, 20, 0), datetime(2026, 11, 29, 9, 0)),  # texts go out from nine
        ("call", datetime(2026, 11, 27, 10, 0), datetime(2026, 11, 30, 17, 0)),  # a Friday: Monday
        ("post", datetime(2026, 11, 26, 10, 0), datetime(2026, 12, 2, 17, 0)),  # two days on the way, two to answer
        ("post", datetime(2026, 11, 26, 16, 0), datetime(2026, 12, 3, 17, 0)),  # after the last post
        ("post", datetime(2026, 12, 7, 10, 0), datetime(2026, 12, 8, 17, 0)),  # no time for a letter: as for a call
    ],
)
def test_an_offer_is_held_as_long_as_its_way_takes(way: str, now: datetime, until: datetime) -> None:
    found = offer_deadline(STARTS, way=way, hours=24, shuts=FIVE, now=now.replace(tzinfo=JST))
    assert found == until.replace(tzinfo=JST)
