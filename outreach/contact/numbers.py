"""Telephone numbers as people write them, read by `phonenumbers`: E.164 and what kind of telephone answers there."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers
from django.utils.translation import gettext as _
from phonenumbers import PhoneNumberFormat, PhoneNumberType

# Every stroke that Japanese keyboards and forms put between digits; NFKC leaves these as they are.
STROKES = re.compile(r"[-‐‑‒–—―−ー─━ｰ~〜・./()\s]")
DIGITS = re.compile(r"\+?[0-9]+")
SAMPLE = re.compile(r"\+81(90|3)0000[0-9]{4}")  # no subscriber has these: phonenumbers calls them unreal


class NumberKind(StrEnum):
    MOBILE = "mobile"
    LANDLINE = "landline"
    VOIP = "voip"  # 050: may be a deaf person's relay service, so never assumed able to take SMS


@dataclass(frozen=True)
class PhoneNumber:
    e164: str
    kind: NumberKind

    @property
    def takes_sms(self) -> bool:
        return self.kind == NumberKind.MOBILE


class NumberRefused(ValueError):
    """Not a number at which a person can be reached. `str()` is for that person to read."""


KINDS = {
    PhoneNumberType.MOBILE: NumberKind.MOBILE,
    PhoneNumberType.FIXED_LINE: NumberKind.LANDLINE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: NumberKind.LANDLINE,
    PhoneNumberType.VOIP: NumberKind.VOIP,
}


def read_number(raw: str, *, samples: bool) -> PhoneNumber:
    """Read a Japanese number in any width and grouping.

    `samples`: also take 090-0000-xxxx and 03-0000-xxxx, which nobody has (pass `settings.SAMPLE_MODE`).
    Raises: NumberRefused, whose text says what to write instead.
    """
    written = STROKES.sub("", unicodedata.normalize("NFKC", raw))
    if not written:
        raise NumberRefused(_("電話番号を入力してください。"))
    if not DIGITS.fullmatch(written):
        raise NumberRefused(_("電話番号は数字で入力してください。例：090-1234-5678"))
    parsed = _parse(written)
    e164 = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    if samples and SAMPLE.fullmatch(e164):
        return PhoneNumber(e164, NumberKind.MOBILE if e164.startswith("+8190") else NumberKind.LANDLINE)
    return PhoneNumber(e164, _kind(parsed))


def kind_of(e164: str) -> NumberKind:
    """The kind of a stored number, sample numbers included."""
    return read_number(e164, samples=True).kind


def show(e164: str) -> str:
    """In groups, as people read it: 090-1234-5678. What is no number (already purged) stays as it is."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(e164), PhoneNumberFormat.NATIONAL)
    except phonenumbers.NumberParseException:
        return e164


def _parse(written: str) -> phonenumbers.PhoneNumber:
    try:
        parsed = phonenumbers.parse(written, "JP")
    except phonenumbers.NumberParseException as error:
        raise NumberRefused(_("この電話番号は使えません。番号をお確かめください。")) from error
    if parsed.country_code != 81:
        raise NumberRefused(_("日本の電話番号を入力してください。"))
    return parsed


def _kind(parsed: phonenumbers.PhoneNumber) -> NumberKind:
    found = phonenumbers.number_type(parsed)
    if found in KINDS:
        return KINDS[found]
    if found == PhoneNumberType.TOLL_FREE:
        raise NumberRefused(_("フリーダイヤル（0120・0800）には連絡できません。ご自分の電話番号を入力してください。"))
    if found == PhoneNumberType.PAGER:
        raise NumberRefused(_("020で始まる番号には連絡できません。ほかの電話番号を入力してください。"))
    if len(str(parsed.national_number)) <= 4:
        raise NumberRefused(_("110や119などの番号は入力できません。ご自分の電話番号を入力してください。"))
    raise NumberRefused(_("この電話番号は使えません。市外局番から、番号をお確かめください。"))
