"""出前講座: the school's pages, and the office's list with its one step to a session."""

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from geo.models import Prefecture
from outreach.classes.services import SessionError
from outreach.people.access import ScopedRequest, allowed, client_address, log_access, open_to_all, too_many
from outreach.people.keeping import Kept
from outreach.people.rules import Action
from outreach.people.tries import TooManyTries
from outreach.registration.forms import LookupForm
from outreach.registration.lectures import services
from outreach.registration.lectures.forms import ArrangeForm, LectureForm
from outreach.registration.lectures.queries import find_request, lectures_in, menus, wished
from outreach.registration.models import LectureRequest, LectureStatus
from outreach.registration.services import BookingError

KEPT = Kept("lecture")
MOST = 200
AN_HOUR = 20  # from one address


@open_to_all
@require_safe
def lectures(request: HttpRequest) -> HttpResponse:
    """What can be asked for, by prefecture; all of them where there are few."""
    prefecture = request.GET.get("prefecture", "")[:2]
    context = {
        "rows": menus(prefecture=prefecture)[:MOST],
        "prefectures": Prefecture.objects.filter(municipalities__organisation__lecture_menus__active=True).distinct(),
        "prefecture": prefecture,
    }
    return render(request, "registration/lectures.html", context)


@open_to_all
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    menu = get_object_or_404(menus(), pk=pk)
    form = LectureForm(request.POST if request.method == "POST" else None, menu=menu)
    nonce = request.POST.get("nonce", "").replace("\0", "")[:40] or secrets.token_urlsafe(24)
    if form.is_valid() and too_many(request, "lecture", an_hour=AN_HOUR):
        form.add_error(None, _("続けて送られた数が多すぎます。1時間ほどあけるか、お電話ください。"))
    elif form.is_valid():
        town = menu.organisation.municipality_id
        try:
            made = services.ask_lecture(nonce=nonce, menu=menu, municipality_id=town, **form.asked())
        except BookingError as error:
            form.add_error(None, str(error))
        else:
            KEPT.remember(request, made.pk)
            return redirect("registration:lecture-mine")
    return render(request, "registration/lecture_ask.html", {"menu": menu, "form": form, "nonce": nonce})


@open_to_all
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """One's own request: just made, or found by its reference and number."""
    form = LookupForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            found = find_request(**form.cleaned_data, address=client_address(request))
        except TooManyTries as error:
            return render(request, "registration/too_many.html", {"why": str(error)}, status=429)
        if found:
            KEPT.remember(request, found.pk)
            return redirect("registration:lecture-mine")
        form.add_error(None, _("この受付番号と電話番号の組み合わせは、見つかりません。両方の番号をお確かめください。"))
    lecture = None if form.is_bound else _kept(request)
    context = {"form": form, "lecture": lecture, "wished": wished(lecture) if lecture else []}
    return render(request, "registration/lecture_mine.html", context)


def _kept(request: HttpRequest) -> LectureRequest | None:
    pk = KEPT.recall(request)
    around = ("menu__organisation", "menu__course", "session__venue")
    return LectureRequest.objects.select_related(*around).filter(pk=pk).first() if pk else None


@open_to_all
@never_cache
@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    lecture = _kept(request)
    if lecture:
        try:
            services.withdraw_lecture(request=lecture)
            messages.success(request, _("依頼を取り下げました。"))
        except BookingError as error:
            messages.error(request, str(error))
    return redirect("registration:lecture-mine")


# --- the office -----------------------------------------------------------------------------------------------------
@allowed(Action.EDIT_SESSIONS)
@require_safe
def lecture_list(request: ScopedRequest) -> HttpResponse:
    """Those that wait for an answer first."""
    log_access(request.user, "see_lectures", "lectures")
    found = lectures_in(request.scope)
    waiting = found.filter(status=LectureStatus.NEW)[:MOST]
    settled = found.exclude(status=LectureStatus.NEW).order_by("-made_at")[:MOST]
    return render(request, "registration/lecture_list.html", {"waiting": waiting, "settled": settled})


@allowed(Action.EDIT_SESSIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def lecture(request: ScopedRequest, pk: int) -> HttpResponse:
    """What is asked for; one step makes the session, or says no."""
    one = get_object_or_404(lectures_in(request.scope), pk=pk)
    log_access(request.user, "see_lecture", one.subject)
    declining = "decline" in request.POST
    form = ArrangeForm(request.POST if request.method == "POST" and not declining else None, lecture=one)
    if declining or form.is_valid():
        try:
            if declining:
                services.decline_lecture(
                    request=one, reason=request.POST.get("reason", "").replace("\0", ""), by=request.user
                )
            else:
                services.arrange_lecture(request=one, how=form.arrangement(), by=request.user)
        except (BookingError, SessionError) as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("返事を記録しました。担当の方に、お電話でも伝えてください。"))
            return redirect("registration:lecture", pk)
    context = {"lecture": one, "form": form, "wished": wished(one), "events": one.events.select_related("by")}
    return render(request, "registration/lecture.html", context)
