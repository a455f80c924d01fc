"""The register: who teaches and helps, their qualifications and insurance, what ends soon, and a register by file."""

import secrets
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from geo.importing.report import Report, WrongFile
from outreach.classes.uploads.kept import to_report
from outreach.desk.exports.people import register_file
from outreach.desk.forms.people import InsuranceForm, PeopleFilter, QualificationForm, RegisterForm
from outreach.desk.queries.people import AROUND, ending_in, endings, find_people, rows_of
from outreach.desk.queries.waivers import passed_by
from outreach.desk.register import import_register, take_in
from outreach.downloads import FORMATS
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.models import Organisation, Person, RegisterFile
from outreach.people.queries import people_in, scope_of
from outreach.people.rules import Action, Scope
from outreach.people.services import JoiningError, QualificationError, insure, open_account, record_qualification
from outreach.registration.hours import given_in

A_PAGE = 50
MOST_REFUSALS = 500
MOST_PASSED = 20


@allowed(Action.SEE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: ScopedRequest) -> HttpResponse:
    """The register, narrowed; a name is looked for by POST, since it must not stand in an address."""
    today = timezone.localdate()
    form = PeopleFilter(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    q = request.POST.get("q", "").replace("\0", "").strip()[:40]
    found = find_people(request.scope, kind=chosen.get("kind", ""), state=chosen.get("state", ""), q=q, today=today)
    log_access(request.user, "see_people", "people")
    if (kind := request.GET.get("format", "")) in FORMATS:
        return register_file(kind, rows_of(found[:5000], today))
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    may_edit = not scope_of(request.user, Action.EDIT_PEOPLE).empty
    context = {"form": form, "q": q, "page": page, "rows": rows_of(page.object_list, today), "may_edit": may_edit}
    return render(request, "desk/people/list.html", context)


@allowed(Action.SEE_PEOPLE)
@require_safe
def person(request: ScopedRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(people_in(request.scope).select_related(*AROUND), pk=pk)
    log_access(request.user, "see_person", f"person:{pk}")
    return render(request, "desk/people/person.html", _about(request, one, QualificationForm()))


def _about(request: ScopedRequest, one: Person, form: QualificationForm) -> dict[str, Any]:
    today = timezone.localdate()
    editing = people_in(scope_of(request.user, Action.EDIT_PEOPLE)).filter(pk=one.pk)
    return {
        "person": one,
        "today": today,
        "row": rows_of([one], today)[0],
        "qualifications": one.qualifications.select_related("skill").order_by("-valid_from"),
        "insurances": one.insurances.order_by("-fiscal_year")[:3],
        "hours": given_in(one, today),
        "form": form,
        "insurance_form": InsuranceForm(initial={"starts_on": today}),
        "may_edit": editing.exists(),
        "teaches": hasattr(one, "instructor"),
        "passed": passed_by(one, MOST_PASSED),
        "weekly": one.weekly_hours.exists(),
    }


def own_person(request: ScopedRequest, pk: int) -> Person:
    """Someone whom the user may change (law 7)."""
    return get_object_or_404(people_in(request.scope).select_related(*AROUND), pk=pk)


@allowed(Action.EDIT_PEOPLE)
@require_POST
def qualify(request: ScopedRequest, pk: int) -> HttpResponse:
    """Record or renew: a renewal is a new row, so that what was true on a past day stays so."""
    one = own_person(request, pk)
    form = QualificationForm(request.POST)
    if form.is_valid():
        try:
            record_qualification(person=one, qualification=form.save(commit=False))
        except QualificationError as error:
            form.add_error("valid_from", str(error))
        else:
            log_access(request.user, "qualify", f"person:{pk}")
            messages.success(request, _("資格を記録しました。"))
            return redirect("desk:someone", pk)
    return render(request, "desk/people/person.html", _about(request, one, form))


@allowed(Action.EDIT_PEOPLE)
@require_POST
def insured(request: ScopedRequest, pk: int) -> HttpResponse:
    one, form = own_person(request, pk), InsuranceForm(request.POST)
    if form.is_valid():
        insure(person=one, starts_on=form.cleaned_data["starts_on"], by=request.user)
        messages.success(request, _("保険の加入を記録しました。"))
    else:
        messages.error(request, _("今年度か来年度の日を入れてください。"))
    return redirect("desk:someone", pk)


@allowed(Action.EDIT_PEOPLE)
@require_POST
def account(request: ScopedRequest, pk: int) -> HttpResponse:
    """A first password, or a new one for who lost theirs; shown once, on this page only."""
    one = own_person(request, pk)
    if rows_of([one], timezone.localdate())[0].left:
        messages.error(request, _("活動中の講師とサポーターだけが、アカウントを持てます。"))
        return redirect("desk:someone", pk)
    try:
        password = open_account(person=one)
    except JoiningError as error:
        messages.error(request, str(error))
        return redirect("desk:someone", pk)
    one.refresh_from_db()
    log_access(request.user, "open_account", f"person:{pk}")
    return render(request, "desk/people/account.html", {"person": one, "password": password})


@allowed(Action.SEE_PEOPLE)
@require_safe
def ending(request: ScopedRequest) -> HttpResponse:
    """Qualifications that end soon or have ended, with the sessions and visits that they leave bare."""
    today = timezone.localdate()
    log_access(request.user, "see_people", "endings")
    page = Paginator(ending_in(request.scope, today), A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": endings(page.object_list, today)}
    return render(request, "desk/people/ending.html", context)


@allowed(Action.EDIT_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: ScopedRequest) -> HttpResponse:
    """A register by file: looked over first, and written only by the other button, however often that is pressed."""
    mine = organisations_in(request.scope)
    form = RegisterForm(request.POST or None, request.FILES or None, organisations=mine)
    report: Report | None = None
    if form.is_valid():
        try:
            report, done = _register(request, form.cleaned_data)
            if done:
                return redirect(f"{reverse('desk:register')}?done={done.pk}")
        except WrongFile as error:
            form.add_error("file", str(error))
    done = _taken_in(request, mine)
    if done and not form.is_bound:
        report = to_report(done.result)
    context = {
        "form": form,
        "report": report,
        "done": done if not form.is_bound else None,
        "refused": report.refused[:MOST_REFUSALS] if report else [],
        "press": request.POST.get("press") or secrets.token_urlsafe(16),
    }
    return render(request, "desk/people/register.html", context)


def _register(request: ScopedRequest, data: dict[str, Any]) -> tuple[Report | None, RegisterFile | None]:
    """Look it over or, where that is asked for, take it in. Raises: WrongFile."""
    content, whose = data["file"].read(), {"organisation": data["organisation"], "kind": data["kind"]}
    if "sure" in request.POST:
        done = take_in(content, **whose, by=request.user, form=request.POST.get("press", "")[:40])
        log_access(request.user, "import_register", "people")
        return None, done
    report = import_register(content, **whose, dry_run=True)
    log_access(request.user, "look_over_register", "people")
    return report, None


def _taken_in(request: ScopedRequest, mine: QuerySet[Organisation]) -> RegisterFile | None:
    pk = request.GET.get("done", "")
    return RegisterFile.objects.filter(organisation__in=mine, pk=pk).first() if pk.isdecimal() else None


def organisations_in(scope: Scope) -> QuerySet[Organisation]:
    """Those for which one answers."""
    if scope.nation:
        return Organisation.objects.all()
    return Organisation.objects.filter(pk__in=scope.organisations) | Organisation.objects.filter(
        municipality__in=scope.municipalities
    )


def acted(request: HttpRequest, act: Callable[[], Any], done: str, refusals: tuple[type[Exception], ...]) -> bool:
    """Act and say what came of it."""
    try:
        act()
    except refusals as error:
        messages.error(request, str(error))
        return False
    messages.success(request, done)
    return True
