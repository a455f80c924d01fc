"""One's own calendar: a secret address to subscribe to, and busy times from another calendar's file."""

from hashlib import sha256

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from outreach.desk.feeds import feed_of
from outreach.people import services
from outreach.people.access import ScopedRequest, allowed, open_to_all
from outreach.people.ics import MOST_BYTES, BadCalendar
from outreach.people.models import CalendarFeed, DayException, Person
from outreach.people.rules import Action


class IcsForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("予定表のファイル（.ics）"),
        help_text=gettext_lazy(
            "スマートフォンやパソコンの予定表から書き出したもの。180日先までの、ふさがっている時間だけを読みます。"
        ),
        widget=forms.FileInput(attrs={"accept": ".ics,text/calendar"}),
    )


@open_to_all
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """The feed, for whoever holds its address; unchanged it answers 304, revoked it is not there."""
    found = CalendarFeed.objects.filter(token=token).first()
    if found is None:
        raise Http404
    with translation.override(settings.LANGUAGE_CODE):  # the same bytes whoever asks
        body = feed_of(found, timezone.now())
    answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    etag = f'"{sha256(body).hexdigest()[:32]}"'
    answer["ETag"] = etag
    answer["Cache-Control"] = "private, no-cache"
    return get_conditional_response(request, etag=etag, response=answer) or answer


@allowed(Action.OWN_WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def own_calendar(request: ScopedRequest) -> HttpResponse:
    """Make, renew and revoke the address; take a file's busy times in, or out again."""
    person = get_object_or_404(Person, pk=request.scope.person)
    form = IcsForm()
    if request.method == "POST":
        act = request.POST.get("act")
        if act == "import":
            form = IcsForm(request.POST, request.FILES)
            if not form.is_valid() or not _import(person, form):
                return _page(request, person, form)
            messages.success(request, _("ふさがっている時間を取り込みました。前の取り込みとは入れ替わりました。"))
        elif act == "make":
            services.make_feed(person=person)
            messages.success(request, _("新しいアドレスをつくりました。前のアドレスは使えません。"))
        elif act == "revoke" and services.revoke_feed(person=person):
            messages.success(request, _("アドレスを取り消しました。"))
        elif act == "forget":
            services.forget_busy(person=person)
            messages.success(request, _("取り込んだ時間を消しました。"))
        return redirect("desk:own-calendar")
    return _page(request, person, form)


def _import(person: Person, form: IcsForm) -> bool:
    file = form.cleaned_data["file"]
    try:
        services.import_busy(person=person, raw=file.read(MOST_BYTES + 1), now=timezone.now())
    except BadCalendar as error:
        form.add_error("file", str(error))
        return False
    return True


def _page(request: ScopedRequest, person: Person, form: IcsForm) -> HttpResponse:
    found = CalendarFeed.objects.filter(person=person).first()
    address = settings.PUBLIC_URL.rstrip("/") + reverse("desk:calendar-feed", args=[found.token]) if found else ""
    context = {
        "address": address,
        "made_at": found.made_at if found else None,
        "form": form,
        "taken": DayException.objects.filter(person=person, imported=True).count(),
    }
    return render(request, "desk/own_calendar.html", context, status=422 if form.errors else 200)
