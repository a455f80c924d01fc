"""Telephone numbers as people write them."""

import pytest

from outreach.contact.numbers import NumberKind, NumberRefused, kind_of, read_number, show


@pytest.mark.parametrize(
    "written",
    [
        "09012345678",
        "090-1234-5678",
        "０９０－１２３４－５６７８",
        "090ー1234ー5678",
        "090ｰ1234ｰ5678",
        "090―1234‐5678",
        "（090）1234　5678",
        "090.1234.5678",
        "+81 90-1234-5678",
        "＋８１９０１２３４５６７８",
        " 090 1234 5678\n",
    ],
)
def test_a_number_is_read_in_any_width_and_grouping(written: str) -> None:
    assert read_number(written, samples=False).e164 == "+819012345678"


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("06012345678", NumberKind.MOBILE),
        ("07012345678", NumberKind.MOBILE),
        ("08012345678", NumberKind.MOBILE),
        ("09012345678", NumberKind.MOBILE),
        ("0312345678", NumberKind.LANDLINE),
        ("0163521234", NumberKind.LANDLINE),
        ("05012345678", NumberKind.VOIP),
    ],
)
def test_a_number_says_what_telephone_answers(written: str, kind: NumberKind) -> None:
    found = read_number(written, samples=False)
    assert found.kind == kind
    assert found.takes_sms == (kind == NumberKind.MOBILE)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("", "電話番号を入力"),
        ("- -", "電話番号を入力"),
        ("でんわ", "数字で"),
        ("090-1234-567x", "数字で"),
        ("0120-123-456", "フリーダイヤル"),
        ("0800-123-4567", "フリーダイヤル"),
        ("020-1234-5678", "020"),
        ("110", "110"),
        ("119", "110"),
        ("090-1234-567", "使えません"),
        ("0570-012-345", "使えません"),
        ("12345678", "使えません"),
        ("+1 202 555 0100", "日本の"),
        ("0" * 60, "使えません"),
    ],
)
def test_what_cannot_be_rung_is_refused_with_words(written: str, says: str) -> None:
    with pytest.raises(NumberRefused, match=says):
        read_number(written, samples=True)


def test_sample_numbers_pass_in_sample_mode_only() -> None:
    assert read_number("090-0000-0001", samples=True).kind == NumberKind.MOBILE
    assert read_number("03-0000-0001", samples=True).kind == NumberKind.LANDLINE
    for written in ("090-0000-0001", "03-0000-0001"):
        with pytest.raises(NumberRefused):
            read_number(written, samples=False)


@pytest.mark.parametrize(
    ("e164", "shown"),
    [
        ("+819012345678", "090-1234-5678"),
        ("+819000000001", "090-0000-0001"),
        ("+81300000001", "03-0000-0001"),
        ("+81163521234", "01635-2-1234"),
        ("", ""),
    ],
)
def test_numbers_are_shown_in_groups(e164: str, shown: str) -> None:
    assert show(e164) == shown


def test_the_kind_of_a_stored_number_is_known_again() -> None:
    assert kind_of("+815012345678") == NumberKind.VOIP
