"""What callers hear: every saying has words, and what a voice reads is slow, in kana, digit by digit."""

import xml.etree.ElementTree as ET
from datetime import datetime, timedelta
from itertools import product

import pytest

from outreach.classes.rules import JST
from outreach.people.models import USUAL_HOURS
from outreach.phone import rules
from outreach.phone.dialogue.facts import Keep, Standing
from outreach.phone.dialogue.saying import Ask, Saying, Wants, Word
from outreach.phone.rules import office_open  # the real one: the fixture replaces the module's
from outreach.phone.speech import SPOKEN, Line, digit_by_digit, lines_of, spoken_clock, spoken_day
from outreach.phone.twiml import Addresses, render
from outreach.phone.words import WORDS
from tests.phone.world import booking, facts

ADDRESSES = Addresses("https://town.example/phone/step/3/", lambda kind: f"https://town.example/phone/recorded/{kind}/")


def saying(word: Word) -> Saying:
    text = {Word.READ_NUMBER: "+81300000188", Word.QUIET_SURE: "1"}.get(word, "")
    return Saying(word, sessions=(facts(), facts(seats=0)), booking=booking(kana="ヤマダ ハナコ"), text=text)


def test_everything_that_can_be_said_has_words_in_one_place() -> None:
    assert set(WORDS) | set(SPOKEN) == set(Word)
    assert not set(WORDS) & set(SPOKEN)


@pytest.mark.parametrize("word", Word)
def test_a_voice_reads_names_and_places_from_kana(word: Word) -> None:
    for line in lines_of([saying(word)]):
        for letters in ("猿払村", "電話のかけ方", "交流センター"):
            assert letters not in line.spoken
        assert line.text.strip()


@pytest.mark.parametrize("standing", Standing)
def test_every_standing_of_a_booking_is_said(standing: Standing) -> None:
    assert lines_of([Saying(Word.OWN, booking=booking(standing))])


def test_a_booking_without_a_name_is_not_called_by_the_placeholder() -> None:
    assert "様" not in "".join(line.spoken for line in lines_of([Saying(Word.OWN, booking=booking())]))


def test_digits_are_said_one_by_one() -> None:
    assert digit_by_digit("1203-4567") == "いち、に、ゼロ、さん。よん、ご、ろく、なな。"


@pytest.mark.parametrize(
    ("hour", "minute", "said"),
    [(9, 0, "午前9時"), (12, 15, "お昼の12時15分"), (13, 30, "午後1時30分"), (0, 5, "午前0時5分")],
)
def test_hours_are_said_as_people_say_them(hour: int, minute: int, said: str) -> None:
    assert spoken_clock(datetime(2026, 11, 30, hour, minute, tzinfo=JST)) == said


def test_dates_are_said_with_their_weekday_in_japan() -> None:
    assert spoken_day(datetime(2026, 11, 29, 16, 0, tzinfo=JST) + timedelta(hours=9)) == "11月30日、月曜日"


# --- TwiML ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("wants", "digits"), list(product(Wants, [1, 7])))
def test_every_question_as_twiml_goes_on_at_the_next_step(wants: Wants, digits: int) -> None:
    ask = Ask(wants, digits, Keep.NAME, "+81300000101")
    root = ET.fromstring(render([Line("読む", "ヨム & <聞く>")], ask, ADDRESSES))  # noqa: S314
    verbs = [verb.tag for verb in root]
    assert (
        verbs
        == {
            Wants.KEYS: ["Gather", "Redirect"],
            Wants.VOICE: ["Say", "Record", "Redirect"],
            Wants.PERSON: ["Say", "Dial"],
            Wants.NOTHING: ["Say", "Hangup"],
        }[wants]
    )
    say = next(root.iter("Say"))
    assert (say.get("language"), say.get("voice")) == ("ja-JP", "Polly.Kazuha-Neural")
    assert "".join(say.itertext()) == "ヨム & <聞く>"
    assert next(say.iter("prosody")).get("rate") == "85%"
    for verb in (*root.iter("Gather"), *root.iter("Record"), *root.iter("Dial")):
        assert verb.get("action") == ADDRESSES.step


def test_a_single_key_may_be_any_and_a_longer_number_ends_with_a_sharp() -> None:
    one = next(ET.fromstring(render([], Ask(Wants.KEYS), ADDRESSES)).iter("Gather"))  # noqa: S314
    many = next(ET.fromstring(render([], Ask(Wants.KEYS, 7), ADDRESSES)).iter("Gather"))  # noqa: S314
    assert (one.get("finishOnKey"), one.get("numDigits"), one.get("actionOnEmptyResult")) == ("", "1", "true")
    assert (many.get("finishOnKey"), many.get("numDigits"), many.get("input")) == ("#", "7", "dtmf")


def test_a_recording_is_announced_without_anything_of_the_caller_in_the_address() -> None:
    record = next(ET.fromstring(render([], Ask(Wants.VOICE, keep=Keep.NAME), ADDRESSES)).iter("Record"))  # noqa: S314
    assert record.get("recordingStatusCallback") == "https://town.example/phone/recorded/name/"
    assert record.get("playBeep") == "true"


# --- hours ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("when", "is_open"),
    [
        (datetime(2026, 11, 24, 8, 30), True),
        (datetime(2026, 11, 24, 8, 29), False),
        (datetime(2026, 11, 24, 17, 14), True),
        (datetime(2026, 11, 24, 17, 15), False),
        (datetime(2026, 11, 23, 10, 0), False),  # 勤労感謝の日
        (datetime(2026, 11, 28, 10, 0), False),  # a Saturday
        (datetime(2026, 12, 29, 10, 0), False),
        (datetime(2027, 1, 4, 10, 0), True),
    ],
)
def test_the_office_is_open_on_working_days(when: datetime, is_open: bool) -> None:
    assert office_open(when.replace(tzinfo=JST), USUAL_HOURS) == is_open


def test_placeholders_at_one_number_differ() -> None:
    taken: set[str] = set()
    for _person in range(40):
        kana = rules.pending_kana(taken)
        assert kana not in taken
        taken.add(kana)
