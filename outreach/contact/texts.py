"""The words of a message: templates of plain text with {fields}, checked before they are used."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache as remember
from pathlib import Path
from string import Formatter

from django.conf import settings
from django.core.cache import cache
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outreach.contact.models import Kind, OwnText
from outreach.contact.numbers import show
from outreach.contact.segments import Segments, count_segments

# What a text may mention. The Japanese is what staff see beside the field when they edit a template.
COMMON: dict[str, str | Promise] = {
    "town": gettext_lazy("市区町村の名前"),
    "callback": gettext_lazy("問い合わせの電話番号"),
    "name": gettext_lazy("氏名"),
    "course": gettext_lazy("講座"),
    "when": gettext_lazy("日時"),
    "venue": gettext_lazy("会場"),
    "code": gettext_lazy("講習番号"),
    "reference": gettext_lazy("申込番号"),
}
EXTRA: dict[str, dict[str, str | Promise]] = {
    Kind.CHANGE: {"changed": gettext_lazy("変わったこと")},
    Kind.WAITLIST_CHANGE: {"changed": gettext_lazy("変わったこと")},
    Kind.CANCELLATION: {"reason": gettext_lazy("中止の理由")},
    Kind.WAITLIST_OFFER: {"answer_by": gettext_lazy("返事の期限")},
    Kind.WORK_NOTE: {"title": gettext_lazy("件名"), "text": gettext_lazy("本文")},
    Kind.VISIT_REMINDER: {"when": gettext_lazy("日時"), "what": gettext_lazy("訪問か電話か")},
    Kind.RING_BACK: {"about": gettext_lazy("用件")},
    Kind.DISPATCH_OFFER: {
        "visits": gettext_lazy("訪問のあらまし"),
        "answer_by": gettext_lazy("返事の期限"),
        "link": gettext_lazy("返事のページ"),
    },
    Kind.DISPATCH_ENDED: {"visits": gettext_lazy("訪問のあらまし")},
}
WITHOUT_CLASS = frozenset(
    {Kind.WORK_NOTE, Kind.RING_BACK, Kind.VISIT_REMINDER, Kind.DISPATCH_OFFER, Kind.DISPATCH_ENDED}
)
ADDED = {"ref": gettext_lazy("連絡番号")}  # made at the instant of sending
POSTAL = frozenset({"postal_code", "address"})  # for the slip, never in a text
LINK = re.compile(r"https?:|www\.|://|\.(?:com|jp|net)\b", re.IGNORECASE)
MAX_PARTS = 2
REF_MARK = "連絡番号{ref}"  # also how a text whose reply was lost is found again at the provider
OWN_TEXTS = "contact:own-texts"  # in the cache
REPEATED = "（念のため、もう一度お送りします）"


EXAMPLE = {  # not gettext: what stands here stands in a Japanese text
    "town": "猿払村",
    "callback": "03-0000-0100",
    "name": "山田 花子",
    "course": "電話のかけ方",
    "when": "4月10日(金)13:30",
    "venue": "交流センター",
    "code": "12-34-567",
    "reference": "1234-5678",
    "changed": "会場",
    "reason": "大雪のため",
    "answer_by": "4月9日(木)17:00",
    "title": "報告のお願い",
    "text": "きのうの講習会の報告がまだです。",
    "about": "講習会について知りたい",
    "what": "自宅への訪問",
    "visits": "4月10日(金)13:30 猿払村ほか1件",
    "link": "https://t.example.jp/o/Ab3dEf6hIj9lMn0pQr5tUw/",
}


class BadText(ValueError):
    """A template or its fields cannot be used. `str()` is for staff to read, and names no person."""


@dataclass(frozen=True)
class Preview:
    text: str
    segments: Segments


def fields_of(kind: str) -> dict[str, str | Promise]:
    """The fields that a message of `kind` must have, and that its texts may use, with their Japanese names."""
    common = {key: COMMON[key] for key in ("town", "callback", "name")} if kind in WITHOUT_CLASS else COMMON
    return {**common, **EXTRA.get(kind, {})}


def clean_fields(kind: str, fields: Mapping[str, str]) -> dict[str, str]:
    """Freeze the fields of a message: exactly those of its kind (and a postal address), each on one line.

    Raises: BadText on a missing or unknown field.
    """
    wanted = set(fields_of(kind))
    if missing := wanted - set(fields):
        raise BadText(_("差し込む言葉が足りません：%(fields)s") % {"fields": ", ".join(sorted(missing))})
    if unknown := set(fields) - wanted - POSTAL:
        raise BadText(_("知らない差し込み欄です：%(fields)s") % {"fields": ", ".join(sorted(unknown))})
    frozen = {key: " ".join(unicodedata.normalize("NFC", str(value)).split()) for key, value in fields.items()}
    return {**frozen, "callback": show(frozen["callback"])}


def check_template(kind: str, template: str, *, way: str = "sms") -> None:
    """Raises: BadText naming what staff must change: an unknown field, a link, a character that cannot be sent."""
    used = _fields_used(template)
    if unknown := used - set(fields_of(kind)) - set(ADDED):
        raise BadText(_("知らない差し込み欄です：%(fields)s") % {"fields": ", ".join(sorted(unknown))})
    if way == "sms" and REF_MARK not in template:
        raise BadText(_("「連絡番号{ref}」を入れてください。送ったことを確かめるために要ります。"))
    if way == "sms" and (missing := {"town", "callback"} - used):
        raise BadText(_("次の差し込み欄を入れてください：%(fields)s") % {"fields": ", ".join(sorted(missing))})
    if LINK.search(template):
        raise BadText(_("リンクは入れられません。電話番号を書いてください。"))
    if bad := sorted({c for c in template if _forbidden(c)}):
        raise BadText(_("使えない文字があります：%(chars)s") % {"chars": " ".join(f"U+{ord(c):04X}" for c in bad)})


def _fields_used(template: str) -> set[str]:
    try:
        parts = [(name, spec, conversion) for _text, name, spec, conversion in Formatter().parse(template)]
    except ValueError as error:
        raise BadText(_("「{」と「}」の組が合っていません。")) from error
    if any(spec or conversion for _name, spec, conversion in parts):  # "{town:>9999999}" would fill the memory
        raise BadText(_("差し込み欄の中に「:」や「!」は書けません。"))
    return {name for name, _spec, _conversion in parts if name is not None}


def _forbidden(char: str) -> bool:
    """Control, invisible and private characters: some show as a box, and a non-breaking space costs like kanji."""
    return char not in "\n" and (unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs", "Cn"} or char == "\u00a0")


@remember
def delivered_text(way: str, kind: str) -> str:
    """The text as delivered with the program. `way`: sms, call or email. Raises: BadText where there is none."""
    path = Path(settings.BASE_DIR) / "templates" / "contact" / way / f"{kind}.txt"
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        raise BadText(_("この連絡の文面がありません。")) from error


def text_of(way: str, kind: str, town: str | None = None) -> str:
    """The text in use: of the municipality `town`, else of all, as staff wrote it; else the one delivered.

    What staff write is read anew every half minute, so that sending costs no statement for it.
    """
    own: dict[str, str] = cache.get_or_set(OWN_TEXTS, _own_texts, 30) or {}
    return own.get(f"{way}/{kind}/{town}") or own.get(f"{way}/{kind}/None") or delivered_text(way, kind)


def _own_texts() -> dict[str, str]:
    rows = OwnText.objects.values_list("way", "kind", "municipality_id", "text")
    return {f"{way}/{kind}/{town}": text for way, kind, town, text in rows}


class _Fields(dict[str, str]):
    def __missing__(self, key: str) -> str:
        """A row frozen before a text came to mention this field, or cleared since."""
        return "―"


def render(
    way: str, kind: str, fields: Mapping[str, str], *, ref: str = "", repeats: bool = False, town: str | None = None
) -> str:
    """Make the text, of the municipality `town` where it has its own. A repeat says that it is one (law 4)."""
    text = text_of(way, kind, town).format_map(_Fields({**fields, "ref": ref}))
    return REPEATED + text if repeats else text


def preview(kind: str, fields: Mapping[str, str], *, town: str | None = None) -> Preview:
    """The SMS as it would go out, and what it costs in segments."""
    text = render("sms", kind, clean_fields(kind, fields), ref=show_ref(0), town=town)
    return Preview(text, count_segments(text))


def preview_template(kind: str, template: str, *, town: str = "") -> Preview:
    """A text being written, with example words. Raises: BadText."""
    check_template(kind, template.replace("\r\n", "\n"), way="preview")
    fields = {**EXAMPLE, "town": town or EXAMPLE["town"], "ref": show_ref(0)}
    text = template.replace("\r\n", "\n").format_map(fields)
    return Preview(text, count_segments(text))


def show_ref(pk: int) -> str:
    """連絡番号 of a message: seven digits that a person can read out, one to one with `pk` below ten million.

    Scattered, so that neighbours do not look alike; not a secret: a check also takes the number it was sent to.
    """
    digits = f"{(pk * 7_368_787 + 4_826_159) % 10_000_000:07d}"
    return f"{digits[:3]}-{digits[3:]}"
