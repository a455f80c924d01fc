"""Rows of a CSV or Excel file, streamed, whatever the encoding that a Japanese office saved it in."""

import codecs
import csv
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from geo.importing.report import WrongFile

CHUNK = 1 << 20
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
ENCODINGS = ("utf-8-sig", "cp932")  # a BOM or none; Shift_JIS as Windows writes it


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its number as Excel counts it, and its cells as trimmed text."""

    number: int
    cells: tuple[str, ...]

    def __getitem__(self, column: int) -> str:
        return self.cells[column] if column < len(self.cells) else ""

    @property
    def empty(self) -> bool:
        return not any(self.cells)


@dataclass(frozen=True, slots=True)
class Table:
    """A table's rows, to be read once, and about how many there are (for the progress bar)."""

    rows: Iterator[Row]
    about: int


@contextmanager
def open_table(path: Path) -> Iterator[Table]:
    """Open a CSV or .xlsx file (told apart by what is in it, not by its name) and stream its rows.

    Raises: WrongFile where it is neither, or can't be decoded as UTF-8, UTF-16 or Shift_JIS.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise WrongFile(_("ファイルを開けません：{error}").format(error=error.strerror)) from error
    if start.startswith(OLD_EXCEL):
        raise WrongFile(_("古い形式の Excel（.xls）です。.xlsx か CSV で保存し直してください。"))
    if start.startswith(b"PK"):
        with _excel(path) as table:
            yield table
    else:
        with _csv(path) as table:
            yield table


def squeeze(text: str) -> str:
    """Return a heading without blanks and in one width, so that 「６５歳 以上」 and 「65歳以上」 are one."""
    return "".join(unicodedata.normalize("NFKC", text).split()).replace("〜", "~").lower()


@contextmanager
def _csv(path: Path) -> Iterator[Table]:
    encoding, lines = _encoding_of(path)
    with path.open(encoding=encoding, newline="") as file:
        first = file.readline()
        file.seek(0)
        reader = csv.reader(file, delimiter="\t" if first.count("\t") > first.count(",") else ",")
        yield Table(_numbered(_lines_of(reader)), lines)


def _lines_of(reader: Any) -> Iterator[Iterable[str]]:
    try:
        yield from reader
    except csv.Error as error:
        text = _("CSV として読めません（{line}行目）：{error}")
        raise WrongFile(text.format(line=reader.line_num, error=error)) from error


def _encoding_of(path: Path) -> tuple[str, int]:
    """Return the encoding that decodes the whole file, and how many lines it has."""
    with path.open("rb") as file:
        if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16", 0
    for encoding in ENCODINGS:
        lines = _lines_if_decodable(path, encoding)
        if lines is not None:
            return encoding, lines
    raise WrongFile(_("文字コードがわかりません。UTF-8 か Shift_JIS の CSV、または .xlsx を指定してください。"))


def _lines_if_decodable(path: Path, encoding: str) -> int | None:
    decoder, lines = codecs.getincrementaldecoder(encoding)(), 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                lines += chunk.count(b"\n")
                if "\0" in decoder.decode(chunk):
                    return None  # a binary file that happens to decode
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return None
    return lines + 1


@contextmanager
def _excel(path: Path) -> Iterator[Table]:
    with path.open("rb") as file:  # a path would have to end in .xlsx
        try:
            book = load_workbook(file, read_only=True, data_only=True)
        except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
            raise WrongFile(_("Excel ファイルとして読めません。.xlsx か CSV を指定してください。")) from error
        try:
            sheet = book.worksheets[0]
            yield Table(_numbered(sheet.iter_rows(values_only=True)), sheet.max_row or 0)
        finally:
            book.close()


def _numbered(rows: Iterable[Iterable[object]]) -> Iterator[Row]:
    for number, cells in enumerate(rows, start=1):
        yield Row(number, tuple(_text(cell) for cell in cells))


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
