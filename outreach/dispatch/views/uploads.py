"""Requests by file: sent, looked over row by row, and taken in once that is confirmed."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from geo.importing.report import WrongFile
from outreach.dispatch.models import RequestUpload
from outreach.dispatch.services import RequestError
from outreach.dispatch.uploads import carry_out, decide, example, note_same, outcome
from outreach.downloads import comma_separated
from outreach.people.access import ScopedRequest, allowed
from outreach.people.models import Organisation
from outreach.people.rules import Action, Scope

MOST_BYTES = 4 * 1024 * 1024
RECENT, MOST_REFUSALS = 20, 500


class UploadForm(forms.Form):
    """The file, and who answers for its sessions."""

    use_required_attribute = False

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=gettext_lazy("実施団体"), empty_label=gettext_lazy("選んでください")
    )
    file = forms.FileField(label=gettext_lazy("派遣依頼のファイル（CSV か Excel）"), max_length=100)

    def __init__(self, *args: Any, organisations: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  (what mypy can't see)
        field.queryset = organisations
        some = list(organisations[:2])
        if len(some) == 1:
            field.initial = some[0].pk

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(_("ファイルが大きすぎます（4MBまで）。分けてください。"))
        return file


def organisations_in(scope: Scope) -> QuerySet[Organisation]:
    """For whom a list may be sent in: one's own, one's town's, and whoever dispatches."""
    found = Organisation.objects.filter(kind=Organisation.Kind.DISPATCH)
    found |= Organisation.objects.filter(pk__in=scope.organisations)
    found |= Organisation.objects.filter(municipality__in=scope.municipalities)
    return found.exclude(phone="")


def uploads_in(request: ScopedRequest) -> QuerySet[RequestUpload]:
    """One's own files: they hold other people's names."""
    return RequestUpload.objects.filter(made_by=request.user).select_related("organisation")


@allowed(Action.PLAN_DISPATCH)
@require_http_methods(["GET", "HEAD", "POST"])
def uploads(request: ScopedRequest) -> HttpResponse:
    data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = UploadForm(*data, organisations=organisations_in(request.scope))
    if data[0] is not None and form.is_valid():
        made = _keep(request, form)
        if made:
            return redirect("dispatch:request-upload", made.pk)
    rows = uploads_in(request).defer("content")[:RECENT]
    return render(
        request, "dispatch/uploads.html", {"form": form, "rows": rows, "keep_days": settings.UPLOAD_KEEP_DAYS}
    )


def _keep(request: ScopedRequest, form: UploadForm) -> RequestUpload | None:
    """Keep the file if it is a list of requests at all; else say on the form why not."""
    file = form.cleaned_data["file"]
    one = RequestUpload(
        organisation=form.cleaned_data["organisation"],
        name=file.name[:100],
        content=file.read(),
        made_by=request.user,
    )
    try:
        decision = decide(one, scope=request.scope)
    except WrongFile as error:
        form.add_error("file", str(error))
        return None
    one.save()
    note_same(decision)
    return one


@allowed(Action.PLAN_DISPATCH)
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: ScopedRequest, pk: int) -> HttpResponse:
    """What the file would do; sent back, it is done, and the page says what came of it, however often it is pressed."""
    one = get_object_or_404(uploads_in(request), pk=pk)
    if request.method == "POST":
        try:
            carry_out(upload=one, by=request.user, scope=request.scope)
        except RequestError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("派遣依頼を取り込みました。"))
        return redirect("dispatch:request-upload", pk)
    found = outcome(one, scope=request.scope)
    context = {
        "upload": one,
        "kept": found.kept,
        "report": found.report,
        "refused": found.report.refused[:MOST_REFUSALS],
        "more": max(0, len(found.report.refused) - MOST_REFUSALS),
        "something": found.report.added or found.report.changed,
    }
    return render(request, "dispatch/upload.html", context)


@allowed(Action.PLAN_DISPATCH)
@require_safe
def upload_example(request: ScopedRequest) -> HttpResponse:
    """An empty list with the right headings and one row to go by."""
    head, *rows = (list(row) for row in example())
    answer = HttpResponse(comma_separated(head, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="dispatch-requests-example.csv"'
    return answer
