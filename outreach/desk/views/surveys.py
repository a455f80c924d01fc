"""Making the classes of a survey: it staffs them, so it asks what their teachers may do."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from outreach.classes.surveys.queries import surveys_in
from outreach.classes.surveys.services import SurveyError
from outreach.desk import services
from outreach.desk.views.common import asking
from outreach.people.access import ScopedRequest, allowed
from outreach.people.rules import Action


@allowed(Action.EDIT_SESSIONS)
@require_POST
def carry_out(request: ScopedRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(surveys_in(request.scope), pk=pk)
    publish, why = request.POST.get("publish") == "1", asking(request)
    try:
        made = services.carry_out_survey(survey=one, publish=publish, by=request.user, consent=why.consent)
    except services.NeedsReason as passed:
        context = {"survey": one, "publish": publish, "passed": passed, "limits": why.form}
        return render(request, "desk/survey_limits.html", context)
    except SurveyError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(n)s回を作りました。") % {"n": made})
    return redirect("classes:survey", pk)
