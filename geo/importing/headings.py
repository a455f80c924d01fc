"""Finding named columns in a plain table, whose heading stands in one row somewhere near the top."""

from collections.abc import Iterator, Mapping, Sequence

from geo.importing.report import WrongFile
from geo.importing.tables import Row, squeeze

SEARCHED_ROWS = 30
Columns = dict[str, int]


def find_columns(
    rows: Iterator[Row], names: Mapping[str, Sequence[str]], required: Sequence[Sequence[str]], expected: str
) -> tuple[Columns, Row]:
    """Read up to the heading row and return column by field, and that row.

    `required` lists sets of fields; a row that has all of any one set is the heading.
    Raises: WrongFile with `expected` where no row of the first 30 is one.
    """
    for row in rows:
        columns = _match(row, names)
        if any(all(name in columns for name in some) for some in required):
            return columns, row
        if row.number >= SEARCHED_ROWS:
            break
    raise WrongFile(expected)


def _match(row: Row, names: Mapping[str, Sequence[str]]) -> Columns:
    cells = [squeeze(cell) for cell in row.cells]
    found = ((field, _first(cells, wanted)) for field, wanted in names.items())
    return {field: column for field, column in found if column is not None}


def _first(cells: list[str], wanted: Sequence[str]) -> int | None:
    return next((cells.index(name) for name in wanted if name in cells), None)
