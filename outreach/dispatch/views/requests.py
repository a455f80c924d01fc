"""Requests and the letters they come from, as the office sees them: list, files, one, and what becomes of it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from geo.models import Municipality
from outreach.dispatch import services
from outreach.dispatch.forms import ReasonForm, RequestFilter
from outreach.dispatch.models import (
    AMENDABLE,
    ENDED,
    DispatchRequest,
    RequestLetter,
)
from outreach.dispatch.openings import say_days, say_openings
from outreach.dispatch.queries import letters_in, letters_waiting, plans_in, requests_in
from outreach.dispatch.request_files import requests_file
from outreach.dispatch.wishes import AROUND as TIMES
from outreach.dispatch.wishes import all_wishes
from outreach.downloads import FORMATS
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.rules import Action, Scope

A_PAGE = 40
AROUND = ("municipality__prefecture", "venue", "course", "organisation", "letter")
WAITING_SHOWN = 50


@allowed(Action.PLAN_DISPATCH)
@require_safe
def requests(request: ScopedRequest) -> HttpResponse:
    """What is still to come unless something else is asked for; letters that wait stand above. `format` exports.

    A letter's number leads to the letter: whoever rings has nothing else in their hand.
    """
    asked = request.GET.copy()
    kind = asked.pop("format", [""])[-1]
    if not asked:
        asked["status"] = "open"
    form = RequestFilter(asked, towns=_towns(asked))
    if letter := form.letter(letters_in(request.scope)):
        return redirect("dispatch:request-letter", letter.pk)
    found = requests_in(request.scope).select_related(*AROUND).order_by("earliest", "pk")
    found = found.filter(form.condition()) if form.is_valid() else found.none()
    if kind in FORMATS:
        log_access(request.user, "export", "requests")
        return requests_file(kind, found)
    page = Paginator(found, A_PAGE).get_page(asked.get("page"))
    rest = urlencode({name: str(value) for name, value in asked.items() if value and name != "page"})
    waiting = letters_waiting(request.scope).select_related("municipality__prefecture")
    context = {
        "form": form,
        "page": page,
        "waiting": waiting[:WAITING_SHOWN],
        "count": waiting.count(),
        "csv": f"?{rest}&format=csv",
        "excel": f"?{rest}&format=xlsx",
    }
    return render(request, "dispatch/requests.html", context)


def _towns(asked: Any) -> "QuerySet[Municipality]":
    if asked.get("prefecture"):
        return Municipality.objects.of_today().filter(prefecture=asked["prefecture"])
    return Municipality.objects.filter(pk=asked.get("municipality") or "")


def request_or_404(scope: Scope, pk: int) -> DispatchRequest:
    """The request, if the scope reaches it (law 7)."""
    found = requests_in(scope).select_related(*AROUND).prefetch_related(*TIMES, "events__by")
    return get_object_or_404(found, pk=pk)


@allowed(Action.PLAN_DISPATCH)
@require_safe
def one(request: ScopedRequest, pk: int) -> HttpResponse:
    row = request_or_404(request.scope, pk)
    log_access(request.user, "see", f"request:{row.pk}")
    openings = [(window.weekday, window.opens, window.closes) for window in row.windows.all()]
    visits = row.visits.filter(plan__in=plans_in(request.scope)).select_related(
        "plan__prefecture", "venue", "lead", "second"
    )
    plans = plans_in(request.scope).filter(
        prefecture=row.municipality.prefecture_id, first__lte=row.latest, last__gte=row.earliest, version__isnull=False
    )
    context = {
        "row": row,
        "openings": say_openings(openings),
        "closed": say_days(blackout.day for blackout in row.blackouts.all()),
        "others": [(o, say_openings(o.times), say_days(o.closed)) for o in row.other_venues.all()],
        "visits": visits.select_related("plan__prefecture", "venue", "lead", "second"),
        "classes": row.classes.select_related("venue").order_by("starts_at", "pk"),
        "plans": plans.defer("version__document")[:5],
        "loop_unknown": row.hearing_loop and not any(wish.venue.induction_loop for wish in all_wishes(row)),
        "may_withdraw": row.status not in ENDED,
        "may_change": row.status in AMENDABLE,
        "form": ReasonForm(),
    }
    return render(request, "dispatch/request.html", context)


@allowed(Action.PLAN_DISPATCH)
@require_http_methods(["POST"])
def withdraw(request: ScopedRequest, pk: int) -> HttpResponse:
    """End one request; the others of its letter stay."""
    row = request_or_404(request.scope, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("理由を入力してください。"))
        return redirect("dispatch:request", pk)
    try:
        services.withdraw_request(request=row, by=request.user, reason=form.cleaned_data["reason"])
    except services.RequestError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("依頼を取り下げました。"))
    return redirect("dispatch:request", pk)


def letter_or_404(scope: Scope, pk: int) -> RequestLetter:
    """The letter, if the scope reaches it (law 7)."""
    around = ("municipality__prefecture", "organisation")
    return get_object_or_404(letters_in(scope).select_related(*around).prefetch_related("events__by"), pk=pk)
