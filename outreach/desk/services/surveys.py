"""The classes of a survey's districts, with their teachers, all at once and within their limits."""

from django.db import transaction

from outreach.classes.models import DistrictSurvey
from outreach.classes.surveys import services as surveys
from outreach.desk.services.limits import Consent, allow, newly_over
from outreach.people.models import User


@transaction.atomic
def carry_out_survey(*, survey: DistrictSurvey, publish: bool, by: User, consent: Consent | None = None) -> int:
    """Returns how many. Raises: classes.surveys.services.SurveyError, NeedsReason; nothing has changed then."""
    DistrictSurvey.objects.select_for_update().get(pk=survey.pk)  # or a row could change its teacher after being read
    rows = list(survey.proposed.values_list("teacher_id", "day"))
    with newly_over({teacher for teacher, _day in rows}, {day for _teacher, day in rows}) as found:
        made = surveys.carry_out(survey=survey, publish=publish, by=by)
    proposed = survey.proposed.select_related("session").order_by("day", "half", "pk")
    allow(found, [row.session for row in proposed if row.session], consent)
    return made
