"""After the day: what was really travelled, against the plan, by month; and staff writing it down."""

from datetime import date, datetime, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from outreach.dispatch import services
from outreach.dispatch.forms.offers import TravelledForm
from outreach.dispatch.models import Trip
from outreach.dispatch.queries import plans_in
from outreach.dispatch.travelled import Row, Totals, rows_of, totals, trips_in
from outreach.downloads import FORMATS, download
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.rules import Action


@allowed(Action.PLAN_DISPATCH)
@require_safe
def travelled(request: ScopedRequest) -> HttpResponse:
    """`?month=2026-11`; `?format=csv` or `xlsx` is the same as a file."""
    now = timezone.now()
    month = _month(request.GET.get("month", ""), timezone.localdate(now))
    rows = rows_of(trips_in(request.scope, month, now))
    sums = totals(rows)
    log_access(request.user, "see_travelled", f"month:{month:%Y-%m}")
    if request.GET.get("format") in FORMATS:
        return _file(request.GET["format"], month, rows, sums)
    context = {
        "month": month,
        "before": month - timedelta(days=1),
        "after": month + timedelta(days=32),
        "rows": rows,
        "totals": sums,
        "excel": f"?month={month:%Y-%m}&format=xlsx",
        "csv": f"?month={month:%Y-%m}&format=csv",
    }
    return render(request, "dispatch/travelled.html", context)


def _month(raw: str, today: date) -> date:
    try:
        found = datetime.strptime(raw, "%Y-%m").date()
    except ValueError:
        return today.replace(day=1)
    return found if 2000 <= found.year <= 2200 else today.replace(day=1)


def _file(kind: str, month: date, rows: list[Row], sums: Totals) -> HttpResponse:
    head = [
        _("日"), _("講師"), _("都道府県"), _("訪問先"), _("計画の距離（km）"), _("計画の移動（分）"),
        _("実際の距離（km）"), _("実際の移動（分）"), _("距離の差（km）"), _("移動の差（分）"), _("外泊"),
    ]  # fmt: skip
    made = timezone.localdate().isoformat()
    about = [
        (_("作成日"), made),
        (_("出典"), _("津々浦々 講師派遣の移動の記録")),
        (_("月"), f"{month:%Y-%m}"),
        (_("日数"), sums.days),
        (_("記録のある日数"), sums.known),
        (_("計画の距離（km）"), sums.planned_km),
        (_("記録のある日の計画の距離（km）"), sums.known_km),
        (_("実際の距離（km）"), sums.km),
        (_("計画の移動（分）"), sums.planned_minutes),
        (_("記録のある日の計画の移動（分）"), sums.known_minutes),
        (_("実際の移動（分）"), sums.minutes),
    ]
    return download(kind, f"travelled-{month:%Y-%m}", head, map(_line, rows), about=about)


def _line(row: Row) -> tuple[object, ...]:
    trip = row.trip
    return (
        trip.day.isoformat(), trip.person.name, trip.plan.prefecture.name, "・".join(row.towns), trip.km,
        trip.road_minutes, trip.travelled_km, trip.travelled_minutes, row.more_km, row.more_minutes,
        "○" if trip.overnight else "",
    )  # fmt: skip


@allowed(Action.PLAN_DISPATCH)
@require_http_methods(["GET", "HEAD", "POST"])
def trip(request: ScopedRequest, pk: int) -> HttpResponse:
    """Staff write down what an instructor tells them, or take it back."""
    found = get_object_or_404(Trip.objects.filter(plan__in=plans_in(request.scope)).select_related("person"), pk=pk)
    form = TravelledForm(request.POST or None, initial=_known(found))
    form.use_required_attribute = False
    try:
        if request.POST.get("act") == "clear":
            services.note_travelled(trip=found, km=None, minutes=None, now=timezone.now())
            return _back(found, _("移動の記録を消しました。"), request)
        if request.method == "POST" and form.is_valid():
            services.note_travelled(trip=found, now=timezone.now(), **form.travelled())
            return _back(found, _("移動の記録を受け取りました。"), request)
    except services.OfferError as error:
        messages.error(request, str(error))
    return render(request, "dispatch/travelled_trip.html", {"trip": found, "form": form})


def _known(found: Trip) -> dict[str, object]:
    if found.travelled_km is None or found.travelled_minutes is None:
        return {}
    return {"km": found.travelled_km, "hours": found.travelled_minutes // 60, "minutes": found.travelled_minutes % 60}


def _back(found: Trip, words: str, request: ScopedRequest) -> HttpResponse:
    messages.success(request, words)
    return redirect(f"{reverse('dispatch:travelled')}?month={found.day:%Y-%m}")
