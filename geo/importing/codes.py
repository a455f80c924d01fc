"""Columns of municipal codes, also those whose leading zeros a spreadsheet ate."""

from collections.abc import Iterable

from geo.codes import clean_code
from geo.importing.values import plain

SURE = 5  # cells: one in eleven passes the check digit by chance


def lost_zeros(cells: Iterable[str]) -> bool:
    """Say whether a column held six-digit codes before a spreadsheet took them for numbers.

    Then 札幌市's 011002 reads 11002, which may be another's five-digit code. Every five-digit cell has to pass as a
    six-digit code, and there have to be true six-digit codes beside them, or enough of them.
    """
    digits = [plain(cell) for cell in cells]
    short = [cell for cell in digits if len(cell) == 5 and cell.isdecimal()]
    whole = any(len(cell) == 6 and clean_code(cell) for cell in digits)
    return bool(short) and all(clean_code("0" + cell) for cell in short) and (whole or len(short) >= SURE)


def code_in(cell: str, lost: bool = False) -> str | None:
    """Return the code of a cell, None where it has none; also where its name is glued to it ("01100_札幌市")."""
    text = plain(cell).split("_")[0]
    return clean_code("0" + text if lost and len(text) == 5 else text)
