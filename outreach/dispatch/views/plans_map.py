"""A day of a plan on the map: everyone's way, and the same in a table."""

from datetime import date
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from geo.map import LegendEntry, Line, Point, pack_lines, pack_points, pack_values, render_map
from outreach.dispatch.models import Plan
from outreach.dispatch.views.plans import plan_or_404
from outreach.dispatch.views.plans_table import day_or
from outreach.dispatch.ways import Way, ways_on
from outreach.dispatch.wishes import label
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.rules import Action

# Okabe and Ito's, dark enough on a pale ground; after eight the lines are dashed.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a6d00", "#1a1a1a", "#7b3294", "#a6192e")
DASHES = ("", "6 4", "2 4")
VISITED, HOME = "visited", "home"
MARGIN = 0.15  # degrees around what is drawn


@allowed(Action.PLAN_DISPATCH)
@require_safe
def plan_map(request: ScopedRequest, pk: int) -> HttpResponse:
    """`?day=2026-12-07`: that day's ways; where none is asked for, the next day with any, or the first."""
    plan = plan_or_404(request.scope, pk)
    if plan.version is None:
        return redirect("dispatch:plan", pk)
    log_access(request.user, "see_plan", f"plan:{pk}")
    busy = sorted(set(plan.trips.values_list("day", flat=True)))
    day = _within(plan, day_or(request.GET.get("day"), _next(busy, plan)))
    ways = ways_on(plan, day)
    drawn = [(way, *_look(number)) for number, way in enumerate(ways)]
    context = {
        "plan": plan,
        "day": day,
        "days": busy,
        "before": max((one for one in busy if one < day), default=None),
        "after": min((one for one in busy if one > day), default=None),
        "drawn": drawn,
        "km": sum(way.trip.km for way in ways),
        "map": _map(plan, day, ways) if ways else None,
    }
    return render(request, "dispatch/plan_map.html", context)


def _look(number: int) -> tuple[str, str]:
    """Colour and dashes of the day's nth way, on the map, in its legend and in the table."""
    return COLOURS[number % len(COLOURS)], DASHES[number // len(COLOURS) % len(DASHES)]


def _map(plan: Plan, day: date, ways: list[Way]) -> Any:
    lats = [lat for way in ways for lat, _lon in way.stops]
    lons = [lon for way in ways for _lat, lon in way.stops]
    args = [plan.pk, day.isoformat()]
    version = f"?v={plan.version_id}"  # the browser keeps what it fetched for one version
    looks = [(way, *_look(number)) for number, way in enumerate(ways)]
    lines = tuple(LegendEntry(way.key, way.person.name, colour, shape="line", dash=dash) for way, colour, dash in looks)
    return render_map(
        name="plan",
        title=_("その日の行程の地図"),
        legend=(
            LegendEntry(VISITED, _("この日に行く市区町村"), "#f0e442"),
            LegendEntry("venue", _("会場"), "#0b3d91", shape="point"),
            LegendEntry(HOME, _("講師の拠点"), "#4d4d4d", shape="point"),
            *lines,
        ),
        values_url=reverse("dispatch:plan-map-values", args=args) + version,
        points_url=reverse("dispatch:plan-map-points", args=args) + version,
        lines_url=reverse("dispatch:plan-map-lines", args=args) + version,
        bounds=((min(lats) - MARGIN, min(lons) - MARGIN), (max(lats) + MARGIN, max(lons) + MARGIN)),
    )


def _next(busy: list[date], plan: Plan) -> date:
    today = timezone.localdate()
    return next((day for day in busy if day >= today), busy[0] if busy else plan.first)


def _within(plan: Plan, day: date) -> date:
    return min(max(day, plan.first), plan.last)


def _ways(request: ScopedRequest, pk: int, day: str) -> list[Way]:
    plan = plan_or_404(request.scope, pk)
    return ways_on(plan, _within(plan, day_or(day, plan.first)))


@allowed(Action.PLAN_DISPATCH)
@require_safe
def map_values(request: ScopedRequest, pk: int, day: str) -> HttpResponse:
    towns = {visit.request.municipality_id for way in _ways(request, pk, day) for visit in way.visits}
    return JsonResponse(pack_values(dict.fromkeys(towns, VISITED)))


@allowed(Action.PLAN_DISPATCH)
@require_safe
def map_points(request: ScopedRequest, pk: int, day: str) -> HttpResponse:
    ways = _ways(request, pk, day)
    visits = [visit for way in ways for visit in way.visits]
    points = [
        Point(v.venue.lat, v.venue.lon, "venue", f"{v.request.municipality.name} {label(v.venue.name, v.wish)}")
        for v in visits
    ]
    homes = [Point(*way.door, HOME, way.person.name) for way in ways]
    return JsonResponse(pack_points([*points, *homes]))


@allowed(Action.PLAN_DISPATCH)
@require_safe
def map_lines(request: ScopedRequest, pk: int, day: str) -> HttpResponse:
    return JsonResponse(pack_lines(Line(way.key, way.stops) for way in _ways(request, pk, day)))
