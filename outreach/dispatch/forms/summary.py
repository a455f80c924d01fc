"""A letter as lines to read: on the review, on the slip, for staff. From what was written, also once it is past.

Hours and days as they were understood, so that whoever wrote them sees a slip.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time

from django.utils.translation import gettext as _

from outreach import dates
from outreach.classes.models import Course
from outreach.contact.numbers import NumberRefused, read_number, show
from outreach.dispatch.forms.candidates import clock_field
from outreach.dispatch.models import Need
from outreach.dispatch.openings import CannotRead, once, read_days, read_openings, say_days, say_openings

Line = tuple[str, str]


def lines(written: Mapping[str, Sequence[str]], *, since: date) -> list[Line]:
    """(label, text) of each thing that was asked for, on the day `since`. 1 statement."""
    return list(_lines(written, since))


def _lines(written: Mapping[str, Sequence[str]], since: date) -> Iterator[Line]:
    def one(name: str) -> str:
        return next(iter(written.get(name, ())), "").strip()

    names = dict(Course.objects.filter(pk__in=written.get("courses", ())).values_list("pk", "name"))
    yield _("依頼する団体"), one("asked_by")
    yield _("担当者"), f"{one('contact_name')}\n{_shown(one('contact_phone'))}"
    courses = [names.get(code, code) for code in written.get("courses", ())]
    yield _("開きたい講座"), "\n".join(courses)
    yield _("1日に続けて開く回数"), _("%(n)s回") % {"n": one("sessions")}
    heads = {"n": one("heads"), "old": one("learners_65") or "0"}
    yield _("参加の見込み"), _("%(n)s人（うち65歳以上 %(old)s人）") % heads
    yield _("期間"), _("%(first)sから%(last)sまで") % {"first": _day(one("earliest")), "last": _day(one("latest"))}
    yield from _venues(written, since)
    needs = [str(Need(code).label) for code in written.get("needs", ()) if code in Need.values]
    needs += [_("補聴の磁気ループ")] if one("hearing_loop") else []
    if needs:
        yield _("お願いしたいこと"), dates.listed(needs)
    if one("loan_phones") not in {"", "0"}:
        yield _("貸し出すスマートフォン"), _("%(n)s台") % {"n": one("loan_phones")}
    yield _("講師の人数"), _("%(n)s人") % {"n": one("crew") or "1"}
    if one("note"):
        yield _("そのほか"), one("note")


def _venues(written: Mapping[str, Sequence[str]], since: date) -> Iterator[Line]:
    for number in range(1, 4):

        def one(name: str, start: str = f"v{number}-") -> str:
            return next(iter(written.get(start + name, ())), "").strip()

        if not one("name"):
            continue
        chosen = [int(n) for n in written.get(f"v{number}-weekdays", ()) if n in set("01234567")]
        hours = _hours(chosen, one("opens"), one("closes"), one("more"))
        parts = [one("name"), one("address"), _("使える時間：%(text)s") % {"text": hours}]
        parts += [_("使えない日：%(text)s") % {"text": _days(one("closed"), since)}] if one("closed") else []
        parts += [_("補聴の磁気ループあり")] if one("loop") else []
        yield _("会場（第%(n)s希望）") % {"n": number}, "\n".join(parts)


def _hours(weekdays: list[int], opens: str, closes: str, more: str) -> str:
    chosen = [(day, _clock(opens, time(9)), _clock(closes, time(17))) for day in weekdays]
    try:
        said = say_openings(once([*chosen, *read_openings(more)]))
    except CannotRead:  # as somebody wrote it when it could still be read
        said = dates.listed(filter(None, [say_openings(once(chosen)), more]))
    return said or _("平日 9:00-17:00（祝日・年末年始をのぞく）")


def _clock(text: str, usual: time) -> time:
    """As the form read it, 9:30 and 930 too."""
    return clock_field("").clean(text) or usual


def _days(text: str, since: date) -> str:
    try:
        return say_days(read_days(text, since=since))
    except CannotRead:
        return text


def _day(text: str) -> str:
    """2026-11-24 as 2026年（令和8年）11月24日（火）; anything else as it was written."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return dates.long_date(day)


def _shown(number: str) -> str:
    try:
        return show(read_number(number, samples=True).e164)
    except NumberRefused:
        return number
