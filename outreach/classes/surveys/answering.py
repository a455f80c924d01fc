"""A district answers on the web, by the number in its letter. The number names a district, never a person."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from outreach.classes.models import DistrictAnswer, SurveyStatus
from outreach.classes.surveys import services
from outreach.classes.surveys.forms import AnswerCodeForm, AnswerForm
from outreach.people.access import client_address, open_to_all
from outreach.people.tries import Guard, TooManyTries


@open_to_all
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    form = AnswerCodeForm(request.POST if request.method == "POST" else None)
    guard = Guard(address=client_address(request), reference=request.POST.get("code", "")[:40])
    try:
        if form.is_bound:
            guard.check()
    except TooManyTries as error:
        messages.error(request, str(error))
        return redirect("classes:survey-enter")
    if form.is_valid():
        return redirect("classes:survey-answer", form.cleaned_data["code"])
    if form.is_bound:
        guard.failed()
    return render(request, "classes/survey_enter.html", {"form": form})


@open_to_all
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, code: str) -> HttpResponse:
    """The form, with what was answered before; until the dates are being settled it may be changed."""
    try:
        one = _found(request, code)
    except TooManyTries as error:
        messages.error(request, str(error))
        return redirect("classes:survey-enter")
    form = AnswerForm(request.POST or None, answer=one, initial=AnswerForm.known(one))
    is_open = one.survey.status == SurveyStatus.OPEN
    if is_open and form.is_valid():
        try:
            services.note_answer(answer=one, channel=DistrictAnswer.Channel.WEB, **form.wanted())
        except services.SurveyError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("回答を受け付けました。ありがとうございました。"))
        return redirect("classes:survey-answer", code)
    return render(request, "classes/survey_answer.html", {"answer": one, "form": form, "open": is_open})


def _found(request: HttpRequest, code: str) -> DistrictAnswer:
    """By its number, whose guessing is stopped here as on the page that asks for it. Raises: Http404, TooManyTries."""
    guard = Guard(address=client_address(request), reference=code[:40])
    guard.check()
    around = ("survey__municipality__prefecture", "survey__organisation", "district", "hall")
    one = DistrictAnswer.objects.select_related(*around).filter(code=code).first()
    if one is None:
        guard.failed()
        raise Http404
    return one
