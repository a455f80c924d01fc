"""Numbers that people read out survive every single slip."""

import pytest

from outreach.classes.codes import archived_code, check_digit, clean_code, new_code, show_code


@pytest.mark.parametrize("body", [f"{n:06d}" for n in range(0, 1_000_000, 9_973)])
def test_every_wrong_digit_and_every_swap_of_neighbours_is_caught(body: str) -> None:
    code = body + check_digit(body)
    slips = {code[:i] + digit + code[i + 1 :] for i in range(7) for digit in "0123456789"}
    slips |= {code[:i] + code[i + 1] + code[i] + code[i + 2 :] for i in range(6)}
    assert {slip for slip in slips if check_digit(slip) == "0"} == {code}


@pytest.mark.parametrize("written", ["{0}-{1}-{2}", "{0}{1}{2}", " {0} {1} {2} ", "{0}－{1}－{2}"])
def test_a_code_is_read_in_any_grouping(written: str) -> None:
    code = new_code(7)
    assert clean_code(written.format(code[:2], code[2:4], code[4:]), 7) == code


def test_a_code_is_read_in_full_width() -> None:
    code = new_code(7)
    assert clean_code(code.translate(str.maketrans("0123456789", "０１２３４５６７８９")), 7) == code


@pytest.mark.parametrize("junk", ["", "123", "abcdefg", "12345678", "😀", "12-34-56x", "٣٤٥٦٧٨٩"])
def test_what_is_no_code_is_none(junk: str) -> None:
    assert clean_code(junk, 7) is None


def test_codes_are_shown_in_groups() -> None:
    assert show_code("1234567") == "12-34-567"
    assert show_code("12345678") == "1234-5678"


def test_an_archived_number_fits_its_column_and_cannot_be_keyed_in() -> None:
    for pk in (1, 36, 2_000_000_000):
        code = archived_code(pk)
        assert (len(code), clean_code(code, 7), show_code(code)) == (7, None, code)
    assert len({archived_code(pk) for pk in range(5_000)}) == 5_000
