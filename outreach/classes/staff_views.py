"""The pages where a carrier's coordinator sends in a monthly plan, looks over what it would do, and confirms."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from geo.importing.report import Report, WrongFile
from outreach.classes.models import Upload
from outreach.classes.services import SessionError
from outreach.classes.uploads.applying import carry_out, preview
from outreach.classes.uploads.forms import UploadForm
from outreach.people.access import ScopedRequest, allowed
from outreach.people.models import Organisation
from outreach.people.rules import Action, Scope

RECENT = 20
MOST_REFUSALS = 1000


def organisations_in(scope: Scope) -> QuerySet[Organisation]:
    """For whom a plan may be sent in: one's own organisations; the nation's office for any carrier."""
    if scope.nation:
        return Organisation.objects.filter(kind=Organisation.Kind.CARRIER)
    return Organisation.objects.filter(pk__in=scope.organisations)


@allowed(Action.EDIT_SESSIONS)
@require_http_methods(["GET", "POST"])
def uploads(request: ScopedRequest) -> HttpResponse:
    mine = organisations_in(request.scope)
    form = UploadForm(request.POST or None, request.FILES or None, organisations=mine)
    if request.method == "POST" and form.is_valid():
        made = _keep(request, form)
        if made:
            return redirect("classes:upload", made.pk)
    recent = Upload.objects.filter(organisation__in=mine).select_related("organisation").defer("content")[:RECENT]
    return render(request, "classes/staff_uploads.html", {"form": form, "rows": recent})


def _keep(request: ScopedRequest, form: UploadForm) -> Upload | None:
    """Keep the file if it is a plan at all; else say on the form why not."""
    file = form.cleaned_data["file"]
    one = Upload(
        organisation=form.cleaned_data["organisation"],
        name=file.name[:100],
        content=file.read(),
        made_by=request.user,
    )
    try:
        preview(one)
    except WrongFile as error:
        form.add_error("file", str(error))
        return None
    one.save()
    return one


@allowed(Action.EDIT_SESSIONS)
@require_http_methods(["GET", "POST"])
def upload(request: ScopedRequest, pk: int) -> HttpResponse:
    """What the file would do; sent back, it is done."""
    mine = organisations_in(request.scope)
    one = get_object_or_404(Upload.objects.select_related("organisation").filter(organisation__in=mine), pk=pk)
    report: Report | None = None
    if request.method == "POST":
        try:
            report = carry_out(upload=one, by=request.user)
        except SessionError as error:
            messages.error(request, str(error))
            return redirect("classes:upload", pk)
        messages.success(request, _("月間計画を取り込みました。"))
        one.refresh_from_db(fields=["done_at"])
    report = report or preview(one)
    context = {
        "upload": one,
        "report": report,
        "refused": report.refused[:MOST_REFUSALS],
        "more": max(0, len(report.refused) - MOST_REFUSALS),
        "something": report.added or report.changed or report.removed,
    }
    return render(request, "classes/staff_upload.html", context)
