"""What people write of themselves: names, kana, and what must not stand in free text. Pure."""

import re
import unicodedata

import jaconv

KANA = re.compile(r"^[ァ-ヶー・ ]+$")
TWELVE_DIGITS = re.compile(r"(?<!\d)\d{4}[ -]?\d{4}[ -]?\d{4}(?!\d)")
MOBILE_ABROAD = re.compile(r"^81[5-9]0")  # +81 90 1234 5678 has twelve digits too


def clean_kana(raw: str) -> str | None:
    """Full-width katakana from either kana in any width; None where something else is in it, or nothing."""
    kana = jaconv.hira2kata(unicodedata.normalize("NFKC", raw))
    kana = " ".join(kana.split())
    return kana if KANA.match(kana) else None


def clean_name(raw: str) -> str:
    """Fold spaces and drop control characters. Letters stay as written: 𠮷 and 髙 are not 吉 and 高."""
    kept = "".join(c for c in raw if unicodedata.category(c) not in {"Cc", "Cs", "Co"} or c.isspace())
    return " ".join(kept.split())


def whole_number(raw: str | None) -> int:
    """A row's key or a count as a form sends it back; 0, which no row has, where it is none or too long to read."""
    return int(raw) if raw and len(raw) < 19 and raw.isascii() and raw.isdigit() else 0


def looks_like_my_number(text: str) -> bool:
    """Does free text hold 12 digits whose last one is the check digit of a My Number?

    Source of the digit: Order of MIC No. 85 of 2014, article 5. A number written as a telephone number is let pass.
    """
    plain = unicodedata.normalize("NFKC", text)
    found = (re.sub(r"\D", "", match) for match in TWELVE_DIGITS.findall(plain))
    return any(my_number_checks(digits) and not MOBILE_ABROAD.match(digits) for digits in found)


def my_number_checks(digits: str) -> bool:
    body = [int(d) for d in reversed(digits[:11])]
    total = sum(d * (n + 1 if n <= 6 else n - 5) for n, d in enumerate(body, start=1))
    remainder = total % 11
    return int(digits[11]) == (0 if remainder <= 1 else 11 - remainder)
