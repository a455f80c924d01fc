"""The sheet that a district fills in: on paper, or on the web by its number."""

import io
from datetime import date
from pathlib import Path

import segno
from django.conf import settings

from outreach.classes.codes import show_code
from outreach.classes.models import DistrictSurvey
from outreach.contact.numbers import show
from outreach.paper import REIWA, WEEKDAYS, set_paper

SHEET = Path(__file__).parent / "letter.typ"


def letters(survey: DistrictSurvey) -> bytes:
    """One page a district, in the order of their kana. 2 statements. Raises: CannotPrint."""
    day = survey.answer_by
    facts = {
        "town": survey.municipality.name,
        "survey": survey.name,
        "organiser": survey.organisation.name,
        "line": show(survey.organisation.phone or settings.CALLBACK_NUMBER),
        "answer_by": f"{day.year}年（令和{day.year - REIWA}年）{day.month}月{day.day}日（{WEEKDAYS[day.weekday()]}）",
        "period": f"{_day(survey.first_day)}～{_day(survey.last_day)}",
        "classes": survey.classes_each,
        "courses": [course.name for course in survey.courses.all()],
        "weekdays": list(WEEKDAYS),
        "sample": survey.sample,
        "letters": [
            {
                "district": answer.district.name,
                "hall": answer.hall.name,
                "code": show_code(answer.code),
                **_web(answer.code),
            }
            for answer in survey.answers.select_related("district", "hall")
        ],
    }
    return set_paper(SHEET, facts)


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _web(code: str) -> dict[str, str]:
    address, drawn = f"{settings.PUBLIC_URL}/surveys/{code}/", io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=2, scale=4)
    return {"url": address, "qr": drawn.getvalue().decode()}
