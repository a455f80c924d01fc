"""The office's pages of a survey: districts, letters, answers on paper, dates, and the sessions made of them."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from geo.models import Municipality
from outreach.classes.models import District, DistrictAnswer, DistrictSurvey, SurveyStatus
from outreach.classes.surveys import services
from outreach.classes.surveys.forms import AnswerForm, DistrictForm, RowForm, SurveyForm, town_districts
from outreach.classes.surveys.letters import letters
from outreach.classes.surveys.queries import blocked_of, rows_of, survey_rows, surveys_in
from outreach.classes.surveys.services import SurveyError
from outreach.paper import CannotPrint
from outreach.people.access import ScopedRequest, allowed
from outreach.people.models import Organisation
from outreach.people.rules import Action, Scope


def _town(request: ScopedRequest) -> Municipality:
    """`?municipality=35202`, or the only one of the user.

    An organisation's people reach the towns where it sits, or has held a class: districts are a town's own.
    """
    mine = request.scope.municipalities
    code = request.GET.get("municipality") or (next(iter(mine)) if len(mine) == 1 else "")
    town = get_object_or_404(Municipality.objects.of_today().select_related("prefecture"), pk=code)
    if not (request.scope.nation or town.code in mine or _works_in(request.scope, town)):
        raise PermissionDenied(_("この市区町村の地区は、あつかえません。"))
    return town


def _works_in(scope: Scope, town: Municipality) -> bool:
    own = Organisation.objects.filter(pk__in=scope.organisations)
    return own.filter(municipality=town).exists() or town.sessions.filter(organisation__in=own).exists()


def _survey(request: ScopedRequest, pk: int) -> DistrictSurvey:
    return get_object_or_404(surveys_in(request.scope), pk=pk)


@allowed(Action.EDIT_SESSIONS)
@require_safe
def surveys(request: ScopedRequest) -> HttpResponse:
    return render(request, "classes/surveys.html", {"rows": survey_rows(request.scope)})


@allowed(Action.EDIT_SESSIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def districts(request: ScopedRequest) -> HttpResponse:
    """A town's districts, added by pasting a table; a name that is known already gets its new hall."""
    town = _town(request)
    form = DistrictForm(request.POST or None, town=town)
    if form.is_valid():
        for name, kana, hall in form.cleaned_data["lines"]:
            District.objects.update_or_create(municipality=town, name=name, defaults={"kana": kana, "hall": hall})
        messages.success(request, _("%(n)s地区を登録しました。") % {"n": len(form.cleaned_data["lines"])})
        return redirect(f"{request.path}?municipality={town.code}")
    return render(request, "classes/districts.html", {"town": town, "form": form, "rows": town_districts(town)})


@allowed(Action.EDIT_SESSIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def survey_new(request: ScopedRequest) -> HttpResponse:
    town = _town(request)
    asked = list(town_districts(town))
    form = SurveyForm(request.POST or None, town=town, scope=request.scope)
    if asked and form.is_valid():
        data = dict(form.cleaned_data)
        courses, teachers = data.pop("courses"), data.pop("teachers")
        made = services.make_survey(
            districts=asked, courses=courses, teachers=teachers, municipality=town, made_by=request.user, **data
        )
        messages.success(request, _("アンケートを作りました。用紙を印刷して、各地区に送ってください。"))
        return redirect("classes:survey", made.pk)
    return render(request, "classes/survey_new.html", {"town": town, "form": form, "asked": asked})


@allowed(Action.EDIT_SESSIONS)
@require_safe
def survey(request: ScopedRequest, pk: int) -> HttpResponse:
    one = _survey(request, pk)
    rows = rows_of(one)
    context = {
        "survey": one,
        "rows": rows,
        "came": sum(row.answer.answered_at is not None for row in rows),
        "numbers": range(1, one.classes_each + 1),
        "blocked": blocked_of(one),
        "hard": sum(any(hard for _words, hard in faults) for row in rows for _n, _row, faults in row.classes),
        "proposed": one.status == SurveyStatus.PROPOSED,
    }
    return render(request, "classes/survey.html", context)


@allowed(Action.EDIT_SESSIONS)
@require_safe
def survey_letters(request: ScopedRequest, pk: int) -> HttpResponse:
    """A sheet for each district: what is asked, its number and QR code, and boxes to tick and send back."""
    one = _survey(request, pk)
    try:
        answer = HttpResponse(letters(one), content_type="application/pdf")
    except CannotPrint as error:
        messages.error(request, _("「%(character)s」の字が印刷できません。") % {"character": error})
        return redirect("classes:survey", pk)
    answer["Content-Disposition"] = f'inline; filename="survey-{pk}.pdf"'
    return answer


@allowed(Action.EDIT_SESSIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def survey_paper(request: ScopedRequest, pk: int, answer: int) -> HttpResponse:
    """Enter what came back on paper."""
    one = _survey(request, pk)
    filled = get_object_or_404(one.answers.select_related("district", "survey"), pk=answer)
    form = AnswerForm(request.POST or None, answer=filled, initial=AnswerForm.known(filled))
    if form.is_valid():
        paper = DistrictAnswer.Channel.PAPER
        try:
            services.note_answer(answer=filled, channel=paper, by=request.user, **form.wanted())
        except SurveyError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("%(district)sの回答を入れました。") % {"district": filled.district})
        return redirect("classes:survey", pk)
    return render(request, "classes/survey_paper.html", {"survey": one, "answer": filled, "form": form})


@allowed(Action.EDIT_SESSIONS)
@require_POST
def survey_act(request: ScopedRequest, pk: int) -> HttpResponse:
    """Propose dates or take answers again, as the button says."""
    one, act = _survey(request, pk), request.POST.get("act")
    try:
        if act == "propose":
            services.propose_dates(survey=one, by=request.user)
            messages.success(request, _("日程の案を作りました。確かめて、必要なら直してください。"))
        elif act == "reopen":
            services.reopen_survey(survey=one, by=request.user)
            messages.success(request, _("回答の受け付けに戻しました。"))
    except SurveyError as error:
        messages.error(request, str(error))
    return redirect("classes:survey", pk)


@allowed(Action.EDIT_SESSIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def survey_row(request: ScopedRequest, pk: int, district: int, number: int) -> HttpResponse:
    """Change one class of the proposal."""
    one = _survey(request, pk)
    answer = get_object_or_404(one.answers.select_related("district"), district=district)
    row = one.proposed.filter(district=district, number=number).first()
    form = RowForm(request.POST or None, survey=one, initial=RowForm.known(row))
    if form.is_valid():
        try:
            services.change_row(survey=one, district=answer.district, number=number, **form.cleaned_data)
        except SurveyError as error:
            messages.error(request, str(error))
        return redirect("classes:survey", pk)
    context = {"survey": one, "answer": answer, "number": number, "form": form}
    return render(request, "classes/survey_row.html", context)
