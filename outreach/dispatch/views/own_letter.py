"""One's own letter: found by reference and number, shown, amended until it is planned, withdrawn."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outreach.classes.models import PLANNED, Session
from outreach.dispatch import services
from outreach.dispatch.forms import LetterForm, LookupForm, lines
from outreach.dispatch.models import ENDED, LetterStatus, RequestLetter
from outreach.dispatch.own_letter import KEPT, for_own_letter
from outreach.dispatch.queries import find_letter, may_amend
from outreach.dispatch.views.asking import Draft, open_draft, show_form, show_review
from outreach.people.access import client_address, open_to_all
from outreach.people.tries import TooManyTries

LIVE = frozenset({LetterStatus.WAITING, LetterStatus.ACCEPTED})


@open_to_all
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def lookup(request: HttpRequest) -> HttpResponse:
    form = LookupForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "dispatch/ask_lookup.html", {"form": form})
    try:
        letter = find_letter(**form.cleaned_data, address=client_address(request))
    except TooManyTries as error:
        return render(request, "dispatch/ask_too_many.html", {"why": str(error)}, status=429)
    if letter is None:
        form.add_error(None, _("この受付番号と電話番号の組み合わせは、見つかりません。両方の番号をお確かめください。"))
        return render(request, "dispatch/ask_lookup.html", {"form": form})
    KEPT.remember(request, letter.pk)
    return redirect("dispatch:ask-mine")


@for_own_letter
@require_safe
def done(request: HttpRequest, letter: RequestLetter) -> HttpResponse:
    return render(request, "dispatch/ask_done.html", about(letter))


@for_own_letter
@require_safe
def mine(request: HttpRequest, letter: RequestLetter) -> HttpResponse:
    return render(request, "dispatch/ask_mine.html", about(letter))


@for_own_letter
@require_safe
def slip(request: HttpRequest, letter: RequestLetter) -> HttpResponse:
    return render(request, "dispatch/ask_slip.html", about(letter))


@for_own_letter
@require_http_methods(["GET", "HEAD", "POST"])
def amend(request: HttpRequest, letter: RequestLetter) -> HttpResponse:
    """The form with what was sent; its review; then the letter anew."""
    if not may_amend(letter):
        messages.error(request, _("計画に入った依頼は直せません。お電話ください。"))
        return redirect("dispatch:ask-mine")
    town = letter.municipality
    draft = open_draft(request.POST.get("draft", ""), town)
    if draft and draft["nonce"] != letter.key:  # a review of another letter, left open in another tab
        draft = None
    if draft and "sure" in request.POST:
        return _write(request, letter, draft)
    if draft or request.method != "POST":
        written = draft["written"] if draft else letter.written
        return show_form(request, LetterForm.refill(written, town=town), amending=True)
    form = LetterForm(request.POST, town=town)
    if not form.is_valid():
        return show_form(request, form, amending=True)
    made: Draft = {"town": town.pk, "nonce": letter.key, "written": form.written()}
    return show_review(request, form, made, amending=True)


def _write(request: HttpRequest, letter: RequestLetter, draft: Draft) -> HttpResponse:
    form = LetterForm(draft["written"], town=letter.municipality)
    if not form.is_valid():
        return show_form(request, form, amending=True)
    try:
        services.amend_letter(letter=letter, asked=form.asked(), written=draft["written"], by=None)
    except services.RequestError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("依頼の内容を直しました。"))
    return redirect("dispatch:ask-mine")


@for_own_letter
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, letter: RequestLetter) -> HttpResponse:
    """Ask once more, then end it."""
    if letter.status not in LIVE:
        return redirect("dispatch:ask-mine")
    if request.method != "POST":
        return render(request, "dispatch/ask_withdraw.html", about(letter))
    try:
        services.withdraw_letter(letter=letter, by=None, reason=_("依頼した方による取り下げ"))
    except services.RequestError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("依頼を取り下げました。"))
    return redirect("dispatch:ask-mine")


@open_to_all
@never_cache
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Close the letter on a PC that others use too."""
    KEPT.forget(request)
    messages.success(request, _("依頼の画面を閉じました。"))
    return redirect("dispatch:ask-town")


def about(letter: RequestLetter) -> dict[str, Any]:
    """What the pages show of a letter. 4 statements."""
    stand = Session.objects.filter(status__in=PLANNED).select_related("venue").order_by("starts_at", "pk")
    found = letter.requests.select_related("course").prefetch_related(Prefetch("classes", stand))
    requests = list(found)
    return {
        "letter": letter,
        "town": letter.municipality,
        "lines": lines(letter.written, since=timezone.localdate(letter.made_at)),
        "requests": requests,
        "may_amend": may_amend(letter, requests),
        "may_withdraw": (letter.status in LIVE and any(one.status not in ENDED for one in requests))
        or letter.status == LetterStatus.WAITING,
        "callback": settings.CALLBACK_NUMBER,
        "address": settings.PUBLIC_URL.split("://", 1)[-1] + "/dispatch/request/find/",
    }
