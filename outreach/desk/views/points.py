"""Points of a class, attested one by one, and the city's export of them."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outreach.desk.exports.points import points_file
from outreach.desk.forms.points import AttestForm, AwardForm
from outreach.desk.queries.points import cities_in, lines_of, runs_of, waiting_of
from outreach.desk.views.common import act_and_return, reaches, session_or_404
from outreach.downloads import FORMATS
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.rules import Action
from outreach.registration import services
from outreach.registration.models import Booking, PointAward
from outreach.registration.queries import roster

PAGE = "desk:session-points"


@allowed(Action.TAKE_ATTENDANCE)
@require_safe
def session_points(request: ScopedRequest, code: str) -> HttpResponse:
    one = session_or_404(request.scope, code)
    log_access(request.user, "see_points", one.subject)
    award = PointAward.objects.filter(session=one).first()
    context = {
        "session": one,
        "award": award,
        "lines": lines_of(one),
        "form": AttestForm(),
        "award_form": AwardForm(initial={"points": award.points if award else None}),
        "edits": reaches(request.user, Action.EDIT_SESSIONS, one),
    }
    return render(request, "desk/session_points.html", context)


@allowed(Action.EDIT_SESSIONS)
@require_POST
def award(request: ScopedRequest, code: str) -> HttpResponse:
    one = session_or_404(request.scope, code)
    form = AwardForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("ポイントは、100から1000までの数字で入れてください。"))
        return redirect(PAGE, code)
    points = form.cleaned_data["points"]
    done = _("この回のポイントを決めました。")
    return act_and_return(request, lambda: services.set_award(session=one, points=points), done, PAGE, code)


def _attended(request: ScopedRequest, code: str, pk: int) -> Booking:
    one = session_or_404(request.scope, code)
    booking: Booking = get_object_or_404(roster(one), pk=pk)
    log_access(request.user, "give_points", booking.subject)
    return booking


@allowed(Action.TAKE_ATTENDANCE)
@require_POST
def give(request: ScopedRequest, code: str, pk: int) -> HttpResponse:
    booking = _attended(request, code, pk)
    form = AttestForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("年齢の区分を選び、市内に住んでいることを確かめてください。"))
        return redirect(PAGE, code)
    band = form.cleaned_data["age_band"]
    return act_and_return(
        request,
        lambda: services.give_points(booking=booking, age_band=band, by=request.user),
        _("ポイントをつけました。"),
        PAGE,
        code,
    )


@allowed(Action.TAKE_ATTENDANCE)
@require_POST
def reverse_one(request: ScopedRequest, code: str, pk: int) -> HttpResponse:
    booking = _attended(request, code, pk)
    reason = request.POST.get("reason", "").replace("\0", "")[:100] or _("つけまちがい")
    return act_and_return(
        request,
        lambda: services.reverse_points(booking=booking, by=request.user, reason=reason),
        _("ポイントを取り消しました。"),
        PAGE,
        code,
    )


# --- the export -----------------------------------------------------------------------------------------------------
@allowed(Action.EDIT_RESIDENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def exports(request: ScopedRequest) -> HttpResponse:
    """The runs so far; by POST, a new one with what no run held."""
    cities = cities_in(request.scope)
    if request.method == "POST":
        city = get_object_or_404(cities, pk=request.POST.get("municipality", "").replace("\0", "")[:5])
        return act_and_return(
            request,
            lambda: services.export_points(municipality=city, by=request.user),
            lambda run: _("書き出し %(number)s を作りました。下の表から開いてください。") % {"number": run.number},
            "desk:points",
        )
    waiting = waiting_of(cities)
    rows = [(city, waiting.get(city.pk, 0)) for city in cities.select_related("prefecture").order_by("pk")]
    return render(request, "desk/points.html", {"cities": rows, "runs": runs_of(cities)[:100]})


@allowed(Action.EDIT_RESIDENTS)
@require_safe
def export_file(request: ScopedRequest, pk: int, kind: str) -> HttpResponse:
    """The run as a file: the same bytes whenever it is fetched."""
    if kind not in FORMATS:
        raise Http404
    run = get_object_or_404(runs_of(cities_in(request.scope)), pk=pk)
    log_access(request.user, "export_points", f"point-export:{run.pk}")
    return points_file(kind, run)
