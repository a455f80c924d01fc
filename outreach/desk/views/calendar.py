"""The office's classes by week and by month."""

from datetime import date

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from geo.models import Municipality
from outreach.classes.models import OPEN
from outreach.classes.queries import sessions_in
from outreach.desk.queries.calendar import Span, days_of, month_of, week_of
from outreach.desk.queries.sessions import midnight
from outreach.people.access import ScopedRequest, allowed
from outreach.people.rules import Action


@allowed(Action.SEE_SESSIONS)
@require_safe
def calendar(request: ScopedRequest) -> HttpResponse:
    """`?month=2026-11` or `?week=2026-11-23`; this month where neither can be read."""
    span = _asked(request)
    days = days_of(span, sessions_in(request.scope))
    weeks = [days[start : start + 7] for start in range(0, len(days), 7)]
    context = {"span": span, "weeks": weeks, "today": timezone.localdate(), "towns": _towns(request, span)}
    return render(request, "desk/calendar.html", context)


def _towns(request: ScopedRequest, span: Span) -> QuerySet[Municipality]:
    """Those with classes still to come in the month shown, for a flyer of it."""
    if span.month is None:
        return Municipality.objects.none()
    first = max(midnight(span.month) or timezone.now(), timezone.now())
    found = sessions_in(request.scope).filter(status__in=OPEN, starts_at__gt=first, starts_at__lt=midnight(span.after))
    return Municipality.objects.filter(pk__in=found.values("municipality")).order_by("code")


def _asked(request: ScopedRequest) -> Span:
    today = timezone.localdate()
    if week := request.GET.get("week"):
        return week_of(_day(week) or today)
    return month_of(_day(f"{request.GET.get('month', '')}-01") or today)


def _day(raw: str) -> date | None:
    try:
        day = date.fromisoformat(raw)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None
