"""The pages where a carrier's coordinator sends in results by slot number, looks them over, and confirms."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from outreach.classes.models import Upload
from outreach.classes.services import SessionError
from outreach.classes.staff_views import RECENT, about, act, csv_file, keep, upload_or_404
from outreach.classes.uploads.kept import organisations_in, uploads_in
from outreach.desk.forms.results import ResultsForm
from outreach.desk.results.applying import carry_out, preview
from outreach.desk.results.rows import EXAMPLE, HEADINGS
from outreach.people.access import ScopedRequest, allowed
from outreach.people.rules import Action


@allowed(Action.EDIT_SESSIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def results(request: ScopedRequest) -> HttpResponse:
    mine = organisations_in(request.scope)
    form = ResultsForm(request.POST or None, request.FILES or None, organisations=mine)
    if request.method == "POST" and form.is_valid():
        made = keep(request, form, Upload.Kind.RESULTS, preview)
        if made:
            return redirect("desk:result", made.pk)
    sent = uploads_in(request.scope).filter(kind=Upload.Kind.RESULTS)
    recent = sent.select_related("organisation").defer("content", "report")[:RECENT]
    context = {"form": form, "rows": recent, "keep_days": settings.UPLOAD_KEEP_DAYS}
    return render(request, "desk/results.html", context)


@allowed(Action.EDIT_SESSIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def result(request: ScopedRequest, pk: int) -> HttpResponse:
    """What the file would note; sent back, it is begun, and a small one done."""
    one = upload_or_404(request, pk, Upload.Kind.RESULTS)
    if request.method == "POST":
        try:
            act(request, one, carry_out, job="outreach.desk.jobs.carry_out_results", done=_("実績を取り込みました。"))
        except SessionError as error:
            messages.error(request, str(error))
        return redirect("desk:result", pk)
    return render(request, "desk/result.html", about(one, preview))


@allowed(Action.EDIT_SESSIONS)
@require_safe
def results_template(request: ScopedRequest) -> HttpResponse:
    return csv_file("results.csv", [HEADINGS[name][0] for name in HEADINGS], EXAMPLE)
