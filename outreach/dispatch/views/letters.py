"""Letters at the office: entered from paper or the telephone, looked at, accepted, declined, amended, withdrawn."""

import secrets
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from geo.models import Municipality
from geo.queries import municipality_rows
from outreach.dispatch import services
from outreach.dispatch.forms import AcceptForm, LetterForm, ReasonForm, StaffForm, lines
from outreach.dispatch.models import LetterStatus, RequestLetter
from outreach.dispatch.queries import letters_in, may_amend, may_enter, organisations_for
from outreach.dispatch.views.requests import letter_or_404
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.models import Organisation
from outreach.people.rules import Action, Scope

TOWNS_SHOWN = 30


@allowed(Action.PLAN_DISPATCH)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: ScopedRequest) -> HttpResponse:
    """Choose the town, then the same form as on the web, and how the letter came."""
    code = request.GET.get("municipality", "")
    if not code:
        return _choose_town(request)
    town = get_object_or_404(Municipality.objects.of_today().select_related("prefecture"), pk=code)
    if not may_enter(request.scope, town):
        raise PermissionDenied(_("この市区町村の依頼は、登録できません。"))
    data = request.POST if request.method == "POST" else None
    form = LetterForm(data, town=town)
    about = StaffForm(data, organisations=organisations_for(request.scope, town))
    if data and all([form.is_valid(), about.is_valid()]):
        try:
            letter = _enter(request, form, about)
        except services.RequestError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("依頼を受け付けました。"))
            return redirect("dispatch:request-letter", letter.pk)
    nonce = request.POST.get("nonce") or secrets.token_urlsafe(16)
    context = {"form": form, "about": about, "town": town, "nonce": nonce}
    return render(request, "dispatch/request_letter_new.html", context)


def _choose_town(request: ScopedRequest) -> HttpResponse:
    q = request.GET.get("q", "").strip()[:80]
    rows, count = municipality_rows(q=q, limit=TOWNS_SHOWN) if q else ([], 0)
    return render(request, "dispatch/request_letter_town.html", {"q": q, "rows": rows, "left_out": count - len(rows)})


@transaction.atomic
def _enter(request: ScopedRequest, form: LetterForm, about: StaffForm) -> RequestLetter:
    """Taken in and accepted at once: who entered it has spoken with whoever asked. Raises: RequestError."""
    said, asked = about.cleaned_data, form.asked()
    letter, made = services.receive_letter(
        key=f"staff:{request.user.pk}:{request.POST.get('nonce', '')[:60]}",
        asked=asked,
        written=form.written(),
        channel=said["channel"],
        received_on=said["received_on"],
    )
    if made:
        services.accept_letter(letter=letter, asked=asked, organisation=said["organisation"], by=request.user)
    return letter


@allowed(Action.PLAN_DISPATCH)
@require_safe
def one(request: ScopedRequest, pk: int) -> HttpResponse:
    letter = letter_or_404(request.scope, pk)
    log_access(request.user, "see", f"letter:{letter.pk}")
    return _page(request, letter)


def _page(request: ScopedRequest, letter: RequestLetter, accept: AcceptForm | None = None) -> HttpResponse:
    organisations = organisations_for(request.scope, letter.municipality)
    rows = list(letter.requests.select_related("course", "venue"))
    context: dict[str, Any] = {
        "letter": letter,
        "lines": lines(letter.written, since=timezone.localdate(letter.made_at)),
        "rows": rows,
        "accept": accept or AcceptForm(organisations=organisations, initial={"organisation": _usual(organisations)}),
        "reason": ReasonForm(),
        "may_amend": may_amend(letter, rows),
        "may_withdraw": letter.status in {LetterStatus.WAITING, LetterStatus.ACCEPTED},
        "numbers": Organisation.objects.filter(municipality=letter.municipality).exclude(phone=""),
        "twins": _twins(request.scope, letter),
    }
    return render(request, "dispatch/request_letter.html", context)


def _usual(organisations: QuerySet[Organisation]) -> int | None:
    """Whoever dispatches, where there is one: a town's own office otherwise."""
    return organisations.order_by("-kind", "pk").filter(kind="dispatch").values_list("pk", flat=True).first()


def _twins(scope: Scope, letter: RequestLetter) -> QuerySet[RequestLetter]:
    """Others from the same number that still live: perhaps the same thing sent twice."""
    live = letters_in(scope).filter(status__in=[LetterStatus.WAITING, LetterStatus.ACCEPTED])
    return live.filter(contact_phone=letter.contact_phone, municipality=letter.municipality).exclude(pk=letter.pk)[:5]


@allowed(Action.PLAN_DISPATCH)
@require_POST
def accept(request: ScopedRequest, pk: int) -> HttpResponse:
    letter = letter_or_404(request.scope, pk)
    form = AcceptForm(request.POST, organisations=organisations_for(request.scope, letter.municipality))
    if not form.is_valid():
        return _page(request, letter, form)
    asked = LetterForm(letter.written, town=letter.municipality).asked_or()
    if asked is None:
        messages.error(request, _("日付が過ぎたなど、内容に直すところがあります。直してから受け付けてください。"))
        return redirect("dispatch:request-letter-amend", pk)
    return _act(
        request,
        pk,
        lambda: services.accept_letter(
            letter=letter, asked=asked, organisation=form.cleaned_data["organisation"], by=request.user
        ),
        _("依頼を受け付けました。講師の計画に入れられます。"),
    )


@allowed(Action.PLAN_DISPATCH)
@require_POST
def settle(request: ScopedRequest, pk: int, how: str) -> HttpResponse:
    """Decline, reopen or withdraw, as `how` says."""
    letter = letter_or_404(request.scope, pk)
    if how not in {"decline", "reopen", "withdraw"}:
        raise Http404
    if how == "reopen":
        act = lambda: services.reopen_letter(letter=letter, by=request.user)  # noqa: E731
        return _act(request, pk, act, _("確認待ちに戻しました。"))
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("理由を入力してください。"))
        return redirect("dispatch:request-letter", pk)
    service = services.decline_letter if how == "decline" else services.withdraw_letter
    done = _("お断りとして記録しました。") if how == "decline" else _("依頼を取り下げました。")
    return _act(request, pk, lambda: service(letter=letter, by=request.user, reason=form.cleaned_data["reason"]), done)


def _act(request: ScopedRequest, pk: int, act: Callable[[], Any], done: str) -> HttpResponse:
    try:
        act()
    except services.RequestError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("dispatch:request-letter", pk)


@allowed(Action.PLAN_DISPATCH)
@require_http_methods(["GET", "HEAD", "POST"])
def amend(request: ScopedRequest, pk: int) -> HttpResponse:
    letter = letter_or_404(request.scope, pk)
    if not may_amend(letter):
        messages.error(request, _("計画に入った依頼は直せません。訪問を外すか、取り下げてください。"))
        return redirect("dispatch:request-letter", pk)
    town = letter.municipality
    if request.method != "POST":
        form = LetterForm.refill(letter.written, town=town)
        return render(request, "dispatch/request_letter_amend.html", {"form": form, "letter": letter, "town": town})
    form = LetterForm(request.POST, town=town)
    if not form.is_valid():
        return render(request, "dispatch/request_letter_amend.html", {"form": form, "letter": letter, "town": town})
    return _act(
        request,
        pk,
        lambda: services.amend_letter(letter=letter, asked=form.asked(), written=form.written(), by=request.user),
        _("依頼の内容を直しました。"),
    )
