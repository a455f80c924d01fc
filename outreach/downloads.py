"""Lists as Excel and CSV. The same rows give the same bytes (law 9), and nothing in them runs as a formula."""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain, islice, zip_longest
from typing import Any

from django.http import HttpResponse
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter

FORMATS = frozenset({"csv", "xlsx"})
CSV_TYPE = "text/csv; charset=utf-8"
EXCEL_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip file can say
LONG_AGO = datetime(2000, 1, 1)
FORMULA = frozenset("=+-@＝＋－＠")
SPACING = frozenset("\t\r\n")
ROWS_MEASURED, NARROWEST, WIDEST = 200, 6, 40
Rows = Iterable[Sequence[Any]]


def download(kind: str, name: str, head: Sequence[str], rows: Rows, *, about: Rows) -> HttpResponse:
    """A file of `rows`: `kind` is csv or xlsx; `about` says when and from what it was made, on a sheet of its own."""
    body, content_type = (
        (excel(head, rows, about=about), EXCEL_TYPE) if kind == "xlsx" else (comma_separated(head, rows), CSV_TYPE)
    )
    answer = HttpResponse(body, content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    answer["Cache-Control"] = "no-store"
    return answer


def comma_separated(head: Sequence[str], rows: Rows) -> bytes:
    """UTF-8 with a byte order mark, without which Excel reads Japanese as noise."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([harmless(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def excel(head: Sequence[str], rows: Rows, *, about: Rows) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("一覧")
    sheet.freeze_panes = "A2"
    lines = iter([harmless(value) for value in row] for row in rows)
    first = list(islice(lines, ROWS_MEASURED))
    for number, width in enumerate(_widths([list(head), *first]), 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.append(list(head))
    for line in chain(first, lines):
        sheet.append(line)
    notes = book.create_sheet("この表について")
    notes.column_dimensions["A"].width, notes.column_dimensions["B"].width = 24, 80
    for row in about:
        notes.append([harmless(value) for value in row])
    book.properties.creator = "Tsutsuura"
    book.properties.created = LONG_AGO
    file = io.BytesIO()
    book.save(file)
    return _without_clock(file)


def _widths(rows: Iterable[Sequence[Any]]) -> list[int]:
    """Columns wide enough to be read, in digits; a Japanese character takes two."""
    longest = (
        max(sum(2 if ord(c) > 0x2E7F else 1 for c in str(cell or "")) for cell in cells) for cells in zip_longest(*rows)
    )
    return [min(max(width, NARROWEST), WIDEST) + 2 for width in longest]


def harmless(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula is kept as text by a leading apostrophe.

    Japanese Excel reads the full-width signs too; control characters, which no workbook can hold, are left out.
    """
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", value)
    return f"'{text}" if text.lstrip()[:1] in FORMULA or text[:1] in SPACING else text


def _without_clock(file: io.BytesIO) -> bytes:
    """The same workbook without the minute in which it was written."""
    clean = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(clean, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            body = old.read(name)
            if name == "docProps/core.xml":
                body = _fixed_core(body)
            new.writestr(zipfile.ZipInfo(name, FIRST_DAY), body, zipfile.ZIP_DEFLATED)
    return clean.getvalue()


def _fixed_core(body: bytes) -> bytes:
    start, mark, rest = body.partition(b"<dcterms:modified")
    return start + rest[rest.index(b"</dcterms:modified>") + len(b"</dcterms:modified>") :] if mark else body
