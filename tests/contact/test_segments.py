"""What a text costs, to the character."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.contact.segments import count_segments


@pytest.mark.parametrize(
    ("text", "encoding", "units", "parts", "left"),
    [
        ("", "GSM-7", 0, 0, 160),
        ("a" * 160, "GSM-7", 160, 1, 0),
        ("a" * 161, "GSM-7", 161, 2, 145),
        ("a" * 306, "GSM-7", 306, 2, 0),
        ("a" * 307, "GSM-7", 307, 3, 152),
        ("[" * 80, "GSM-7", 160, 1, 0),
        ("[" * 81, "GSM-7", 162, 2, 143),  # 76 pairs fill 152 of 153: an escape is not parted from its sign
        ("€^{}\\~|]", "GSM-7", 16, 1, 144),
        ("あ" * 70, "UCS-2", 70, 1, 0),
        ("あ" * 71, "UCS-2", 71, 2, 63),
        ("あ" * 134, "UCS-2", 134, 2, 0),
        ("あ" * 135, "UCS-2", 135, 3, 66),
        ("ｱ" * 70, "UCS-2", 70, 1, 0),  # half-width kana are no cheaper
        ("a" * 70 + "あ", "UCS-2", 71, 2, 63),  # one kana makes the whole text dear
        ("a\u00a0b", "UCS-2", 3, 1, 67),
        ("😀" * 35, "UCS-2", 70, 1, 0),
        ("😀" * 36, "UCS-2", 72, 2, 61),  # 33 pairs fill 66 of 67
        ("𠮷野家", "UCS-2", 4, 1, 66),
        ("`", "UCS-2", 1, 1, 69),
    ],
)
def test_segments_are_counted_exactly(text: str, encoding: str, units: int, parts: int, left: int) -> None:
    found = count_segments(text)
    assert (found.encoding, found.units, found.parts, found.left) == (encoding, units, parts, left)


@given(st.text(max_size=400))
def test_units_never_exceed_what_the_parts_hold(text: str) -> None:
    found = count_segments(text)
    single, several = (160, 153) if found.encoding == "GSM-7" else (70, 67)
    room = single if found.parts <= 1 else several * found.parts
    assert found.units + found.left <= room + (single if found.parts == 0 else 0)
    assert found.units > room - several if found.parts > 1 else True
    if found.encoding == "UCS-2":
        assert found.units == len(text.encode("utf-16-le", "surrogatepass")) // 2
