"""The columns of a list of requests: as an office may write them, and as our own export does."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import override

from geo.importing.tables import squeeze
from geo.importing.values import plain
from outreach.classes.uploads.venue_rows import NO, YES
from outreach.dispatch.request_files import HEAD
from outreach.downloads import harmless

HEADINGS = {
    "key": ("管理番号", "受付番号", "番号", "key"),
    "town": ("団体コード", "市区町村コード", "市区町村", "municipality"),
    "asked_by": ("依頼団体", "団体名", "依頼する団体"),
    "contact_name": ("担当者", "担当者の氏名", "担当者氏名"),
    "contact_phone": ("電話番号", "担当者の電話番号"),
    "courses": ("講座", "開きたい講座"),
    "sessions": ("回数", "続けて開く回数"),
    "heads": ("人数", "参加の見込み", "参加の見込み(人)"),
    "learners_65": ("65歳以上", "うち65歳以上", "そのうち65歳以上(人)"),
    "crew": ("講師の人数", "講師数"),
    "earliest": ("いちばん早い日", "開始日", "最早日"),
    "latest": ("いちばん遅い日", "終了日", "最遅日"),
    "v1-name": ("会場", "会場名", "第1会場"),
    "v1-address": ("住所", "会場の住所"),
    "v1-more": ("使える時間", "利用可能時間"),
    "v1-closed": ("使えない日", "休館日"),
    "v1-loop": ("磁気ループ", "会場の磁気ループ"),
    "v2-name": ("第2会場", "会場2"),
    "v2-address": ("第2会場の住所", "住所2"),
    "v2-more": ("第2会場の使える時間", "使える時間2"),
    "v2-closed": ("第2会場の使えない日", "使えない日2"),
    "v2-loop": ("第2会場の磁気ループ", "磁気ループ2"),
    "v3-name": ("第3会場", "会場3"),
    "v3-address": ("第3会場の住所", "住所3"),
    "v3-more": ("第3会場の使える時間", "使える時間3"),
    "v3-closed": ("第3会場の使えない日", "使えない日3"),
    "v3-loop": ("第3会場の磁気ループ", "磁気ループ3"),
    "needs": ("お願いしたいこと", "配慮"),
    "loan_phones": ("貸し出すスマートフォン", "貸出", "貸出台数"),
    "note": ("備考",),
}
MARKS = dict.fromkeys(YES, True) | dict.fromkeys(NO, False)
EXAMPLE_TOWN = "市区町村"  # what the example's file is headed with: people know names, not codes
REQUIRED = (
    ("key", "town", "asked_by", "contact_name", "contact_phone", "courses", "heads", "earliest", "latest",
     "v1-name", "v1-address"),
)  # fmt: skip


def headings() -> Mapping[str, Sequence[str]]:
    """Each field's names, and what our own list calls it when it is exported in English."""
    with override("ja"):
        ours = {squeeze(str(name)): name for name in HEAD}
    with override("en"):
        return {
            field: (*names, *(squeeze(str(ours[name])) for name in names if name in ours))
            for field, names in HEADINGS.items()
        }


def text_of(cell: str) -> str:
    """What a cell says, in one width, without the apostrophe by which our exports keep it from being a formula."""
    text = plain(cell)
    return text[1:] if text[:1] == "'" and harmless(text[1:]) == text else text


def list_of(cell: str) -> list[str]:
    return [word.strip() for word in cell.replace(",", "、").split("、") if word.strip()]


def expected() -> str:
    return _("派遣依頼の表として読めません。必要なもの：{expected}").format(
        expected="管理番号・市区町村・依頼団体・担当者・電話番号・講座・人数・いちばん早い日・いちばん遅い日・会場・住所の列"
    )
