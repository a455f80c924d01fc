"""One's own booking changed for another class, and the answer to a class that was moved."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from outreach.classes import codes
from outreach.classes.models import OPEN, Session
from outreach.classes.queries import alternatives, find_session
from outreach.registration import services, visits
from outreach.registration.models import LIVE, AnswerStatus, Booking, BookingStatus, Intake
from outreach.registration.queries import open_answer


class CodeForm(forms.Form):
    """The other class, by the number on the flyer."""

    use_required_attribute = False
    to = forms.CharField(
        label=gettext_lazy("講習会番号"),
        max_length=40,
        help_text=gettext_lazy("チラシの7けたの番号です。"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "short"}),
    )

    def clean_to(self) -> Session:
        code = codes.clean_code(self.cleaned_data["to"], codes.SESSION_DIGITS)
        found = find_session(code) if code else None
        if found is None:
            raise forms.ValidationError(_("この番号の講習会は、見つかりません。番号をお確かめください。"))
        if found.status not in OPEN or found.starts_at <= timezone.now():
            raise forms.ValidationError(_("この講習会は、いま申し込みを受け付けていません。"))
        return found


@visits.for_own_booking
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Choose another class, see both, then change in one step: without a seat there, the old one stays."""
    if booking.status not in LIVE or booking.session.starts_at <= timezone.now():
        return redirect("registration:mine")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        near = alternatives(booking.session, limit=5)
        context = {"form": form, "booking": booking, "session": booking.session, "near": near}
        return render(request, "registration/change.html", context)
    to = form.cleaned_data["to"]
    if "sure" not in request.POST:
        context = {"booking": booking, "session": booking.session, "to": to}
        return render(request, "registration/change_sure.html", context)
    try:
        moved = services.change_class(booking=booking, to=to, channel=Intake.WEB)
    except services.BookingError as error:
        messages.error(request, str(error))
        return redirect("registration:mine")
    visits.remember(request, moved)
    messages.success(request, _("講習会を変えました。申込番号は新しくなりました。"))
    return redirect("registration:done")


@visits.for_own_booking
@require_POST
def comes(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Whoever is asked after a move says that they come to the new time."""
    asked = open_answer(booking)
    if asked and booking.status in LIVE:
        services.note_answer(answer=asked, status=AnswerStatus.COMES, channel=Intake.WEB)
        waits = booking.status == BookingStatus.WAITLISTED
        seated = _("ありがとうございます。新しい日時でお待ちしています。")
        messages.success(request, _("ありがとうございます。席が空いたら、お知らせします。") if waits else seated)
    return redirect("registration:mine")
