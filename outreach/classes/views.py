"""Finding a class: by postal code, by municipality, by the code on a flyer. Everything by GET, nothing personal."""

from bisect import bisect_right
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from geo.models import Municipality, Prefecture
from outreach.classes import codes, rules
from outreach.classes.forms import CodeForm, SearchForm
from outreach.classes.models import OPEN, Session
from outreach.classes.queries import (
    NEAR_KM,
    Place,
    alternatives,
    find_places,
    find_session,
    nearest_sessions,
    open_sessions,
)
from outreach.people.access import open_to_all

A_PAGE = 10
KANA_ROWS = "アカサタナハマヤラワ"
REGION_STARTS = ("01", "08", "15", "24", "31", "40")


@open_to_all
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "classes/home.html", {"form": SearchForm(), "code_form": CodeForm()})


@open_to_all
@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """Classes nearest first; asks again where the place is unknown, and which where it may mean several."""
    if not (request.GET.get("postal", "").strip() or request.GET.get("municipality")):
        return redirect("classes:home")
    form = SearchForm(request.GET)
    if not form.is_valid() and not form.places:
        return _ask_again(request, form)
    if len(form.places) > 1:
        return render(request, "classes/choose.html", {"places": form.places, "form": form})
    return _nearest(request, form, form.places[0])


def _ask_again(request: HttpRequest, form: SearchForm) -> HttpResponse:
    """A class code written where the postal code goes still leads to the class: both have seven digits."""
    meant = CodeForm({"code": request.GET.get("postal", "")})
    if meant.is_valid():
        return redirect("classes:detail", meant.session.code)
    return render(request, "classes/home.html", {"form": form, "code_form": CodeForm()})


def _nearest(request: HttpRequest, form: SearchForm, place: Place) -> HttpResponse:
    wanted = form.cleaned_data
    found = open_sessions(since=_midnight(wanted.get("from")), until=_midnight(wanted.get("to"), after=True))
    if wanted.get("course"):
        found = found.filter(course=wanted["course"])
    if wanted.get("audience"):
        found = found.filter(course__audience=wanted["audience"])
    shown = wanted.get("show") or A_PAGE
    rows = nearest_sessions(lat=place.lat, lon=place.lon, found=found, limit=shown + 1)
    near = sum(row.km <= NEAR_KM for row in rows)
    if near and not wanted.get("show"):
        shown = min(shown, near)
    filters = {name: form.data[name] for name in ("audience", "course", "from", "to") if wanted.get(name)}
    asked = {"postal": place.postal, "municipality": form.data.get("municipality") or ""}
    here = {name: value for name, value in asked.items() if value}
    context = {
        "form": form,
        "place": place,
        "rows": rows[:shown],
        "filtered": bool(filters),
        "far": not near,
        "near_km": NEAR_KM,
        "here": here,
        "without_filters": f"{reverse('classes:results')}?{urlencode(here)}",
        "more": f"?{urlencode({**here, **filters, 'show': shown + A_PAGE})}#s{shown}" if len(rows) > shown else "",
        "more_is_far": near == shown,
    }
    return render(request, "classes/results.html", context)


def _midnight(day: date | None, *, after: bool = False) -> datetime | None:
    """The start of a day in Japan, or with `after` its end."""
    return datetime.combine(day, time(), tzinfo=rules.JST) + timedelta(days=after) if day else None


@open_to_all
@require_safe
def prefectures(request: HttpRequest) -> HttpResponse:
    regions = _by_region(list(Prefecture.objects.order_by("code")))
    return render(request, "classes/prefectures.html", {"regions": regions})


def _by_region(found: list[Prefecture]) -> list[tuple[str, list[Prefecture]]]:
    names = [_("北海道・東北"), _("関東"), _("中部"), _("近畿"), _("中国・四国"), _("九州・沖縄")]
    groups = groupby(found, lambda prefecture: bisect_right(REGION_STARTS, prefecture.code) - 1)
    return [(names[index], list(members)) for index, members in groups]


@open_to_all
@require_safe
def municipalities(request: HttpRequest, code: str) -> HttpResponse:
    prefecture = get_object_or_404(Prefecture, code=code)
    towns = Municipality.objects.of_today().filter(prefecture=prefecture).order_by("kana", "code")
    return render(request, "classes/municipalities.html", {"prefecture": prefecture, "rows": _by_kana(list(towns))})


def _by_kana(towns: list[Municipality]) -> list[tuple[str, list[Municipality]]]:
    """Under あ, か, さ and so on, by the row of the first kana; the codes of katakana stand in that order."""

    def row_of(town: Municipality) -> str:
        return KANA_ROWS[max(0, bisect_right(KANA_ROWS, town.kana[:1]) - 1)]

    return [(chr(ord(row) - 0x60), list(members)) for row, members in groupby(towns, row_of)]


@open_to_all
@require_safe
def by_code(request: HttpRequest) -> HttpResponse:
    form = CodeForm(request.GET)
    if form.is_valid():
        return redirect("classes:detail", form.session.code)
    digits = codes.digits_in(request.GET.get("code", "")[:40])
    if digits and find_places(postal=digits):
        return redirect(f"{reverse('classes:results')}?{urlencode({'postal': digits})}")
    return render(request, "classes/home.html", {"form": SearchForm(), "code_form": form})


@open_to_all
@require_safe
def detail(request: HttpRequest, code: str) -> HttpResponse:
    clean = codes.clean_code(code, codes.SESSION_DIGITS)
    session = find_session(clean) if clean else None
    if clean is None or session is None:
        raise Http404
    if clean != code:
        return redirect("classes:detail", clean)
    return render(request, "classes/detail.html", _about(session))


def _about(session: Session) -> dict[str, Any]:
    open_now = session.status in OPEN and session.starts_at > timezone.now()
    return {
        "session": session,
        "open": open_now,
        "national": rules.counts_towards_target(session.scheme),
        "others": [] if open_now and session.seats_left else alternatives(session),
    }
