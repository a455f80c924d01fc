"""The poster at the hall's door: its code leads a resident's own phone to the check-in of that class, and to no one."""

from pathlib import Path

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from outreach.classes.codes import show_code
from outreach.classes.flyers.sheets import qr_svg
from outreach.classes.models import Session
from outreach.classes.rules import JST
from outreach.contact.numbers import show
from outreach.paper import REIWA, WEEKDAYS, set_paper
from outreach.registration.rules import POSTER_CLOSES, POSTER_OPENS

SHEET = Path(__file__).parent / "sheets" / "poster.typ"
LETTERS = 12  # 48 bits: nobody guesses the address of a class that they don't stand before


def token_of(session: Session) -> str:
    """What the poster's address holds besides the class's code. Made from the key of the house: nothing is stored."""
    return salted_hmac("registration.poster", str(session.pk)).hexdigest()[:LETTERS]


def opens(session: Session, token: str) -> bool:
    return constant_time_compare(token_of(session), token)


def poster_pdf(session: Session, path: str) -> bytes:
    """One A4 sheet. `path` is the address of the check-in. Raises: outreach.paper.CannotPrint."""
    start, end = session.starts_at.astimezone(JST), session.ends_at.astimezone(JST)
    facts = {
        "course": session.course.name,
        "venue": session.venue.name,
        "year": f"{start.year}年（令和{start.year - REIWA}年）",
        "day": f"{start.month}月{start.day}日（{WEEKDAYS[start.weekday()]}）",
        "time": f"{start:%H:%M}～{end:%H:%M}",
        "opens": f"{start - POSTER_OPENS:%H:%M}",
        "closes": f"{end + POSTER_CLOSES:%H:%M}",
        "code": show_code(session.code),
        "line": show(session.organisation.phone or settings.CALLBACK_NUMBER),
        "qr": qr_svg(f"{settings.PUBLIC_URL}{path}"),
        "sample": session.sample,
    }
    return set_paper(SHEET, facts)
