"""The ministry's codes of prefectures and municipalities (全国地方公共団体コード), as text with leading zeros."""

import re
import unicodedata

WEIGHTS = (6, 5, 4, 3, 2)


def check_digit(code: str) -> str:
    """Return the sixth digit of a five-digit code: mod 11, as the ministry's code table defines it.

    Raises: ValueError where `code` isn't five ASCII digits.
    """
    if not re.fullmatch(r"[0-9]{5}", code):
        raise ValueError(f"not a five-digit code: {code!r}")
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, code, strict=True))
    return str((11 - total % 11) % 10)


def with_check_digit(code: str) -> str:
    return code + check_digit(code)


def clean_code(text: str) -> str | None:
    """Return the five-digit code that `text` writes, or None where it writes none.

    Takes five digits, or six of which the last checks; in full width too, with a statistics table's leading letter
    ("R01100"), or four where a spreadsheet ate the leading zero. Five digits are always read as they stand: the
    "11002" of a six-digit column that lost its zero is for the importer of that column to know.
    """
    digits = unicodedata.normalize("NFKC", text).strip().lstrip("R")
    if not re.fullmatch(r"[0-9]{4,6}", digits):
        return None
    if len(digits) == 6:
        return digits[:5] if digits[5] == check_digit(digits[:5]) else None
    return digits.zfill(5)
