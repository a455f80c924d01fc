"""The coordinator's table: a week of a plan by instructor, its locks, undoing, planning the rest anew."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from outreach.dispatch import documents, services
from outreach.dispatch.bars import AXIS, TICKS, hand_at
from outreach.dispatch.board import Wanted
from outreach.dispatch.exports import FORMATS, plan_file
from outreach.dispatch.models import Plan, RequestStatus
from outreach.dispatch.progress import progress_of
from outreach.dispatch.views.plans import attempt, plan_or_404, waiting_page
from outreach.dispatch.week import dropped_from, left_over, week_of
from outreach.dispatch.weeks import first_week, weeks_of
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.models import Person
from outreach.people.rules import Action

DROPPED_SHOWN = 30
BOARD = "board"  # in the session: how the coordinator likes the table, kept over every move and lock


@allowed(Action.PLAN_DISPATCH)
@require_safe
def plan(request: ScopedRequest, pk: int) -> HttpResponse:
    """`?week=2026-12-07` shows the week of that day; `?format=csv` or `xlsx` is the whole plan as a file.

    `?show=1&q=…&busy=1&close=1` says what the table shows; it is remembered until the next such choice.
    """
    one = plan_or_404(request.scope, pk)
    if one.version is None:
        return waiting_page(request, one)
    log_access(request.user, "see_plan", f"plan:{pk}")
    if request.GET.get("format") in FORMATS:
        return plan_file(request.GET["format"], one)
    now = timezone.now()
    waiting = list(left_over(one))
    weighed = documents.weighed(one.version, waiting) if waiting else set()
    weeks, board, progress = weeks_of(one, now), _board(request, one), progress_of(one)
    context = {
        "plan": one,
        "week": week_of(
            one,
            day_or(request.GET.get("week"), first_week(weeks, timezone.localdate(now))),
            Wanted(board["q"], board["busy"]),
        ),
        "weeks": weeks,
        "vacant": sum(link.vacant for link in weeks),
        "board": board,
        "over": one.last < timezone.localdate(now),
        "unserved": [row for row in waiting if row.pk in weighed],
        "later": [row for row in waiting if row.pk not in weighed and row.status == RequestStatus.RECEIVED],
        "dropped": dropped_from(one)[:DROPPED_SHOWN],
        "progress": progress,
        "may_discard": services.may_discard(one),
        "draft": progress.lost and services.drafts_of(one).exists(),
        "road_hours": round(one.version.road_minutes / 60),
        "axis": AXIS[1] - AXIS[0],
        "ticks": TICKS,
        "hand": hand_at(now),
    }
    return render(request, "dispatch/plan_table.html", context)


def _board(request: ScopedRequest, one: Plan) -> dict[str, Any]:
    """The table as this person likes it; the words looked for are those of one plan only."""
    if "show" in request.GET:
        chosen = {name: request.GET.get(name) == "1" for name in ("busy", "close")}
        request.session[BOARD] = {**chosen, "q": request.GET.get("q", "").strip()[:40], "plan": one.pk}
    kept = request.session.get(BOARD, {})
    words = kept.get("q", "") if kept.get("plan") == one.pk else ""
    return {"q": words, "busy": bool(kept.get("busy")), "close": bool(kept.get("close"))}


def day_or(raw: str | None, otherwise: date) -> date:
    try:
        return date.fromisoformat(raw or "")
    except ValueError:
        return otherwise


def back_to_week(one: Plan, raw: str | None, person: int | None = None) -> HttpResponse:
    """The table, at the week that the form came from, and at someone's row."""
    day = day_or(raw, one.first)
    row = f"#row-{person}" if person else ""
    return redirect(f"{reverse('dispatch:plan', args=[one.pk])}?week={day.isoformat()}{row}")


@allowed(Action.PLAN_DISPATCH)
@require_POST
def plan_undo(request: ScopedRequest, pk: int) -> HttpResponse:
    """Back from the version that the page showed: a second press, or an old tab, would take back another's step."""
    one = plan_or_404(request.scope, pk)
    if request.POST.get("version") != str(one.version_id):
        messages.error(request, _("そのあいだに案が変わりました。いまの案を見てから、もう一度押してください。"))
    else:
        attempt(request, lambda: services.undo_version(plan=one), _("1つ前の案に戻しました。"))
    return back_to_week(one, request.POST.get("week"))


@allowed(Action.PLAN_DISPATCH)
@require_POST
def plan_replan(request: ScopedRequest, pk: int) -> HttpResponse:
    """Plan the rest anew around the locks; what people were told changes as little as it can."""
    one = plan_or_404(request.scope, pk)
    attempt(request, lambda: services.start_replan(plan=one, by=request.user))
    return back_to_week(one, request.POST.get("week"))


@allowed(Action.PLAN_DISPATCH)
@require_POST
def day_lock(request: ScopedRequest, pk: int, person: int, day: str) -> HttpResponse:
    """Lock or unlock (`locked=0`) an instructor's day."""
    one = plan_or_404(request.scope, pk)
    if not one.first <= (of := day_or(day, date.min)) <= one.last:
        raise Http404
    known = one.version.loads if one.version else {}
    whose = get_object_or_404(Person, pk=person if str(person) in known else 0)
    locked = request.POST.get("locked") != "0"
    attempt(request, lambda: services.lock_day(plan=one, person=whose, day=of, locked=locked))
    return back_to_week(one, day, person)
