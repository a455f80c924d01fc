"""The pages where a carrier's coordinator sends in a monthly plan, looks over what it would do, and confirms."""

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_q.tasks import async_task

from geo.importing.report import Report, WrongFile
from outreach.classes.models import Upload
from outreach.classes.services import SessionError
from outreach.classes.uploads.applying import carry_out, preview
from outreach.classes.uploads.carrying import to_report
from outreach.classes.uploads.forms import UploadForm
from outreach.classes.uploads.plan_rows import HEADINGS
from outreach.people.access import ScopedRequest, allowed
from outreach.people.models import Organisation
from outreach.people.rules import Action, Scope

RECENT = 20
EXAMPLE = ("2026-04-001", "見本店", "北海道函館市本通1丁目7-24", "", "", "power", "2027-04-10", "13:30", "8", "")
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
        made = keep(request, form, Upload.Kind.PLAN, preview)
        if made:
            return redirect("classes:upload", made.pk)
    sent = Upload.objects.filter(organisation__in=mine, kind=Upload.Kind.PLAN)
    recent = sent.select_related("organisation").defer("content", "report")[:RECENT]
    context = {"form": form, "rows": recent, "keep_days": settings.UPLOAD_KEEP_DAYS}
    return render(request, "classes/staff_uploads.html", context)


def keep(request: ScopedRequest, form: UploadForm, kind: str, look: Callable[[Upload], Report]) -> Upload | None:
    """Keep the file if it can be read at all; else say on the form why not."""
    file = form.cleaned_data["file"]
    one = Upload(
        organisation=form.cleaned_data["organisation"],
        kind=kind,
        name=file.name[:100],
        content=file.read(),
        made_by=request.user,
    )
    try:
        look(one)
    except WrongFile as error:
        form.add_error("file", str(error))
        return None
    one.save()
    return one


@allowed(Action.EDIT_SESSIONS)
@require_http_methods(["GET", "POST"])
def upload(request: ScopedRequest, pk: int) -> HttpResponse:
    """What the file would do; sent back, it is begun, and a small one done. Afterwards, what came of it."""
    one = upload_or_404(request, pk, Upload.Kind.PLAN)
    if request.method == "POST":
        try:
            finished = carry_out(upload=one, by=request.user)
        except SessionError as error:
            messages.error(request, str(error))
            return redirect("classes:upload", pk)
        if finished:
            messages.success(request, _("月間計画を取り込みました。"))
        else:
            async_task("outreach.classes.jobs.carry_out", pk)
        return redirect("classes:upload", pk)
    report = to_report(one.report) if one.report else preview(one)
    return render(request, "classes/staff_upload.html", about(one, report))


def upload_or_404(request: ScopedRequest, pk: int, kind: str) -> Upload:
    mine = organisations_in(request.scope)
    found = Upload.objects.select_related("organisation").filter(organisation__in=mine, kind=kind)
    return get_object_or_404(found, pk=pk)


def about(one: Upload, report: Report) -> dict[str, Any]:
    """What the page of a file shows of it."""
    return {
        "upload": one,
        "report": report,
        "refused": report.refused[:MOST_REFUSALS],
        "more": max(0, len(report.refused) - MOST_REFUSALS),
        "something": report.added or report.changed or report.removed,
    }


@allowed(Action.EDIT_SESSIONS)
@require_safe
def plan_template(request: ScopedRequest) -> HttpResponse:
    """An empty plan with one row that shows how, to fill in with Excel."""
    return csv_file("monthly-plan.csv", [HEADINGS[name][0] for name in HEADINGS], EXAMPLE)


def csv_file(name: str, head: Sequence[str], row: Sequence[str]) -> HttpResponse:
    """UTF-8 with a byte order mark, without which Excel reads Japanese as noise."""
    out = io.StringIO()
    csv.writer(out).writerows([head, row])
    answer = HttpResponse(out.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
