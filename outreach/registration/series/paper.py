"""The certificate on paper, always in Japanese. Its code is typed in at a public page: no address names its holder."""

import io
from pathlib import Path
from typing import Any

import segno
from django.conf import settings
from django.utils import timezone

from outreach.classes.codes import show_code
from outreach.paper import REIWA, CannotPrint, set_paper
from outreach.registration.models import Certificate
from outreach.registration.series.queries import Lesson, progress_of

SHEET = Path(__file__).parent / "certificate.typ"


def certificate_paper(certificate: Certificate) -> bytes:
    """The PDF. `certificate`: with enrolment, series, organisation and resident. 3 statements.

    A name that the font cannot print stands in kana. Raises: CannotPrint for any other text.
    """
    facts, resident = _facts(certificate), certificate.enrolment.resident
    try:
        return set_paper(SHEET, {**facts, "name": resident.name or resident.kana})
    except CannotPrint:
        return set_paper(SHEET, {**facts, "name": resident.kana})


def _facts(certificate: Certificate) -> dict[str, Any]:
    address, drawn = f"{settings.PUBLIC_URL}/certificates/", io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=2, scale=4)
    lessons = progress_of([certificate.enrolment])[0].lessons
    day = certificate.issued_on
    return {
        "series": certificate.series_name,
        "organisation": certificate.organisation_name,
        "subsidy": certificate.enrolment.series.subsidy,
        "lessons": [{"position": row.step.position, "name": row.name, "day": _day(row)} for row in lessons],
        "issued": f"{day.year}年（令和{day.year - REIWA}年）{day.month}月{day.day}日",
        "code": show_code(certificate.code),
        "url": address,
        "qr": drawn.getvalue().decode(),
        "sample": certificate.sample,
    }


def _day(lesson: Lesson) -> str:
    if lesson.step.attempt is None:
        return ""
    day = timezone.localtime(lesson.step.attempt.starts_at)
    return f"{day.year}年{day.month}月{day.day}日"
