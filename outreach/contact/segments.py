"""How many SMS a text costs, exact to the character.

GSM 03.38: text of the basic alphabet packs 160 septets in one SMS or 153 in each of several; the extension characters
take two and are not split. Anything else makes the whole text UCS-2: 70 units in one, 67 in each of several; a
character beyond the basic plane (an emoji, 𠮷) takes two and is not split.
"""

from collections.abc import Iterable
from dataclasses import dataclass

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = frozenset("\f^{}\\[~]|€")


@dataclass(frozen=True)
class Segments:
    encoding: str  # "GSM-7" or "UCS-2"
    units: int  # septets or 16-bit units
    parts: int  # what is billed; 0 for an empty text
    left: int  # units that still fit in the last part


def count_segments(text: str) -> Segments:
    gsm = all(c in GSM_BASIC or c in GSM_EXTENSION for c in text)
    sizes = [2 if c in GSM_EXTENSION else 1 for c in text] if gsm else [2 if ord(c) > 0xFFFF else 1 for c in text]
    single, several = (160, 153) if gsm else (70, 67)
    units = sum(sizes)
    if units <= single:
        parts, left = (1 if text else 0), single - units
    else:
        parts, left = _pack(sizes, several)
    return Segments("GSM-7" if gsm else "UCS-2", units, parts, left)


def _pack(sizes: Iterable[int], room: int) -> tuple[int, int]:
    """Fill parts of `room` units in order, no character across two. Returns the parts and what the last has left."""
    parts, left = 1, room
    for size in sizes:
        if size > left:
            parts, left = parts + 1, room
        left -= size
    return parts, left
