"""Pure decisions about names."""

import unicodedata

import jaconv

from geo.address import VARIANTS


def search_key(text: str) -> str:
    """Fold a name or what someone types to find it: any width, hiragana or katakana, ヶ or ケ, with spaces or without.

    Small kana count as large, since older lists write ｼﾖｳ for ショウ.
    """
    folded = "".join(unicodedata.normalize("NFKC", text).split())
    katakana: str = jaconv.hira2kata(folded.translate(VARIANTS))
    return katakana.translate(SMALL_KANA).lower()


def place_key(prefecture: str, district: str, name: str, kana: str) -> str:
    """Return what `search_key` of a part of a municipality's name or kana is found in."""
    return search_key(f"{prefecture}{district}{name}/{kana}")


SMALL_KANA = str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ")
