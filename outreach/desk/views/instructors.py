"""Those who teach, as the office keeps them: entered one by one, kept up, and leaving."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from outreach.desk import services
from outreach.desk.forms.people import PersonForm
from outreach.desk.queries.people import AROUND
from outreach.desk.views.people import organisations_in
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.models import Organisation, Person
from outreach.people.queries import people_in
from outreach.people.rules import Action
from outreach.people.services import JoiningError


@allowed(Action.EDIT_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: ScopedRequest) -> HttpResponse:
    form = PersonForm(request.POST or None, organisations=organisations_in(request.scope))
    if form.is_valid():
        try:
            one = services.add_instructor(organisation=form.cleaned_data["organisation"], fields=form.values())
        except JoiningError as error:
            form.add_error(None, str(error))
        else:
            log_access(request.user, "add_person", f"person:{one.pk}")
            messages.success(request, _("講師を登録しました。つづけて、資格と来られる時間を登録してください。"))
            return redirect("desk:someone", one.pk)
    return render(request, "desk/people/instructor.html", {"form": form, "person": None})


def teacher_or_404(request: ScopedRequest, pk: int) -> Person:
    """Someone who teaches, whom the user may change (law 7)."""
    return get_object_or_404(people_in(request.scope).filter(instructor__isnull=False).select_related(*AROUND), pk=pk)


@allowed(Action.EDIT_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: ScopedRequest, pk: int) -> HttpResponse:
    """What is planned stays as it is; the next plan begins at the new door."""
    one = teacher_or_404(request, pk)
    form = PersonForm(request.POST or None, organisations=Organisation.objects.none(), known=one)
    if form.is_valid():
        Person.objects.filter(pk=pk).update(**form.values())
        log_access(request.user, "edit_person", f"person:{pk}")
        messages.success(request, _("直しました。次に作る計画から使います。"))
        return redirect("desk:someone", pk)
    return render(request, "desk/people/instructor.html", {"form": form, "person": one})


@allowed(Action.EDIT_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def retire(request: ScopedRequest, pk: int) -> HttpResponse:
    """Asks once more, with what would be given back; of who has left, whether they teach again."""
    one, now = teacher_or_404(request, pk), timezone.now()
    active = one.instructor.active
    if request.method != "POST":
        return render(request, "desk/people/retire.html", {"person": one, "coming": services.coming(one, now)})
    log_access(request.user, "retire" if active else "take_up_again", f"person:{pk}")
    if "again" in request.POST:
        services.take_up_again(person=one)
        messages.success(request, _("講師に戻しました。"))
    else:
        freed = services.retire(person=one, by=request.user, now=now)
        messages.success(request, _("講師をやめた人として記録しました。外れた予定は%(n)s件です。") % {"n": freed})
    return redirect("desk:someone", pk)
