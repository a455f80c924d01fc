"""Single applications that come faster than people write them: stopped by address and by number, on pages and the API.

A town hall where thirty people apply in an hour, each twice, shares one address and stays far below.
"""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from outreach.classes.models import Session
from outreach.contact.numbers import show
from outreach.people.access import too_many, too_many_for

FROM_ADDRESS = 120  # an hour
FOR_NUMBER = 10  # an hour: a couple, or a family that tries several classes; more come as a group


def stopped(request: HttpRequest, session: Session, number: str) -> str:
    """Count an application; empty, or why it is not taken now and whom to ring instead. `number`: in E.164."""
    by_address = too_many(request, "apply", an_hour=FROM_ADDRESS)
    if not too_many_for(number, "apply", an_hour=FOR_NUMBER) and not by_address:
        return ""
    line = show(session.organisation.phone or settings.CALLBACK_NUMBER)
    return _(
        "短い時間に申し込みが続いたため、いったん止めています。まだ申し込みは決まっていません。"
        "1時間ほどあけて、もう一度押してください。お電話なら、いまお受けできます：%(number)s"
    ) % {"number": line}
