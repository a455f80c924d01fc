"""Folds the many ways of writing a Japanese address into one, so that a dictionary look-up finds it. Pure functions."""

import re
import unicodedata

KANJI_DIGITS = "〇一二三四五六七八九"
# Old or variant forms on the left, what all of them are folded into on the right. Both the tables and the addresses
# are folded, so that a pair that means two places to a purist costs nothing: they never stand in one municipality.
VARIANTS = str.maketrans(
    "ヶヵがガ之ノ乃澤邊邉齋齊濱嶋﨑髙冨曾國縣廣龍瀧淵槇榮檜鷄篭藪圓莊惠櫻眞德つっツ",
    "ケカケケののの沢辺辺斎斎浜島崎高富曽国県広竜滝渕槙栄桧鶏籠薮円荘恵桜真徳ッッッ",
)
DASHES = "‐‑–—―−ー"  # the last is the sign of a long vowel, typed for a dash beside a digit

_SPACE = re.compile(r"\s+")
_POSTAL_PREFIX = re.compile(r"^〒?\d{3}-?\d{4}(?!\d)")
_DASH = re.compile(rf"[{DASHES}](?=\d)|(?<=\d)[{DASHES}]")
_SECTION = re.compile(r"大字|小字|字")
_NUMERAL = re.compile(r"([一二三四五六七八九十]+)(?=丁目|丁|条|線|号|番町|番丁|地割|区|の)")
# Kyōto names a place by the crossing to walk from; the town stands behind the last turn.
_KYOTO_TURN = re.compile(r"^.*(?:上る|上ル|下る|下ル|東入る?|東入ル|西入る?|西入ル)")


def fold(text: str) -> str:
    """Return an address or name without spaces, leading postal code and differences of writing."""
    text = _SPACE.sub("", unicodedata.normalize("NFKC", text))
    text = _POSTAL_PREFIX.sub("", _DASH.sub("-", text))
    return text.translate(VARIANTS)


def town_key(folded: str) -> str:
    """Return what follows the municipality as the tables write it: without 字, with digits for kanji numerals."""
    return _NUMERAL.sub(lambda match: str(_number(match[1])), _SECTION.sub("", folded))


def behind_kyoto_turn(key: str) -> str:
    """Return what stands behind the last "四条下ル" or the like, or nothing where none is written."""
    match = _KYOTO_TURN.match(key)
    return key[match.end() :] if match else ""


def _number(numeral: str) -> int:
    tens, ten, ones = numeral.rpartition("十")
    if not ten:
        return int("".join(str(KANJI_DIGITS.index(digit)) for digit in ones))
    return 10 * (_number(tens) if tens else 1) + (KANJI_DIGITS.index(ones[0]) if ones else 0)
