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


SMALL_KANA = str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ")
