"""Files that Excel opens."""

import io
import zipfile

import pytest
from openpyxl import load_workbook

from outreach.downloads import comma_separated, excel, harmless

HEAD = ["名称", "数"]
ROWS = [["𠮷野町", 3], ["=1+1", 0]]


def test_csv_starts_with_the_mark_that_excel_needs() -> None:
    made = comma_separated(HEAD, ROWS)
    assert made.startswith(b"\xef\xbb\xbf")
    assert made.decode("utf-8-sig").splitlines()[:2] == ["名称,数", "𠮷野町,3"]


def test_the_workbook_holds_the_rows_and_says_where_they_are_from() -> None:
    book = load_workbook(io.BytesIO(excel(HEAD, ROWS, about=[("作成日", "2026-11-23")])))
    sheet, notes = book.worksheets
    assert [[cell.value for cell in row] for row in sheet.rows] == [HEAD, ROWS[0], ["'=1+1", 0]]
    assert notes["B1"].value == "2026-11-23"


def test_the_same_rows_give_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    first = excel(HEAD, ROWS, about=[])
    monkeypatch.setattr("time.localtime", lambda *_: (2030, 1, 2, 3, 4, 6, 0, 2, 0))
    assert excel(HEAD, ROWS, about=[]) == first
    with zipfile.ZipFile(io.BytesIO(first)) as file:
        assert b"modified" not in file.read("docProps/core.xml")


@pytest.mark.parametrize("text", ["=SUM(A1)", "+81", "-1", "@x", "\tx", "\n=1", " =1+1", "＝1+1", "＠x"])
def test_nothing_runs_as_a_formula(text: str) -> None:
    assert harmless(text) == f"'{text}"


def test_numbers_stay_numbers() -> None:
    assert harmless(-3) == -3


def test_what_a_resident_typed_never_breaks_the_workbook() -> None:
    book = load_workbook(io.BytesIO(excel(HEAD, [["耳が\x01遠い\x0b", 1]], about=[])))
    assert book.worksheets[0]["A2"].value == "耳が遠い"


def test_columns_are_wide_enough_to_be_read_and_no_wider_than_a_screen() -> None:
    rows = [["北海道宗谷郡猿払村", 1, None], ["x", 12, "y" * 500]]
    sheet = load_workbook(io.BytesIO(excel(["市区町村", "数", "備考"], rows, about=[]))).worksheets[0]
    assert [sheet.column_dimensions[letter].width for letter in "ABC"] == [20, 8, 42]
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] == rows
