"""Asking for instructors on the web, without an account: town, form, review, done. Nothing is kept until the end."""

import secrets
from typing import TypedDict

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from geo.models import Municipality
from geo.queries import municipality_rows
from outreach.classes.models import Course
from outreach.dispatch import services
from outreach.dispatch.forms import LetterForm, lines
from outreach.dispatch.forms.letters import VENUES
from outreach.dispatch.models import Channel, Need
from outreach.dispatch.own_letter import KEPT
from outreach.dispatch.queries import too_many_waiting
from outreach.people.access import open_to_all, too_many

SALT = "dispatch.draft"
TOWNS_SHOWN = 30
AN_HOUR = 60  # letters from one address: the town halls of a prefecture reach the internet by one gateway
TOO_MANY = gettext_lazy("この場所からの依頼が、短い時間に続きました。1時間ほどおいて送るか、お電話でご依頼ください。")

MANY_WAIT = gettext_lazy("この市区町村の依頼が、確認待ちでたまっています。お電話でご依頼ください。")


class Draft(TypedDict):
    """What was written, as the review page carries it. The nonce makes of two presses one letter."""

    town: str
    nonce: str
    written: dict[str, list[str]]


@open_to_all
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """For which town? Found by name or kana."""
    q = request.GET.get("q", "").strip()[:80]
    rows, count = municipality_rows(q=q, limit=TOWNS_SHOWN) if q else ([], 0)
    return render(request, "dispatch/ask_town.html", {"q": q, "rows": rows, "left_out": count - len(rows)})


@open_to_all
@require_safe
def paper(request: HttpRequest) -> HttpResponse:
    """The same questions on one sheet, to be filled in by hand; staff write it in as it came."""
    context = {
        "courses": Course.objects.filter(dispatched=True),
        "needs": Need.labels,
        "venues": range(1, VENUES + 1),
        "callback": settings.CALLBACK_NUMBER,
    }
    return render(request, "dispatch/ask_paper.html", context)


def town_or_404(code: str) -> Municipality:
    return get_object_or_404(Municipality.objects.of_today().select_related("prefecture"), pk=code)


@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """The form; its review, where it is sent and right; or the form again with what a draft holds, to correct it."""
    town = town_or_404(code)
    draft = open_draft(request.POST.get("draft", ""), town)
    if draft:
        return show_form(request, LetterForm.refill(draft["written"], town=town))
    if request.method != "POST":
        return show_form(request, LetterForm(town=town))
    form = LetterForm(request.POST, town=town)
    if not form.is_valid():
        return show_form(request, form)
    draft = {"town": town.pk, "nonce": secrets.token_urlsafe(16), "written": form.written()}
    return show_review(request, form, draft)


@open_to_all
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, code: str) -> HttpResponse:
    """Keep what the review showed. The same draft a second time leads to the same letter."""
    town = town_or_404(code)
    draft = open_draft(request.POST.get("draft", ""), town) if request.method == "POST" else None
    form = LetterForm(draft["written"], town=town) if draft else None
    if draft is None or form is None or not form.is_valid():
        if request.method == "POST":
            messages.error(request, _("依頼の内容を受け取れませんでした。お手数ですが、もう一度入力してください。"))
        return redirect("dispatch:ask", town.pk)
    if too_many(request, "letter", an_hour=AN_HOUR):
        return _not_now(request, draft, town, str(TOO_MANY))
    if too_many_waiting(town.pk):
        return _not_now(request, draft, town, str(MANY_WAIT))
    key = f"web:{draft['nonce']}"
    letter, _made = services.receive_letter(key=key, asked=form.asked(), written=draft["written"], channel=Channel.WEB)
    KEPT.remember(request, letter.pk)
    return redirect("dispatch:ask-done")


def _not_now(request: HttpRequest, draft: Draft, town: Municipality, why: str) -> HttpResponse:
    """The form with what was written: nothing of it is lost."""
    messages.error(request, why)
    answer = show_form(request, LetterForm.refill(draft["written"], town=town))
    answer.status_code = 429
    return answer


def open_draft(sealed: str, town: Municipality) -> Draft | None:
    """The draft of a review page for this town; None where it was changed on the way, or is another's."""
    try:
        draft: Draft = signing.loads(sealed, salt=SALT)
    except signing.BadSignature:
        return None
    return draft if draft["town"] == town.pk else None


def show_form(request: HttpRequest, form: LetterForm, *, amending: bool = False) -> HttpResponse:
    """An empty form is no secret, and a browser that may keep it gives back what was written when going back."""
    context = {"form": form, "town": form.town, "amending": amending}
    response = render(request, "dispatch/ask.html", context)
    if form.is_bound or form.initial:
        response.headers["Cache-Control"] = "no-store, private"
    return response


def show_review(request: HttpRequest, form: LetterForm, draft: Draft, *, amending: bool = False) -> HttpResponse:
    context = {
        "lines": lines(form.written(), since=timezone.localdate()),
        "approximate": [venue.name for venue in form.asked().venues if venue.approximate],
        "town": form.town,
        "draft": signing.dumps(draft, salt=SALT, compress=True),
        "amending": amending,
    }
    response = render(request, "dispatch/ask_review.html", context)
    response.headers["Cache-Control"] = "no-store, private"
    return response
