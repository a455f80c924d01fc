"""Invented names. Any likeness to a person is chance; numbers are of ranges that nobody has."""

from random import Random

FAMILY = [
    ("浜辺", "ハマベ"), ("湊", "ミナト"), ("磯部", "イソベ"), ("岬", "ミサキ"), ("渚", "ナギサ"), ("汐見", "シオミ"),
    ("島村", "シマムラ"), ("入江", "イリエ"), ("津田", "ツダ"), ("浦上", "ウラガミ"), ("灘", "ナダ"), ("瀬戸", "セト"),
    ("𠮷野", "ヨシノ"), ("髙浜", "タカハマ"), ("﨑山", "サキヤマ"), ("渡邊", "ワタナベ"), ("港", "ミナト"),
]  # fmt: skip
GIVEN = [
    ("はな", "ハナ"), ("きよ", "キヨ"), ("すみ", "スミ"), ("とめ", "トメ"), ("文子", "フミコ"), ("和子", "カズコ"),
    ("昭", "アキラ"), ("正雄", "マサオ"), ("茂", "シゲル"), ("清", "キヨシ"), ("幸一", "コウイチ"), ("ちよ", "チヨ"),
    ("洋子", "ヨウコ"), ("実", "ミノル"), ("弥生", "ヤヨイ"), ("剛", "ツヨシ"), ("結衣", "ユイ"), ("蓮", "レン"),
]  # fmt: skip


def name(rng: Random) -> tuple[str, str]:
    """A name and its kana."""
    family, given = rng.choice(FAMILY), rng.choice(GIVEN)
    return f"{family[0]} {given[0]}", f"{family[1]} {given[1]}"


def mobile(number: int) -> str:
    return f"+81900000{number % 10000:04d}"


def landline(number: int) -> str:
    return f"+8130000{number % 10000:04d}"
