"""Qualifications: recorded as issued, renewed by a new row, never stretched."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from outreach.people.models import Person, Qualification


class QualificationError(Exception):
    """The qualification cannot be kept so. `str()` is for staff to read."""


@transaction.atomic
def record_qualification(*, person: Person, qualification: Qualification) -> Qualification:
    """Keep what was issued. Raises: QualificationError where one of that skill begins on the same day."""
    qualification.person = person
    try:
        with transaction.atomic():
            qualification.save(force_insert=True)
    except IntegrityError as error:
        raise QualificationError(_("同じ技能で、同じ日に始まる資格がもうあります。")) from error
    return qualification


def warning_stage(valid_to: date | None, today: date) -> int | None:
    """60 or 14 where the end is that near, in days; None where it is far, unlimited or over. Pure."""
    if valid_to is None or not 0 <= (valid_to - today).days <= WARNED_DAYS[0]:
        return None
    return min(days for days in WARNED_DAYS if (valid_to - today).days <= days)


WARNED_DAYS = (60, 14)
