"""One session: everything about it on one page, and each change with its own confirmation."""

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outreach.classes import services as classes
from outreach.classes.models import OPEN, SchemeRule, Session, SessionEvent, SessionStatus, Venue
from outreach.classes.queries import gauge_of
from outreach.classes.rules import JST, staffing_due
from outreach.contact.models import Kind
from outreach.contact.queries import history
from outreach.desk import services
from outreach.desk.forms.sessions import CancelForm, DraftForm, EditForm, MoveForm
from outreach.desk.queries.alternatives import best_alternatives
from outreach.desk.queries.answers import lines_of, progress_of
from outreach.desk.queries.sessions import near_classes, told_of
from outreach.desk.queries.telling import Outlook, outlook
from outreach.desk.queries.waivers import Passed, passed_at
from outreach.desk.views.common import Rights, act_and_return, asking, attempt, rights, session_or_404
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.rules import Action
from outreach.registration.models import LIVE, Booking, BookingStatus
from outreach.registration.queries import roster, waitlist

MOVABLE = frozenset({SessionStatus.DRAFT, *OPEN})


@allowed(Action.SEE_SESSIONS)
@require_safe
def session(request: ScopedRequest, code: str) -> HttpResponse:
    """Everything about one session; its people only for those who may see residents."""
    one = session_or_404(request.scope, code)
    may = rights(request, one)
    rule = SchemeRule.objects.get(programme_year=one.programme_year_id, scheme=one.scheme, kind=one.kind)
    now = timezone.now()
    context = {
        "session": one,
        "may": may,
        "gauge": gauge_of(one),
        "rule": rule,
        "due": staffing_due(one.starts_at, rule.staffing_deadline_days),
        "now": now,
        "movable": one.status in MOVABLE,
        "few": one.seats_taken < rule.minimum_learners,
        "over": one.ends_at <= now,
        "shifts": one.shifts.select_related("person__municipality"),
        "events": _history(one),
        "told": told_of(one),
        "to_staff": history([one.subject]),
        **_people(request, one, may),
    }
    return render(request, "desk/session.html", context)


def _history(one: Session) -> list[SessionEvent | Passed]:
    """What happened to it, and which limits were let pass, the latest first."""
    events = one.events.select_related("by").order_by("-at", "-pk")
    return sorted([*events, *passed_at(one)], key=lambda row: row.at, reverse=True)


def _people(request: ScopedRequest, one: Session, may: Rights) -> dict[str, object]:
    if not may.residents:
        return {}
    log_access(request.user, "see_bookings", one.subject)
    ended = one.bookings.filter(status=BookingStatus.CANCELLED).select_related("resident")
    asked = lines_of(one, request.scope, timezone.now()) if one.answers.exists() else []
    return {"booked": roster(one), "waiting": waitlist(one), "ended": ended, "progress": progress_of(asked)}


@allowed(Action.EDIT_SESSIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: ScopedRequest, code: str) -> HttpResponse:
    one = session_or_404(request.scope, code)
    kind = DraftForm if one.status == SessionStatus.DRAFT else EditForm
    known = {"capacity": one.capacity, "note": one.note, "course": one.course_id}
    form = kind(request.POST or None, initial=known)
    if form.is_valid():
        changes = form.cleaned_data
        if attempt(request, lambda: services.edit_session(session=one, **changes), _("変更しました。")):
            return redirect("desk:session", code)
    return render(request, "desk/edit.html", {"session": one, "form": form})


# --- steps of its life ----------------------------------------------------------------------------------------------
@allowed(Action.EDIT_SESSIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: ScopedRequest, code: str) -> HttpResponse:
    """Ask once, showing the gauge (law 3), then open for bookings."""
    one = session_or_404(request.scope, code)
    if request.method == "POST":
        done = _("公開しました。住民の申し込みを受け付けています。")
        return act_and_return(
            request, lambda: classes.publish_session(session=one, by=request.user), done, "desk:session", code
        )
    return render(request, "desk/publish.html", {"session": one, "gauge": gauge_of(one)})


@allowed(Action.EDIT_SESSIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: ScopedRequest, code: str) -> HttpResponse:
    """開催決定: with the staff that the programme asks for, or a second person's approval."""
    one = session_or_404(request.scope, code)
    if request.method == "POST":
        done = _("開催を決定しました。")
        return act_and_return(
            request, lambda: classes.confirm_session(session=one, by=request.user), done, "desk:session", code
        )
    return render(request, "desk/confirm.html", {"session": one, "gauge": gauge_of(one)})


@allowed(Action.EDIT_SESSIONS)
@require_POST
def unconfirm(request: ScopedRequest, code: str) -> HttpResponse:
    one = session_or_404(request.scope, code)
    done = _("開催決定を取り消しました。申し込みの受け付けは続きます。")
    return act_and_return(
        request, lambda: services.take_back_confirmation(session=one, by=request.user), done, "desk:session", code
    )


# --- move and cancel: nothing goes out before it has been shown -----------------------------------------------------
@allowed(Action.EDIT_SESSIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: ScopedRequest, code: str) -> HttpResponse:
    """Choose another time or room; see who will be told how; confirm."""
    one = session_or_404(request.scope, code)
    form = MoveForm(request.POST or None, initial=_now_of(one), session=one)
    if not form.is_valid() or one.status not in MOVABLE or "again" in request.POST:
        return render(request, "desk/move.html", {"session": one, "form": form, "movable": one.status in MOVABLE})
    starts_at, ends_at = form.times(one.course)
    venue, reason = form.cleaned_data["venue"], form.cleaned_data["reason"]
    if "sure" not in request.POST:
        return _show_move(request, one, form, _as_moved(request, code, starts_at, ends_at, venue))
    times, why = {"starts_at": starts_at, "ends_at": ends_at}, asking(request)
    try:
        return act_and_return(
            request,
            lambda: services.move_session(
                session=one, venue=venue, by=request.user, reason=reason, consent=why.consent, **times
            ),
            lambda told: _("変更しました。%(n)s人に連絡します。") % {"n": told},
            "desk:session",
            code,
        )
    except services.NeedsReason as passed:
        one, moved = session_or_404(request.scope, code), _as_moved(request, code, starts_at, ends_at, venue)
        return _show_move(request, one, form, moved, passed=passed, limits=why.form)


def _as_moved(request: ScopedRequest, code: str, starts_at: datetime, ends_at: datetime, venue: Venue) -> Session:
    """Not stored: only to show what people will be told."""
    moved = session_or_404(request.scope, code)
    moved.starts_at, moved.ends_at, moved.venue = starts_at, ends_at, venue
    return moved


def _now_of(one: Session) -> dict[str, object]:
    start, end = one.starts_at.astimezone(JST), one.ends_at.astimezone(JST)
    return {"day": start.date(), "starts": start.time(), "ends": end.time(), "venue": one.venue_id}


def _show_move(request: ScopedRequest, one: Session, form: MoveForm, moved: Session, **limits: object) -> HttpResponse:
    """`limits`: what it would pass, where that was tried, and the form that asks why it may."""
    changed = services.what_changes(one, moved.starts_at, moved.venue)
    context = {
        "session": one,
        "moved": moved,
        "changed": changed,
        "form": form,
        "outlook": _outlook(request, one, LIVE, Kind.CHANGE, {"changed": changed}, seen_as=moved),
        "staff": one.shifts.select_related("person"),
        **limits,
    }
    return render(request, "desk/move_sure.html", context)


@allowed(Action.EDIT_SESSIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: ScopedRequest, code: str) -> HttpResponse:
    """Say why; see who will be told how, and what else is near for them; confirm."""
    one = session_or_404(request.scope, code)
    form = CancelForm(request.POST or None)
    if not form.is_valid() or one.status not in MOVABLE or "again" in request.POST:
        return render(request, "desk/cancel.html", {"session": one, "form": form, "movable": one.status in MOVABLE})
    reason = form.reason()
    if "sure" not in request.POST:
        context = {
            "session": one,
            "form": form,
            "reason": reason,
            "outlook": _outlook(request, one, LIVE, Kind.CANCELLATION, {"reason": reason}, seen_as=one),
            "staff": one.shifts.select_related("person"),
        }
        return render(request, "desk/cancel_sure.html", context)
    return act_and_return(
        request,
        lambda: services.cancel_session(session=one, by=request.user, reason=reason),
        lambda told: _("中止にしました。%(n)s人に連絡します。") % {"n": told},
        "desk:session",
        code,
    )


@allowed(Action.EDIT_SESSIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: ScopedRequest, code: str) -> HttpResponse:
    """Too few came: offer the classes near in time and place, show who would be told, and move everyone at once."""
    one = session_or_404(request.scope, code)
    others = near_classes(one, request.scope)
    into = next((near.session for near in others if near.session.code == request.POST.get("into")), None)
    if into is None or one.status not in MOVABLE:
        return render(request, "desk/merge.html", {"session": one, "others": others, "movable": one.status in MOVABLE})
    reason = _("お申し込みの人数が少ないため")
    if "sure" not in request.POST:
        told = _outlook(request, one, LIVE, Kind.CANCELLATION, {"reason": reason}, seen_as=one, offering=False)
        context = {"session": one, "into": into, "outlook": told, "staff": one.shifts.select_related("person")}
        return render(request, "desk/merge_sure.html", context)
    return act_and_return(
        request,
        lambda: services.merge_session(session=one, into=into, by=request.user, reason=reason),
        lambda moved: _("%(n)s人をこの回へ移しました。") % {"n": moved},
        "desk:session",
        into.code,
    )


def _outlook(
    request: ScopedRequest,
    one: Session,
    statuses: frozenset[BookingStatus],
    kind: Kind,
    words: dict[str, str],
    *,
    seen_as: Session,
    offering: bool = True,
) -> Outlook:
    """Who would be told and how; `offering`: with the best other classes for each, as they are to be offered."""
    now = timezone.now()
    bookings = list(Booking.objects.filter(session=one, status__in=statuses).select_related("resident"))
    for booking in bookings:
        booking.session = seen_as
    best = best_alternatives(bookings, request.scope, now) if offering else {}
    for booking in bookings:
        booking.others = best.get(booking.pk, [])  # type: ignore[attr-defined]
    in_time = services.told_in_time(one, seen_as.starts_at, now)
    return outlook(bookings, kind, words, now, needed_by=in_time)
