"""Applications that come faster than people write them: stopped by address and by number, on pages and the API.

A town hall where thirty people apply in an hour, each twice, shares one address and stays far below. By number, since
each application sends a text to whoever it names, asked or not: also to the one who applies for another. A number is
counted by the address first, so that whoever writes false applications for it soon stops none but themselves: what was
stopped so doesn't count towards the number's day. The office's telephone takes everyone at any time.
"""

from collections.abc import Iterable

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from outreach.classes.models import Session
from outreach.contact.numbers import show
from outreach.people.access import DAY, client_address, too_many, too_many_for
from outreach.registration.models import Booking
from outreach.registration.services import Application

FROM_ADDRESS = 120  # an hour
FOR_NUMBER = 10  # an hour from an address: a couple, or a family that tries several classes; more come as a group
FROM_HERE_A_DAY = 15  # for a number, from an address
A_DAY = 40  # for a number, from all addresses: what its holder must bear at most


def stopped(request: HttpRequest, session: Session, application: Application) -> str:
    """Count an application; empty, or why it is not taken now and whom to ring instead."""
    by_address = too_many(request, "apply", an_hour=FROM_ADDRESS)
    if by_address:
        return _words(session, _("1時間ほどあけて"))
    return stopped_by_number(request, session, [application])


def stopped_by_number(request: HttpRequest, session: Session, applications: Iterable[Application]) -> str:
    """The same by telephone number, each that they name counted once: from this address, then from all."""
    numbers = {number for one in applications for number in _named(one)}
    here = {f"{number} {client_address(request)}" for number in numbers}
    if any(too_many_for(one, "apply", most=FOR_NUMBER) for one in here):
        return _words(session, _("1時間ほどあけて"))
    if any(too_many_for(one, "apply", most=FROM_HERE_A_DAY, seconds=DAY) for one in here):
        return _words(session, _("1日あけて"))
    in_all = [too_many_for(number, "apply", most=A_DAY, seconds=DAY) for number in numbers]
    return _words(session, _("1日あけて")) if any(in_all) else ""


def _named(one: Application) -> set[str]:
    told = one.proxy_phone if one.tell != Booking.Tell.RESIDENT else ""
    return {number for number in (one.phone, told) if number}


def _words(session: Session, wait: str) -> str:
    line = show(session.organisation.phone or settings.CALLBACK_NUMBER)
    return _(
        "短い時間に申し込みが続いたため、いったん止めています。まだ申し込みは決まっていません。"
        "%(wait)s、もう一度押してください。お電話なら、いまお受けできます：%(number)s"
    ) % {"wait": wait, "number": line}
