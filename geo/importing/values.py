"""Single cells: numbers, days and Japanese dates, as offices write them."""

import re
import unicodedata
from datetime import date

MISSING = {"", "-", "--", "…", "...", "***", "*", "x", "X", "－", "―", "na", "NA"}
ERAS = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988, "昭和": 1925, "S": 1925}
DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
ERA_DAY = re.compile(r"(令和|平成|昭和|[RHS])\.?\s*(元|\d{1,2})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
YEAR = re.compile(r"^(\d{4})(?:年度?)?(?:度)?$")
ERA_YEAR = re.compile(r"^(令和|平成|昭和)(元|\d{1,2})年度?$")


def plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def is_missing(text: str) -> bool:
    """Say whether a statistics table writes "not known" or "not shown" here."""
    return plain(text) in MISSING


def read_count(text: str) -> int:
    """Return a count of people or things. Raises: ValueError where `text` isn't a whole number from 0."""
    digits = plain(text).replace(",", "").removesuffix("人")
    digits = digits.removesuffix(".0")
    if not re.fullmatch(r"[0-9]{1,9}", digits):
        raise ValueError(text)
    return int(digits)


def read_day(text: str) -> date:
    """Return the day that `text` writes, in either calendar: 2021-11-10, 2021/11/10, 令和3年11月10日, R3.11.10.

    Raises: ValueError where it is none.
    """
    day = find_day(text)
    if day is None:
        raise ValueError(text)
    return day


def find_day(text: str) -> date | None:
    """Return the first day written anywhere in `text`, or None. Raises: ValueError for a day that can't be."""
    known = plain(text)
    if match := ERA_DAY.search(known):
        era, year, month, day = match.groups()
        return date(_era_year(era, year), int(month), int(day))
    if match := DAY.search(known):
        return date(*(int(part) for part in match.groups()))
    return None


def read_year(text: str) -> int | None:
    """Return the year of a time column ("2020", "2020年度", "令和2年"), or None."""
    known = plain(text)
    if match := YEAR.match(known):
        return int(match.group(1))
    if match := ERA_YEAR.match(known):
        return _era_year(*match.groups())
    return None


def _era_year(era: str, year: str) -> int:
    return ERAS[era] + (1 if year == "元" else int(year))
