"""What one row of a population table says."""

import re
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from geo.importing.codes import code_in
from geo.importing.population_shapes import (
    BOTH_SEXES,
    ONE_SEX,
    OVER_65,
    OVER_75,
    TOTALS,
    UNIT,
    Shape,
    read_time,
)
from geo.importing.report import WrongFile
from geo.importing.tables import Row, squeeze
from geo.importing.values import is_missing, read_count

AGE = re.compile(r"\d+歳")
FIELDS = {"total": TOTALS, "over_65": OVER_65, "over_75": OVER_75}


class Unreadable(Exception):
    """A row that has to be left out, and the column that says so."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.reason = column, reason


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure; `count` is None where the table hides it or doesn't know."""

    code: str
    as_of: date
    field: str
    count: int | None
    column: str


def read_cells(shape: Shape, row: Row, default: date | None) -> list[Cell]:
    """Return the figures of a row; none where the row isn't about a municipality's whole population.

    Raises: Unreadable for a bad row, WrongFile where neither the file nor the caller tells the day.
    """
    written = row[shape.code]
    if not written or (shape.sex is not None and squeeze(row[shape.sex]) not in BOTH_SEXES):
        return []
    code = code_in(written, shape.lost_zeros)
    if code is None:
        raise Unreadable(shape.headings[shape.code], _("「{text}」は団体コードではありません。").format(text=written))
    as_of = _day(shape, row, default)
    if shape.value is not None:
        return _long(shape, row, code, as_of)
    wide = {"total": (shape.total,), "over_65": shape.over_65, "over_75": shape.over_75}
    return [_wide(shape, row, code, as_of, name, columns) for name, columns in wide.items() if columns]


def _day(shape: Shape, row: Row, default: date | None) -> date:
    day = read_time(row[shape.time]) if shape.time is not None else shape.as_of
    if day := day or default:
        return day
    raise WrongFile(_("いつの人口か、ファイルからわかりません。--as-of 2024-01-01 のように指定してください。"))


def _wide(shape: Shape, row: Row, code: str, as_of: date, name: str, columns: tuple[int | None, ...]) -> Cell:
    counts = [_count(row[column], shape.headings[column]) for column in columns if column is not None]
    known = [count for count in counts if count is not None]
    return Cell(code, as_of, name, sum(known) if len(known) == len(counts) else None, shape.heading(*columns[:1]))


def _long(shape: Shape, row: Row, code: str, as_of: date) -> list[Cell]:
    """Read a row that holds one figure; its labels say of whom."""
    labels = {UNIT.sub("", squeeze(cell)) for column, cell in enumerate(row.cells) if column != shape.value}
    name = _field_of(labels)
    if name is None or shape.value is None:
        return []
    heading = shape.headings[shape.value]
    return [Cell(code, as_of, name, _count(row[shape.value], heading), heading)]


def _field_of(labels: set[str]) -> str | None:
    if labels & ONE_SEX:
        return None
    for name in ("over_75", "over_65", "total"):
        if any(label == wanted or label.startswith(wanted + "_") for label in labels for wanted in FIELDS[name]):
            return name if name != "total" or not any(AGE.search(label) for label in labels) else None
    return None


def _count(text: str, column: str) -> int | None:
    if is_missing(text):
        return None
    try:
        return read_count(text)
    except ValueError:
        raise Unreadable(column, _("「{text}」は人数ではありません。").format(text=text)) from None
