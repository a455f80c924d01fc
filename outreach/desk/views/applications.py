"""Wishing to help: the public form, and the office's way from an application to a supporter."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outreach.desk.forms.people import InterviewForm, SupporterForm
from outreach.desk.services import supporters as services
from outreach.desk.views.people import acted
from outreach.people.access import ScopedRequest, allowed, log_access, open_to_all, too_many
from outreach.people.models import OPEN_APPLICATIONS, SupporterApplication
from outreach.people.rules import Action, Scope
from outreach.people.services import (
    JoiningError,
    accept,
    confirm_guardian,
    decline,
    plan_interview,
)

A_PAGE = 50
AN_HOUR = 40  # from one address: a class of students applies together


# --- the public side ------------------------------------------------------------------------------------------------
@open_to_all
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """The form. Sent twice, it is one application."""
    form = SupporterForm(request.POST or None)
    if form.is_valid() and too_many(request, "supporter", an_hour=AN_HOUR):
        form.add_error(None, _("続けて送られた数が多すぎます。1時間ほどあけるか、お電話ください。"))
    elif form.is_valid():
        services.apply_to_help(application=form.application(), by_sms=form.cleaned_data["by_sms"])
        return redirect("desk:supporter-applied")
    return render(request, "desk/people/apply.html", {"form": form})


@open_to_all
@require_safe
def applied(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/people/applied.html")


# --- the office -----------------------------------------------------------------------------------------------------
def applications_in(scope: Scope) -> QuerySet[SupporterApplication]:
    """Those to one's own organisations (law 7)."""
    found = SupporterApplication.objects.select_related("organisation", "municipality__prefecture", "person")
    if scope.nation:
        return found
    own = found.filter(organisation__in=scope.organisations)
    return own | found.filter(organisation__municipality__in=scope.municipalities)


@allowed(Action.EDIT_PEOPLE)
@require_safe
def applications(request: ScopedRequest) -> HttpResponse:
    log_access(request.user, "see_applications", "applications")
    found = applications_in(request.scope).filter(status__in=OPEN_APPLICATIONS)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/people/applications.html", {"page": page})


@allowed(Action.EDIT_PEOPLE)
@require_safe
def application(request: ScopedRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(applications_in(request.scope), pk=pk)
    log_access(request.user, "see_application", f"application:{pk}")
    return render(request, "desk/people/application.html", _about(one, InterviewForm()))


def _about(one: SupporterApplication, form: InterviewForm) -> dict[str, Any]:
    events = one.events.select_related("by")
    return {"one": one, "form": form, "events": events, "open": one.status in OPEN_APPLICATIONS}


@allowed(Action.EDIT_PEOPLE)
@require_POST
def decide(request: ScopedRequest, pk: int) -> HttpResponse:
    """One of: interview, guardian, accept, decline, withdrawn."""
    one = get_object_or_404(applications_in(request.scope), pk=pk)
    what = request.POST.get("what", "")
    log_access(request.user, "edit_application", f"application:{pk}")
    if what == "interview":
        return _interview(request, one)
    if what == "accept":
        return _accept(request, one)
    steps = {
        "guardian": (lambda: confirm_guardian(application=one, by=request.user), _("保護者の同意を記録しました。")),
        "decline": (lambda: decline(application=one, by=request.user), _("見送りにしました。")),
        "withdrawn": (lambda: decline(application=one, by=request.user, withdrawn=True), _("辞退を記録しました。")),
    }
    if what in steps:
        acted(request, *steps[what], (JoiningError,))
    return redirect("desk:application", pk)


def _interview(request: ScopedRequest, one: SupporterApplication) -> HttpResponse:
    form = InterviewForm(request.POST)
    if not form.is_valid():
        return render(request, "desk/people/application.html", _about(one, form))
    done = _("面談の日時を記録しました。")
    at = form.moment()
    acted(request, lambda: plan_interview(application=one, at=at, by=request.user), done, (JoiningError,))
    return redirect("desk:application", one.pk)


def _accept(request: ScopedRequest, one: SupporterApplication) -> HttpResponse:
    """The first password stands on the answer itself and nowhere else."""
    try:
        password = accept(application=one, by=request.user)
    except JoiningError as error:
        messages.error(request, str(error))
        return redirect("desk:application", one.pk)
    return render(request, "desk/people/account.html", {"person": one.person, "password": password, "new": True})
