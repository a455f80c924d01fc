"""Where a population table keeps what we want: SSDSE, e-Stat (wide and long), the resident register, or a plain table.

Statistics tables put titles, notes, years and units above their columns in any number of rows. So all rows above the
first one that holds a municipality's code are read together: a column is known by any of the headings above it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain, islice

from django.utils.translation import gettext as _

from geo.importing.codes import code_in, lost_zeros
from geo.importing.report import WrongFile
from geo.importing.tables import Row, squeeze
from geo.importing.values import find_day, read_year

SEARCHED_ROWS = 80
PEEKED_ROWS = 3000  # enough to come past the nine prefectures whose codes begin with a zero
CODE = re.compile(r"((団体|地域|市区町村|市町村|自治体).*(コード|code)$)|^(area_)?code[56]?$|^地域")
TIME = re.compile(r"^(調査年|時間軸|時点|年次|year$|as_of$|基準日|調査時点|年度$)")
TOTALS = ("a1101", "総人口", "人口総数", "総人口数", "total", "population", "総数", "人口計", "計", "合計", "人口")
OVER_65 = ("a1303", "65歳以上人口", "65歳以上", "over_65", "population_65", "老年人口", "高齢者人口")
OVER_75 = ("a1419", "75歳以上人口", "75歳以上", "over_75", "population_75")
VALUES = ("value", "値", "数値")
ONE_SEX = {"男", "女", "male", "female"}
BOTH_SEXES = {"計", "総数", "男女計", "total", ""}
BAND = re.compile(r"^(\d+)歳?[~-](\d+)歳?$")
LAST_BAND = re.compile(r"^(\d+)歳?以上$")
UNIT = re.compile(r"(【.*】|\((人|総数|男女計)\))$")
EXPECTED = (
    "SSDSE-A（地域コード、A1101、A1303）、e-Stat の CSV（地域コード、総人口、65歳以上人口）、"
    "住民基本台帳の年齢階級別人口（団体コード、性別、総数、65～69 …）、または code,total,over_65 の表"
)


@dataclass(frozen=True, slots=True)
class Shape:
    """Columns by index. `over_65` and `over_75` are summed; empty means that the file doesn't tell."""

    code: int
    headings: tuple[str, ...]
    total: int | None = None
    over_65: tuple[int, ...] = ()
    over_75: tuple[int, ...] = ()
    sex: int | None = None
    time: int | None = None
    value: int | None = None
    as_of: date | None = None
    lost_zeros: bool = False

    def heading(self, *columns: int | None) -> str:
        return "・".join(self.headings[column] for column in columns if column is not None)


def find_shape(rows: Iterator[Row]) -> tuple[Shape, Iterator[Row]]:
    """Return the table's shape and its rows from the first one with a code on.

    Raises: WrongFile where no known heading stands in the first rows.
    """
    above: list[Row] = []
    for row in rows:
        code = _code_column(above, row)
        if code is not None:
            ahead = [row, *islice(rows, PEEKED_ROWS)]
            lost = lost_zeros(one[code] for one in ahead)
            return replace(_shape(above, row, code), lost_zeros=lost), chain(ahead, rows)
        above.append(row)
        if len(above) > SEARCHED_ROWS:
            break
    raise WrongFile(_("人口の表として読めません。読めるもの：{expected}").format(expected=EXPECTED))


def year_start(year: int) -> date:
    """Return the day that a yearly statistic is of: census and estimates are of the first of October."""
    return date(year, 10, 1)


def read_time(text: str) -> date | None:
    """Return the day of a time cell, or None."""
    try:
        return find_day(text) or (year_start(year) if (year := read_year(text)) else None)
    except ValueError:
        return None


def _code_column(above: list[Row], row: Row) -> int | None:
    for column, cell in enumerate(row.cells):
        if cell and code_in(cell) and any(CODE.search(squeeze(upper[column])) for upper in above):
            return column
    return None


def _shape(above: list[Row], first: Row, code: int) -> Shape:
    labels = [
        [UNIT.sub("", squeeze(row[column])) for row in above if row[column]] for column in range(len(first.cells))
    ]
    headings = tuple(_heading(above, column) for column in range(len(first.cells)))
    total, value = _column(labels, TOTALS), _column(labels, VALUES)
    if total is None and value is None:
        text = _("総人口の列が見つかりません。読めるもの：{expected}")
        raise WrongFile(text.format(expected=EXPECTED))
    return Shape(
        code=code,
        headings=headings,
        total=total,
        over_65=_part(labels, OVER_65, 65),
        over_75=_part(labels, OVER_75, 75),
        sex=_column(labels, ("性別", "男女別", "sex")),
        time=_time_column(labels, first),
        value=value if total is None else None,
        as_of=_day_above(above, total),
    )


def _heading(above: list[Row], column: int) -> str:
    return next((row[column] for row in reversed(above) if row[column]), str(column + 1))


def _column(labels: list[list[str]], wanted: tuple[str, ...]) -> int | None:
    """Return the first column with the most telling heading; columns of one sex are none."""
    for name in wanted:
        for column, own in enumerate(labels):
            if not ONE_SEX & set(own) and any(label == name or label.startswith(name + "_") for label in own):
                return column
    return None


def _part(labels: list[list[str]], wanted: tuple[str, ...], age: int) -> tuple[int, ...]:
    """Return the column of the people from `age` on, or else the age bands that add up to it."""
    whole = _column(labels, wanted)
    if whole is not None:
        return (whole,)
    bands = {}
    for column, own in enumerate(labels):
        for label in own:
            if match := BAND.match(label) or LAST_BAND.match(label):
                bands[int(match.group(1))] = column
    return tuple(column for lowest, column in sorted(bands.items()) if lowest >= age) if age in bands else ()


def _time_column(labels: list[list[str]], first: Row) -> int | None:
    for column, own in enumerate(labels):
        if any(TIME.match(label) for label in own) and read_time(first[column]):
            return column
    return None


def _day_above(above: list[Row], total: int | None) -> date | None:
    """Return the day in a title, or the year above the column of totals."""
    for row in above:
        for cell in row.cells:
            if day := read_time(cell) if len(cell) > 7 else None:
                return day
    years = (read_year(row[total]) for row in above if total is not None)
    return next((year_start(year) for year in years if year), None)
