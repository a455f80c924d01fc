"""Applications that come faster than people write them: stopped by address and by number, on pages and the API.

A town hall where thirty people apply in an hour, each twice, shares one address and stays far below. By number, since
each application sends a text to whoever it names, asked or not: also to the one who applies for another.
"""

from collections.abc import Iterable

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from outreach.classes.models import Session
from outreach.contact.numbers import show
from outreach.people.access import DAY, too_many, too_many_for
from outreach.registration.models import Booking
from outreach.registration.services import Application

FROM_ADDRESS = 120  # an hour
FOR_NUMBER = 10  # an hour: a couple, or a family that tries several classes; more come as a group
A_DAY = 30  # for a number


def stopped(request: HttpRequest, session: Session, application: Application) -> str:
    """Count an application; empty, or why it is not taken now and whom to ring instead."""
    by_address = too_many(request, "apply", an_hour=FROM_ADDRESS)
    return stopped_by_number(session, [application]) or (_words(session, _("1時間ほどあけて")) if by_address else "")


def stopped_by_number(session: Session, applications: Iterable[Application]) -> str:
    """The same by telephone number alone, each that they name counted once."""
    numbers = {number for one in applications for number in _named(one)}
    hour = [too_many_for(number, "apply", most=FOR_NUMBER) for number in numbers]
    day = [too_many_for(number, "apply", most=A_DAY, seconds=DAY) for number in numbers]
    if any(day):
        return _words(session, _("1日あけて"))
    return _words(session, _("1時間ほどあけて")) if any(hour) else ""


def _named(one: Application) -> set[str]:
    told = one.proxy_phone if one.tell != Booking.Tell.RESIDENT else ""
    return {number for number in (one.phone, told) if number}


def _words(session: Session, wait: str) -> str:
    line = show(session.organisation.phone or settings.CALLBACK_NUMBER)
    return _(
        "短い時間に申し込みが続いたため、いったん止めています。まだ申し込みは決まっていません。"
        "%(wait)s、もう一度押してください。お電話なら、いまお受けできます：%(number)s"
    ) % {"wait": wait, "number": line}
