"""What stands on each sheet, and typst setting it: A4, black on white, the same bytes for the same facts (law 9)."""

import io
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import matplotlib_fontja  # type: ignore[import-untyped]
import segno
import typst
from django.conf import settings

from outreach.classes.codes import show_code
from outreach.classes.flyers.outline import outline_of
from outreach.classes.models import Course, Session
from outreach.classes.rules import JST
from outreach.contact.numbers import show

HERE = Path(__file__).parent / "sheets"
FONTS = Path(matplotlib_fontja.__file__).parent / "fonts"  # IPAexGothic: also 𠮷 髙 﨑 彅, on a server without fonts
WEEKDAYS = "月火水木金土日"
REIWA = 2018  # 令和 counts from the year after
VARIANTS = str.maketrans({"𠮷": "吉"})  # the font lacks the first; on a notice board the second is the same place
MISSING = re.compile(r'the text `"(.+?)"` could not be displayed')


class CannotPrint(Exception):
    """A text holds a character that the font does not have. `str()` is that character: a box would be no flyer."""


def class_flyer(session: Session) -> bytes:
    """One class on one page, with a form to tear off. `session`: with course, venue, town and organisation."""
    return _set("class.typ", {**_about(session), "map": outline_of(session.venue)})


def application_form(session: Session) -> bytes:
    """A blank form for the counter, FAX and post, that names its class."""
    return _set("form.typ", _about(session))


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
    return _set("list.typ", page)


def _set(sheet: str, facts: dict[str, Any]) -> bytes:
    """Tagged PDF, which readers for the blind follow (PDF/UA-1); it refuses what has no glyph. Raises: CannotPrint."""
    words = json.dumps(facts, ensure_ascii=False).translate(VARIANTS)
    try:
        pdf: bytes = typst.compile(
            str(HERE / sheet),
            root=str(HERE),
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            sys_inputs={"facts": words},
            pdf_standards=["ua-1"],
            timestamp=0,
        )
    except typst.TypstError as error:
        if missing := MISSING.search(str(error)):
            raise CannotPrint(missing[1]) from None
        raise
    return pdf


def _about(session: Session) -> dict[str, Any]:
    start, end = session.starts_at.astimezone(JST), session.ends_at.astimezone(JST)
    town, venue, organiser = session.municipality, session.venue, session.organisation
    return {
        "town": f"{town.prefecture.name}{town.name}",
        "course": session.course.name,
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
    address, drawn = f"{settings.PUBLIC_URL}{path}", io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=4, scale=4)
    return {"url": address, "qr": drawn.getvalue().decode()}


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


def _bring(course: Course) -> str:
    """As on the web: `templates/classes/bring.html`."""
    if course.bring:
        return course.bring
    bare_hands = course.audience == Course.Audience.NO_PHONE
    return "ありません。手ぶらでお越しください。" if bare_hands else "ふだんお使いのスマホか携帯電話"
