"""The ministry's codes: check digits, and the ways people write them."""

import pytest

from geo import datafile
from geo.codes import check_digit, clean_code, with_check_digit


@pytest.mark.parametrize(
    ("code", "six"),
    [
        ("01100", "011002"),  # 札幌市
        ("13101", "131016"),  # 千代田区
        ("47382", "473821"),  # 与那国町
        ("01696", "016969"),  # 国後郡泊村
        ("09367", "093670"),  # 岩舟町, whose digit is the tens' zero
        ("34223", "342238"),
    ],
)
def test_the_sixth_digit_is_the_ministrys(code: str, six: str) -> None:
    assert with_check_digit(code) == six


@pytest.mark.parametrize("text", ["1310", "131010", "1310a", "１３１０１", ""])
def test_a_check_digit_is_made_for_five_ascii_digits_only(text: str) -> None:
    with pytest.raises(ValueError, match="five-digit"):
        check_digit(text)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("13101", "13101"),
        ("131016", "13101"),
        ("１３１０１６", "13101"),
        ("R13101", "13101"),
        (" 1100 ", "01100"),
        ("131017", None),
        ("131", None),
        ("千代田区", None),
        ("", None),
    ],
)
def test_a_code_is_read_however_it_is_written_and_refused_when_its_digit_is_wrong(
    written: str, code: str | None
) -> None:
    assert clean_code(written) == code


def test_any_single_wrong_digit_of_a_six_digit_code_is_refused_or_belongs_to_no_municipality() -> None:
    """Mod 11 with a check digit folded from ten to nought lets few errors through; none may become a neighbour."""
    codes = [row.code for row in datafile.municipalities()][::25]
    known = {row.code for row in datafile.municipalities()}
    missed = 0
    for six in map(with_check_digit, codes):
        for place in range(5):
            for digit in "0123456789":
                wrong = six[:place] + digit + six[place + 1 :]
                missed += wrong != six and clean_code(wrong) in known
    assert missed <= len(codes) * 45 * 0.01
