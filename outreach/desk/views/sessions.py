"""The list of sessions, its exports, and a new session from municipality to draft."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from geo.models import Municipality
from geo.queries import municipality_rows
from geo.shops import shop_status
from outreach.classes.models import Session
from outreach.classes.queries import sessions_in
from outreach.classes.services import create_session
from outreach.desk.exports.lists import sessions_file
from outreach.desk.forms.sessions import SessionFilter, SessionForm
from outreach.desk.forms.venues import VenueForm
from outreach.desk.queries.needs import moment
from outreach.desk.queries.sessions import rows_of, search
from outreach.desk.views.common import attempt
from outreach.downloads import FORMATS
from outreach.people.access import ScopedRequest, allowed
from outreach.people.queries import scope_of
from outreach.people.rules import Action, Scope

A_PAGE = 40
TOWNS_SHOWN = 30


@allowed(Action.SEE_SESSIONS)
@require_safe
def sessions(request: ScopedRequest) -> HttpResponse:
    """The sessions within reach, those to come unless something else is asked for; `format` exports the same list."""
    asked = request.GET.copy()
    kind = asked.pop("format", [""])[-1]
    if not asked:
        asked["since"] = timezone.localdate().isoformat()
    form = _filter(asked)
    found = sessions_in(request.scope)
    valid = form.is_valid()
    found = search(found, form.cleaned_data, moment(request.user, timezone.now())) if valid else found.none()
    if kind in FORMATS:
        return sessions_file(kind, found, form)
    page = Paginator(found, A_PAGE).get_page(asked.get("page"))
    rest = {name: str(value) for name, value in asked.items() if value and name != "page"}
    context = {
        "form": form,
        "page": page,
        "rows": rows_of(page.object_list),
        "csv": f"?{urlencode({**rest, 'format': 'csv'})}",
        "excel": f"?{urlencode({**rest, 'format': 'xlsx'})}",
        "may_edit": not scope_of(request.user, Action.EDIT_SESSIONS).empty,
    }
    return render(request, "desk/sessions.html", context)


def _filter(asked: Any) -> SessionFilter:
    """Towns are offered once a prefecture is chosen, or the one that a link named."""
    towns = Municipality.objects.none()
    if asked.get("prefecture"):
        towns = Municipality.objects.of_today().filter(prefecture=asked["prefecture"])
    elif asked.get("municipality"):
        towns = Municipality.objects.filter(pk=asked["municipality"])
    return SessionFilter(asked, towns=towns)


# --- a new session --------------------------------------------------------------------------------------------------
@allowed(Action.EDIT_SESSIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def session_new(request: ScopedRequest) -> HttpResponse:
    """Choose the municipality first (the map's list comes with one), then place, time and organisation."""
    code = request.GET.get("municipality") or only_municipality(request.scope)
    if not code:
        return choose_town(request)
    town = town_in(request.scope, code)
    known = {"venue": request.GET.get("venue")}
    form = SessionForm(request.POST or None, initial=known, municipality=town, scope=request.scope)
    if form.is_valid():
        made = _draft(request, form)
        if made:
            return redirect("desk:session", made.code)
    context = {"form": form, "town": town, "shop_status": shop_status(timezone.localdate()).get(town.code, "unknown")}
    return render(request, "desk/session_new.html", context)


def _draft(request: ScopedRequest, form: SessionForm) -> Session | None:
    names = ("venue", "course", "organisation", "scheme", "kind", "entry", "capacity", "note")
    wanted = {name: form.cleaned_data[name] for name in names}
    starts_at, ends_at = form.times(wanted["course"])
    made: list[Session] = []
    attempt(
        request,
        lambda: made.append(create_session(**wanted, starts_at=starts_at, ends_at=ends_at, by=request.user)),
        _("下書きを作りました。内容を確かめて、公開してください。"),
    )
    return made[0] if made else None


def town_in(scope: Scope, code: str) -> Municipality:
    """The municipality, where a user of `scope` may plan: an organisation's coordinator anywhere, a town's in it."""
    town = get_object_or_404(Municipality.objects.of_today().select_related("prefecture"), pk=code)
    if not (scope.nation or scope.organisations or town.code in scope.municipalities):
        raise PermissionDenied(_("この市区町村の講習会は、作れません。"))
    return town


def only_municipality(scope: Scope) -> str:
    alone = not scope.nation and not scope.organisations and len(scope.municipalities) == 1
    return next(iter(scope.municipalities)) if alone else ""


def choose_town(request: ScopedRequest) -> HttpResponse:
    q = request.GET.get("q", "").strip()[:80]
    rows, count = municipality_rows(q=q, limit=TOWNS_SHOWN) if q else ([], 0)
    context = {"q": q, "rows": rows, "count": count, "left_out": count - len(rows)}
    return render(request, "desk/choose_town.html", context)


@allowed(Action.EDIT_SESSIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def venue_new(request: ScopedRequest) -> HttpResponse:
    """Add a room, found on the map by its address, and go on with the session."""
    town = town_in(request.scope, request.GET.get("municipality", ""))
    form = VenueForm(request.POST or None, municipality=town)
    if form.is_valid():
        venue = form.save()
        said = _("会場を登録しました。")
        if form.approximate:
            said += _("住所の細かい位置が分からないので、地図では%(town)sの中心に出ます。") % {"town": town.name}
        attempt(request, lambda: None, said)
        query = urlencode({"municipality": town.code, "venue": str(venue.pk)})
        return redirect(f"{reverse('desk:session-new')}?{query}")
    return render(request, "desk/venue_new.html", {"form": form, "town": town})
