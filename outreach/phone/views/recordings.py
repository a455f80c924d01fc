"""Listening, and writing down: names to bookings, messages to calls."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.rules import Action
from outreach.phone import names, queries
from outreach.phone.forms import MessageForm, NameForm


@allowed(Action.MAKE_CALLS)
@require_safe
def recordings(request: ScopedRequest) -> HttpResponse:
    """Bookings that wait for a name, and messages that wait to be heard."""
    pending = Paginator(queries.pending_in(request.scope), 30).get_page(request.GET.get("page"))
    heard = queries.messages_to_write(request.scope)[:100]
    log_access(request.user, "see recordings", "recordings")
    return render(request, "phone/recordings.html", {"page": pending, "recordings": heard})


@allowed(Action.MAKE_CALLS)
@require_safe
@never_cache
def sound(request: ScopedRequest, pk: int) -> HttpResponseBase:
    """The recording itself, to those whom it concerns; each hearing is logged."""
    recording = get_object_or_404(queries.recordings_in(request.scope), pk=pk, written_at=None)
    if not recording.file:
        raise Http404
    log_access(request.user, "hear recording", f"recording:{recording.pk}")
    return FileResponse(recording.file.open(), content_type="audio/mpeg", filename=f"{recording.pk}.mp3")


@allowed(Action.MAKE_CALLS)
@require_http_methods(["GET", "HEAD", "POST"])
def write_name(request: ScopedRequest, pk: int) -> HttpResponse:
    pending = get_object_or_404(queries.pending_in(request.scope), pk=pk)
    form = NameForm(request.POST or None)
    if form.is_valid():
        try:
            resident = names.write_name(pending=pending, **form.cleaned_data)
        except names.NameTaken as error:
            form.add_error(None, str(error))
        else:
            log_access(request.user, "write name", pending.booking.subject)
            messages.success(request, _("「%(name)s」さんのお名前を書きました。") % {"name": resident})
            return redirect("phone:recordings")
    return render(request, "phone/write_name.html", {"form": form, "pending": pending})


@allowed(Action.MAKE_CALLS)
@require_http_methods(["GET", "HEAD", "POST"])
def write_message(request: ScopedRequest, pk: int) -> HttpResponse:
    recording = get_object_or_404(queries.messages_to_write(request.scope), pk=pk)
    form = MessageForm(request.POST or None)
    if form.is_valid():
        names.write_message(recording=recording, words=form.cleaned_data["words"], by=request.user)
        log_access(request.user, "write message", f"recording:{recording.pk}")
        messages.success(request, _("伝言を書き取りました。架電の一覧に載っています。録音は消しました。"))
        return redirect("phone:recordings")
    return render(request, "phone/write_message.html", {"form": form, "recording": recording})
