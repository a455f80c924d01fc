"""Paper for notice boards and counters: a class, its series, a town's month, and the blank form, as PDF."""

from collections.abc import Callable, Sequence
from datetime import date

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from outreach.classes.flyers import CannotPrint, application_form, class_flyer, list_flyer
from outreach.classes.models import OPEN, Entry, Session
from outreach.classes.queries import sessions_in
from outreach.desk.queries.calendar import month_of
from outreach.desk.queries.sessions import AROUND, midnight
from outreach.desk.views.common import session_or_404
from outreach.people.access import ScopedRequest, allowed
from outreach.people.rules import Action

MOST = 60  # classes on one flyer, five or six pages


@allowed(Action.SEE_SESSIONS)
@require_safe
def flyer(request: ScopedRequest, code: str) -> HttpResponse:
    return _of_one(request, code, f"flyer-{code}", class_flyer)


@allowed(Action.SEE_SESSIONS)
@require_safe
def blank_form(request: ScopedRequest, code: str) -> HttpResponse:
    return _of_one(request, code, f"form-{code}", application_form)


def _of_one(request: ScopedRequest, code: str, name: str, make: Callable[[Session], bytes]) -> HttpResponse:
    """A class that residents cannot find, or that does not take place, gets no paper."""
    one = session_or_404(request.scope, code)
    if one.status not in OPEN or one.entry == Entry.CLOSED:
        messages.error(request, _("公開していない回や終わった回のチラシは、作れません。"))
        return redirect("desk:session", code)
    return answer_paper(request, name, lambda: make(one)) or redirect("desk:session", code)


@allowed(Action.SEE_SESSIONS)
@require_safe
def series_flyer(request: ScopedRequest, code: str) -> HttpResponse:
    """The classes to come of one series in one town."""
    one = session_or_404(request.scope, code)
    if one.series is None:
        raise Http404
    found = list(_to_come(request).filter(series=one.series_id, municipality=one.municipality_id)[:MOST])
    if not found:
        messages.error(request, _("これからの連続講座が、ありません。"))
        return redirect("desk:session", code)
    heading = f"{one.municipality.name}　{one.series.name}"
    return _list(request, found, heading, f"flyer-series-{code}") or redirect("desk:session", code)


@allowed(Action.SEE_SESSIONS)
@require_safe
def month_flyer(request: ScopedRequest) -> HttpResponse:
    """`?municipality=01511&month=2026-12`: what is still to come of a town's month."""
    town, month = request.GET.get("municipality", "")[:5], request.GET.get("month", "")[:7]
    if not town:
        raise Http404
    first = _first_of(month)
    found = _of_month(request, town, first) if first else []
    if not found or first is None:
        messages.error(request, _("その月に、これから開く講習会がありません。"))
        return redirect("desk:calendar")
    heading = f"{found[0].municipality.name}　{first.month}月の講習会"  # the paper is always Japanese
    return _list(request, found, heading, f"flyer-{town}-{month}") or redirect("desk:calendar")


def _to_come(request: ScopedRequest) -> QuerySet[Session]:
    found = sessions_in(request.scope).filter(status__in=OPEN, starts_at__gt=timezone.now()).exclude(entry=Entry.CLOSED)
    return found.select_related(*AROUND).order_by("starts_at", "pk")


def _of_month(request: ScopedRequest, town: str, first: date) -> list[Session]:
    span = {"starts_at__gte": midnight(first), "starts_at__lt": midnight(month_of(first).after)}
    return list(_to_come(request).filter(municipality=town, **span)[:MOST])


def _first_of(month: str) -> date | None:
    try:
        day = date.fromisoformat(f"{month}-01")
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None


def _list(request: ScopedRequest, found: Sequence[Session], heading: str, name: str) -> HttpResponse | None:
    path = f"/classes/?municipality={found[0].municipality_id}"
    return answer_paper(request, name, lambda: list_flyer(found, heading=heading, path=path))


def answer_paper(request: ScopedRequest, name: str, make: Callable[[], bytes]) -> HttpResponse | None:
    """The PDF, opened in the browser; None with a word why where a character cannot be printed."""
    try:
        body = make()
    except CannotPrint as error:
        said = _("「%(character)s」の字は、チラシの書体にありません。ほかの字かカナに直してください。")
        messages.error(request, said % {"character": error})
        return None
    answer = HttpResponse(body, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return answer
