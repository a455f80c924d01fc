"""The words of the line: what the dialogue says, as lines to read and as kana for a voice to speak."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outreach.classes.codes import show_code
from outreach.classes.rules import JST
from outreach.contact.numbers import show
from outreach.phone.dialogue.facts import ClassFacts, Standing, Wish
from outreach.phone.dialogue.saying import Saying, Word
from outreach.phone.words import WORDS

DIGITS = ["ゼロ", "いち", "に", "さん", "よん", "ご", "ろく", "なな", "はち", "きゅう"]
WEEKDAYS = "月火水木金土日"


@dataclass(frozen=True)
class Line:
    """One breath. `spoken` is what the voice says, in kana where letters would be misread."""

    text: str
    spoken: str


def lines_of(says: Iterable[Saying]) -> list[Line]:
    return [line for saying in says for line in _lines(saying)]


def _lines(saying: Saying) -> list[Line]:
    if saying.word in WORDS:
        return [_same(str(WORDS[saying.word]))]
    return SPOKEN[saying.word](saying)


def _same(text: str) -> Line:
    return Line(text, text)


# --- pieces ---------------------------------------------------------------------------------------------------------
def digit_by_digit(groups: str) -> str:
    """Each digit a word, a pause between groups: "12-34" is いち、に。さん、よん。"""
    return "".join("、".join(DIGITS[int(d)] for d in group) + "。" for group in groups.split("-"))


def spoken_day(moment: datetime) -> str:
    local = moment.astimezone(JST)
    return _("%(month)s月%(day)s日、%(weekday)s曜日") % {
        "month": local.month,
        "day": local.day,
        "weekday": WEEKDAYS[local.weekday()],
    }


def spoken_clock(moment: datetime) -> str:
    local = moment.astimezone(JST)
    half = _("午前") if local.hour < 12 else _("お昼の") if local.hour == 12 else _("午後")
    hour = local.hour - 12 if local.hour > 12 else local.hour
    minutes = _("%(minutes)s分") % {"minutes": local.minute} if local.minute else ""
    return _("%(half)s%(hour)s時%(minutes)s") % {"half": half, "hour": hour, "minutes": minutes}


def _when(session: ClassFacts) -> str:
    return _("%(day)s、%(start)sから、%(end)sまで。") % {
        "day": spoken_day(session.starts_at),
        "start": spoken_clock(session.starts_at),
        "end": spoken_clock(session.ends_at),
    }


def _both(template: str, text: dict[str, object], spoken: dict[str, object]) -> Line:
    return Line(template % text, template % {**text, **spoken})


def _class(session: ClassFacts) -> list[Line]:
    what = _("%(town)s、「%(course)s」。")
    where = _("会場は、%(venue)s。")
    return [
        _both(
            what,
            {"town": session.town, "course": session.course},
            {"town": session.town_kana, "course": session.course_kana},
        ),
        _same(_when(session)),
        _both(where, {"venue": session.venue}, {"venue": session.venue_kana}),
    ]


# --- sayings with facts in them -------------------------------------------------------------------------------------
def _greeting(saying: Saying) -> list[Line]:
    town = saying.text or _("津々浦々")
    kana = saying.kana or _("ツツウラウラ")
    return [
        _both(
            _("はい、%(town)sの、スマートフォン講習会の受付です。料金はかかりません。"), {"town": town}, {"town": kana}
        )
    ]


def _near(saying: Saying) -> list[Line]:
    lines = []
    for key, session in enumerate(saying.sessions, 1):
        lines += [_same(_("%(key)s番。") % {"key": key}), *_class(session), *_seats_of(session)]
    return [_same(_("近い順に、申し上げます。")), *lines]


def _seats_of(session: ClassFacts) -> list[Line]:
    if session.seats <= 0:
        return [_same(_("いま、満席です。"))]
    return [_same(_("空いている席は、%(seats)sです。") % {"seats": session.seats})]


def _read_number(saying: Saying) -> list[Line]:
    return [_number(_("お電話番号は、%(number)s です。"), show(saying.text))]


def _number(template: str, groups: str) -> Line:
    return Line(template % {"number": groups}, template % {"number": digit_by_digit(groups)})


def _reference(saying: Saying) -> list[Line]:
    """Digit by digit, twice, after what was booked."""
    assert saying.booking  # noqa: S101
    number = show_code(saying.booking.reference)
    return [
        _same(_("紙と鉛筆を、ご用意ください。申込番号を申し上げます。")),
        _number(_("申込番号は、%(number)s"), number),
        _number(_("もう一度、申し上げます。%(number)s"), number),
        _same(_("%(when)sお待ちしています。") % {"when": _when(saying.booking.session)}),
    ]


OWN = {
    Standing.BOOKED: gettext_lazy("お席が、とれています。"),
    Standing.QUEUED: gettext_lazy("いま、キャンセル待ちです。"),
    Standing.OFFERED: gettext_lazy("お席が空きました。お返事をお待ちしています。"),
    Standing.OVER: gettext_lazy("このお申し込みは、取り消されたか、終わっています。"),
}


def _own(saying: Saying) -> list[Line]:
    booking = saying.booking
    assert booking  # noqa: S101
    whose = [_same(_("%(name)s様のお申し込みです。") % {"name": booking.kana})] if booking.kana else []
    return [*whose, *_class(booking.session), _same(str(OWN[booking.standing]))]


def _cancel_sure(saying: Saying) -> list[Line]:
    assert saying.booking  # noqa: S101
    question = _("このお申し込みを取り消します。取り消すときは1を、取り消さないときは2を、押してください。")
    return [*_class(saying.booking.session), _same(question)]


WISHES = {
    Wish.NO_REMINDERS: gettext_lazy("前の日と当日のお知らせだけを、止めます。"),
    Wish.NONE: gettext_lazy("ご連絡を、すべて止めます。中止や変更のお知らせも、届かなくなります。"),
    Wish.ALL: gettext_lazy("お知らせを、また受け取ります。"),
}


def _quiet_sure(saying: Saying) -> list[Line]:
    return [
        _same(str(WISHES[Wish(saying.text)])),
        _same(_("よろしければ1を、やめるときは2を、押してください。")),
    ]


SPOKEN: dict[Word, Callable[[Saying], list[Line]]] = {
    Word.GREETING: _greeting,
    Word.NEAR: _near,
    Word.READ_BACK: lambda saying: _class(saying.sessions[0]),
    Word.SEATS: lambda saying: _seats_of(saying.sessions[0]),
    Word.READ_NUMBER: _read_number,
    Word.REFERENCE: _reference,
    Word.OWN: _own,
    Word.CANCEL_SURE: _cancel_sure,
    Word.QUIET_SURE: _quiet_sure,
}
