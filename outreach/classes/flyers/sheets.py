"""What stands on each sheet: A4, black on white."""

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import segno
from django.conf import settings
from django.utils import translation

from outreach.classes.codes import show_code
from outreach.classes.flyers.outline import outline_of
from outreach.classes.models import Course, Entry, Session, SessionKind
from outreach.classes.rules import JST
from outreach.contact.numbers import show
from outreach.paper import REIWA, WEEKDAYS, set_paper

HERE = Path(__file__).parent / "sheets"


def class_flyer(session: Session) -> bytes:
    """One class on one page, with a form to tear off. `session`: with course, venue, town and organisation."""
    return set_paper(HERE / "class.typ", {**_about(session), "map": outline_of(session.venue)})


def application_form(session: Session) -> bytes:
    """A blank form for the counter, FAX and post, that names its class."""
    return set_paper(HERE / "form.typ", _about(session))


def list_flyer(sessions: Iterable[Session], *, heading: str, path: str) -> bytes:
    """Several classes of one town or series, soonest first; `path` is where the web lists them."""
    rows = [_about(session) for session in sessions]
    page = {
        "heading": heading,
        "rows": rows,
        "line": show(settings.CALLBACK_NUMBER),
        "organisers": list(dict.fromkeys(row["organiser"] for row in rows)),
        "sample": any(row["sample"] for row in rows),
        **_web(path),
    }
    return set_paper(HERE / "list.typ", page)


def _about(session: Session) -> dict[str, Any]:
    start, end = session.starts_at.astimezone(JST), session.ends_at.astimezone(JST)
    town, venue, organiser = session.municipality, session.venue, session.organisation
    return {
        "town": f"{town.prefecture.name}{town.name}",
        "course": session.course.name + ("（相談会）" if session.kind == SessionKind.CONSULTATION else ""),
        "audience": _audience(session.course),
        "drop_in": session.entry == Entry.DROP_IN,
        "learn": session.course.description,
        "year": f"{start.year}年（令和{start.year - REIWA}年）",
        "day": f"{start.month}月{start.day}日",
        "weekday": WEEKDAYS[start.weekday()],
        "time": f"{_clock(start.hour, start.minute)}～{_clock(end.hour, end.minute)}",
        "venue": venue.name,
        "address": f"{town.name}{venue.address.removeprefix(town.name)}",
        "access": venue.access,
        "comforts": _comforts(session),
        "capacity": session.capacity,
        "bring": _bring(session.course),
        "note": session.note,
        "organiser": organiser.name,
        "organiser_phone": show(organiser.phone) if organiser.phone else "",
        "code": show_code(session.code),
        "line": show(settings.CALLBACK_NUMBER),
        "sample": session.sample,
        **_web(f"/classes/{session.code}/"),
    }


def _web(path: str) -> dict[str, str]:
    """An address, and its QR code as SVG."""
    address = f"{settings.PUBLIC_URL}{path}"
    return {"url": address, "qr": qr_svg(address)}


def qr_svg(text: str) -> str:
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="svg", border=4, scale=4)
    return drawn.getvalue().decode()


def _clock(hour: int, minute: int) -> str:
    half, hour = ("午前", hour) if hour < 12 else ("午後", hour - 12)
    return f"{half}{hour}時{f'{minute}分' if minute else ''}"


def _comforts(session: Session) -> str:
    venue = session.venue
    known = [
        (venue.parking, "駐車場あり"),
        (venue.step_free, "段差なし"),
        (venue.induction_loop, "補聴器用の磁気ループあり"),
        (venue.heating, "冷暖房あり"),
    ]
    return "・".join(words for there, words in known if there)


def _audience(course: Course) -> str:
    with translation.override("ja"):  # the paper is always Japanese, whatever the office reads
        return str(course.get_audience_display())


def _bring(course: Course) -> str:
    """As on the web: `templates/classes/bring.html`."""
    if course.bring:
        return course.bring
    bare_hands = course.audience == Course.Audience.NO_PHONE
    return "ありません。手ぶらでお越しください。" if bare_hands else "ふだんお使いのスマホか携帯電話"
