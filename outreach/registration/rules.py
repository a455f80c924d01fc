"""What holds for residents and bookings. Pure: no database, no clock, no settings."""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outreach.classes.models import OPEN
from outreach.classes.rules import JST
from outreach.contact.models import CallStatus, Channel, MessageStatus
from outreach.contact.numbers import NumberKind, kind_of
from outreach.contact.rules import POST, into_hours
from outreach.contact.working_days import add_working_days
from outreach.people.writing import clean_kana as clean_kana
from outreach.people.writing import clean_name as clean_name
from outreach.people.writing import looks_like_my_number as looks_like_my_number
from outreach.registration.models import Booking, BookingStatus, CheckIn


def reminders_due(
    starts_at: datetime, *, day_before_at: time | None, same_day_at: time | None, now: datetime
) -> list[tuple[str, datetime]]:
    """The (kind, due time) of the reminders still to come; one whose time has passed is left out.

    A class that starts before `same_day_at` plus an hour gets no message that morning: it would come too late.
    """
    day = starts_at.astimezone(JST).date()
    wanted = [
        ("reminder_day_before", at(day - timedelta(days=1), day_before_at)),
        ("reminder_same_day", at(day, same_day_at)),
    ]
    latest = starts_at - timedelta(hours=1)
    return [(kind, due) for kind, due in wanted if due and now < due <= latest]


def at(day: date, hour: time | None) -> datetime | None:
    return datetime.combine(day, hour, tzinfo=JST) if hour else None


LAST_POST = time(15)
LETTER_DAYS, ANSWER_DAYS = 2, 2  # working days that a letter takes, and that its reader has
TIME_TO_ANSWER = timedelta(hours=2)  # the least that someone needs to see a message and answer


def offer_deadline(starts_at: datetime, *, way: str, hours: int, shuts: time, now: datetime) -> datetime | None:
    """Until when an offered seat is held, never past 18:00 on the eve; None where that is too near.

    By text `hours` from when it may go out; by a person's call until the office `shuts` on the next working day; by
    letter until then two working days after it arrives, or as for a call where that would be past the eve.
    """
    local = now.astimezone(JST)
    eve = datetime.combine(starts_at.astimezone(JST).date() - timedelta(days=1), time(18), tzinfo=JST)
    if way == Channel.POST:
        days = LETTER_DAYS + ANSWER_DAYS
        posted = local.date() + timedelta(days=local.time() >= LAST_POST)
        by_letter = datetime.combine(add_working_days(posted, days), shuts, tzinfo=JST)
        if by_letter <= eve:
            return by_letter
    told = into_hours(now)
    by_call = datetime.combine(add_working_days(local.date(), 1), shuts, tzinfo=JST)
    deadline = min(told + timedelta(hours=hours) if way == Channel.SMS else by_call, eve)
    return deadline if deadline - told >= TIME_TO_ANSWER else None


def half_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


class Wish(StrEnum):
    """Which messages someone wants."""

    ALL = "all"
    NO_REMINDERS = "no_reminders"
    NONE = "none"


CALLED = {
    CallStatus.REACHED: gettext_lazy("お電話でお伝えしました"),
    CallStatus.LEFT_WORD: gettext_lazy("お電話で、ご家族に伝言しました"),
    CallStatus.REFUSED: gettext_lazy("ご希望により、お電話していません"),
    CallStatus.GAVE_UP: gettext_lazy("お電話しましたが、つながりませんでした"),
    CallStatus.WRONG_NUMBER: gettext_lazy("お電話しましたが、つながりませんでした"),
}
SENT = {
    MessageStatus.SENT: gettext_lazy("SMSをお送りしました"),
    MessageStatus.DELIVERED: gettext_lazy("SMSが届きました"),
    MessageStatus.SENDING: gettext_lazy("SMSをお送りしています"),
    MessageStatus.UNKNOWN: gettext_lazy("SMSが届いたか確かめています"),
    MessageStatus.TO_PRINT: gettext_lazy("郵便でお送りします"),
    MessageStatus.PRINTED: gettext_lazy("郵便でお送りしました"),
    MessageStatus.SHOWN: gettext_lazy("見本のため、実際には送っていません"),
    MessageStatus.REFUSED: gettext_lazy("ご希望により、お送りしていません"),
    MessageStatus.FAILED: gettext_lazy("SMSをお送りできませんでした"),
}


def progress(status: str, called: str) -> str:
    """What became of a message, in the words of the one it is for. `called`: how its call stands, if there is one."""
    if called or status == MessageStatus.CALL:
        return str(CALLED.get(CallStatus(called or CallStatus.WAITING), _("職員がお電話します")))
    return str(SENT.get(MessageStatus(status), _("SMSでお送りします")))


@dataclass(frozen=True)
class Way:
    """Who is told, at which number, and how that number really can be told."""

    name: str
    number: str
    way: str  # sms, call or post
    kind: NumberKind
    late: bool  # post that would come too late


def ways(*, tell: str, contact: str, resident: tuple[str, str], proxy: tuple[str, str], left: timedelta) -> list[Way]:
    """The ways that follow from what was chosen. `resident`, `proxy`: name and number; `left`: until the class."""
    chosen = []
    if tell != Booking.Tell.RESIDENT:
        chosen.append((*proxy, Channel.SMS))
    if tell != Booking.Tell.PROXY:
        chosen.append((*resident, Channel(contact)))
    return [
        Way(name, number, way, kind_of(number), late=way == Channel.POST and left < POST)
        for name, number, way in chosen
    ]


POSTER_OPENS = POSTER_CLOSES = timedelta(minutes=30)


def poster_counts(now: datetime, starts_at: datetime, ends_at: datetime) -> bool:
    """The poster's code counts from half an hour before the class begins until half an hour after it ended."""
    return starts_at - POSTER_OPENS <= now <= ends_at + POSTER_CLOSES


def judge_scan(*, at: datetime, starts_at: datetime, session: str, booking: str) -> CheckIn.Outcome:
    """What a slip scanned at `at` means for a booking; `session` and `booking` are their statuses then.

    Who was marked absent is left to a person: the scan and the mark contradict each other.
    """
    known = {
        BookingStatus.CANCELLED: CheckIn.Outcome.CANCELLED,
        BookingStatus.WAITLISTED: CheckIn.Outcome.NO_SEAT,
        BookingStatus.OFFERED: CheckIn.Outcome.NO_SEAT,
        BookingStatus.ATTENDED: CheckIn.Outcome.ALREADY,
    }
    if booking in known:
        return known[BookingStatus(booking)]
    if session not in OPEN:
        return CheckIn.Outcome.CLOSED
    if at.astimezone(JST).date() != starts_at.astimezone(JST).date():
        return CheckIn.Outcome.OTHER_DAY
    return CheckIn.Outcome.ABSENT if booking == BookingStatus.ABSENT else CheckIn.Outcome.ATTENDED
