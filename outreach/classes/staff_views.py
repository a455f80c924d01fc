"""The pages where a carrier's coordinator sends in a monthly plan, looks over what it would do, and confirms."""

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_q.tasks import async_task

from geo.importing.report import Report, WrongFile
from outreach.classes.models import Upload
from outreach.classes.services import SessionError
from outreach.classes.uploads.applying import carry_out, preview
from outreach.classes.uploads.carrying import Slice, withdraw
from outreach.classes.uploads.forms import UploadForm
from outreach.classes.uploads.kept import organisations_in, to_report, uploads_in
from outreach.classes.uploads.plan_rows import HEADINGS
from outreach.people.access import ScopedRequest, allowed
from outreach.people.models import User
from outreach.people.rules import Action

RECENT = 20
EXAMPLE = ("2026-04-001", "見本店", "北海道函館市本通1丁目7-24", "", "", "power", "2027-04-10", "13:30", "8", "")
MOST_REFUSALS = 1000


@allowed(Action.EDIT_SESSIONS)
@require_http_methods(["GET", "POST"])
def uploads(request: ScopedRequest) -> HttpResponse:
    mine = organisations_in(request.scope)
    form = UploadForm(request.POST or None, request.FILES or None, organisations=mine)
    if request.method == "POST" and form.is_valid():
        made = keep(request, form, Upload.Kind.PLAN, preview)
        if made:
            return redirect("classes:upload", made.pk)
    sent = uploads_in(request.scope).filter(kind=Upload.Kind.PLAN)
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
            act(request, one, carry_out, job="outreach.classes.jobs.carry_out", done=_("月間計画を取り込みました。"))
        except SessionError as error:
            messages.error(request, str(error))
        return redirect("classes:upload", pk)
    return render(request, "classes/staff_upload.html", about(one, preview))


class CarryOut(Protocol):
    def __call__(self, *, upload: Upload, by: User) -> Slice: ...


def act(request: ScopedRequest, one: Upload, carry_out: CarryOut, *, job: str, done: str) -> None:
    """Withdraw it, or carry it out; pressed again, it says what it said before. Raises: SessionError."""
    if request.POST.get("act") == "withdraw":
        withdraw(upload=one)
        messages.success(request, _("ファイルを取り下げました。"))
        return
    ended = carry_out(upload=one, by=request.user)
    if ended is Slice.DONE:
        messages.success(request, done)
    elif ended is Slice.GOES_ON:
        async_task(job, one.pk)


def upload_or_404(request: ScopedRequest, pk: int, kind: str) -> Upload:
    return get_object_or_404(uploads_in(request.scope).select_related("organisation"), pk=pk, kind=kind)


def about(one: Upload, look: Callable[[Upload], Report]) -> dict[str, Any]:
    """What the page of a file shows of it: what came of it or, before it is confirmed, what would."""
    report = to_report(one.report) if one.report else None if one.confirmed_at or one.withdrawn_at else look(one)
    refused = report.refused if report else []
    return {
        "upload": one,
        "report": report,
        "refused": refused[:MOST_REFUSALS],
        "more": max(0, len(refused) - MOST_REFUSALS),
        "something": report and (report.added or report.changed or report.removed),
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
