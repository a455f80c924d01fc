"""Numbers that people read, say and key in, guarded by Damm's check digit.

The check digit catches every single wrong digit and every swap of two neighbours.
Source: H. M. Damm, "Total anti-symmetrische Quasigruppen", Marburg 2004 (the table of order 10).
"""

import secrets
import unicodedata

DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
SESSION_DIGITS = 7
REFERENCE_DIGITS = 8
BASE_36 = "0123456789abcdefghijklmnopqrstuvwxyz"
ARCHIVED = "-"
LONG_DIGITS = 10  # certificates, and the letters that ask districts: too many to try them all


def check_digit(digits: str) -> str:
    state = 0
    for digit in digits:
        state = int(DAMM[state][int(digit)])
    return str(state)


def new_code(length: int) -> str:
    """Draw a number of `length` digits, its last one the check digit; it does not start with 0."""
    body = str(secrets.choice(range(10 ** (length - 2), 10 ** (length - 1))))
    return body + check_digit(body)


def digits_in(raw: str) -> str:
    """The digits of what someone wrote, in any width and grouping."""
    return "".join(c for c in unicodedata.normalize("NFKC", raw) if c.isascii() and c.isdigit())


def clean_code(raw: str, length: int) -> str | None:
    """The number that someone wrote, in any width and grouping; None where it cannot be one of that length."""
    digits = digits_in(raw)
    if any(c.isalpha() for c in raw) or len(digits) != length:
        return None
    return digits if check_digit(digits) == "0" else None


def show_code(code: str) -> str:
    """Group a class code 2-2-3, so that it is not taken for a postal code, a reference 4-4, a long number 5-5."""
    if code.startswith(ARCHIVED):
        return code
    if len(code) == SESSION_DIGITS:
        return f"{code[:2]}-{code[2:4]}-{code[4:]}"
    if len(code) == LONG_DIGITS:
        return f"{code[:5]}-{code[5:]}"
    return f"{code[:4]}-{code[4:]}"


def archived_code(pk: int) -> str:
    """What stands in a number's place once it is given back: no digit-only word, so nobody can key it in.

    Seven digits with a check digit are 900,000 codes, two years of a programme that holds 433,571 sessions a year.
    """
    letters = ""
    while pk:
        pk, rest = divmod(pk, 36)
        letters = BASE_36[rest] + letters
    return ARCHIVED + letters.zfill(SESSION_DIGITS - 1)
