"""A warning for an area and a day, or a line that does not run: everyone affected, and what to do about it.

Nothing goes out on the list or on the preview; each class, or those of one visit, are settled in one transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from outreach import dates
from outreach.classes.models import Session
from outreach.classes.queries import sessions_in
from outreach.contact.models import Kind
from outreach.desk import services
from outreach.desk.forms.storm import FERRY, REASONS, ActForm, StormForm, sailings_on
from outreach.desk.queries.alternatives import best_alternatives
from outreach.desk.queries.new_days import Unit, units_of, with_new_dates
from outreach.desk.queries.storm import (
    Hit,
    Storm,
    asked_visits,
    hits,
    moves_in,
    support_visits,
    travellers,
)
from outreach.desk.queries.telling import Outlook, outlook
from outreach.desk.views.common import REFUSALS
from outreach.dispatch.ferries import load_sea
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.queries import scope_of
from outreach.people.rules import Action, Scope
from outreach.registration.models import LIVE, Booking

KEEP, CANCEL, TOGETHER = "keep", "cancel", "together"


@dataclass(frozen=True)
class Chosen:
    """What to do with one class: cancel it, or move it `to`."""

    hit: Hit
    to: datetime | None

    @property
    def session(self) -> Session:
        return self.hit.session


@allowed(Action.SEE_SESSIONS)
@require_safe
def storm(request: ScopedRequest) -> HttpResponse:
    """Whom it would touch, and new days on which room and people are free. Reading it changes nothing.

    A prefecture sees who is hit in its towns and whom to ring; what becomes of a class is for those who hold it.
    """
    form = StormForm(request.GET if "kind" in request.GET else None, initial={"prefecture": _own(request.scope)})
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        warned = _storm(form)
        moves = moves_in(warned)
        rows = hits(request.scope, warned, timezone.now(), moves)
        units, theirs = _parted(request, units_of(rows))
        with_new_dates(units, timezone.now())
        planning = scope_of(request.user, Action.PLAN_DISPATCH)
        asked = asked_visits(planning, warned, moves) if not planning.empty else []
        listed = {shift.person_id for row in rows for shift in row.shifts} | {pk for a in asked for pk in a.visit.crew}
        helping = scope_of(request.user, Action.EDIT_RESIDENTS)
        others = travellers(planning, moves, listed) if not planning.empty else []
        for plan in sorted({move.trip.plan_id for move in others} | {one.visit.plan_id for one in asked}):
            log_access(request.user, "see_plan", f"plan:{plan}")
        context |= {
            "storm": warned,
            "sailings": sailings_on(warned.line, warned.day) if warned.line else [],
            "sample": load_sea().sample,
            "units": units,
            "theirs": theirs,
            "count": len(rows),
            "mine": sum(len(unit.rows) for unit in units),
            "people": sum(row.session.seats_taken for row in rows),
            "asked": asked,
            "travellers": others,
            "supports": support_visits(helping, warned, timezone.now()) if not helping.empty else [],
            "act": ActForm(initial={"reason": REASONS[form.cleaned_data["kind"]]}),
            "query": urlencode(_query(request.GET), doseq=True),
        }
    return render(request, "desk/storm.html", context)


def _own(scope: Scope) -> str:
    """The prefecture of whoever is in one only."""
    within = scope.prefectures | {town[:2] for town in scope.municipalities}
    return next(iter(within)) if len(within) == 1 and not scope.nation else ""


def _parted(request: ScopedRequest, units: list[Unit]) -> tuple[list[Unit], list[Unit]]:
    """Those that this person may settle, and those that others do. 1 statement more than the scope's own."""
    may = scope_of(request.user, Action.EDIT_SESSIONS)
    keys = [row.session.pk for unit in units for row in unit.rows]
    own = set() if may.empty else set(sessions_in(may).filter(pk__in=keys).values_list("pk", flat=True))
    mine = [unit for unit in units if own.issuperset(row.session.pk for row in unit.rows)]
    return mine, [unit for unit in units if unit not in mine]


def _storm(form: StormForm) -> Storm:
    data = form.cleaned_data
    if data["kind"] == FERRY:
        return Storm(data["day"], line=data["line"])
    return Storm(data["day"], data["prefecture"], frozenset(town.pk for town in data["towns"]))


def _query(sent: QueryDict) -> dict[str, list[str]]:
    return {name: sent.getlist(name) for name in ("kind", "day", "prefecture", "line", "towns") if sent.get(name)}


@dataclass(frozen=True)
class Plan:
    """What was chosen for one class, and what that would come to."""

    session: Session
    to: datetime | None
    outlook: Outlook

    @property
    def until(self) -> datetime | None:
        return self.to + (self.session.ends_at - self.session.starts_at) if self.to else None


@allowed(Action.EDIT_SESSIONS)
@require_POST
def settle(request: ScopedRequest) -> HttpResponse:
    """First what each choice would send; then, said to be sure of, all of it or one class."""
    form, act = StormForm(request.POST), ActForm(request.POST)
    back = f"{reverse('desk:storm')}?{urlencode(_query(request.POST), doseq=True)}"
    if not form.is_valid() or not act.is_valid():
        messages.error(request, _("日・場所・理由を確かめて、もう一度選んでください。"))
        return redirect(back)
    reason = act.cleaned_data["reason"]
    chosen = _chosen(request, units_of(hits(request.scope, _storm(form), timezone.now())))
    if not chosen:
        messages.error(request, _("中止にする回か、動かす回を選んでください。"))
        return redirect(back)
    if "sure" in request.POST or "only" in request.POST:
        only = request.POST.get("only")
        _settle(request, [own for own in chosen if only is None or own[0].session.code == only], reason)
        return redirect(back)
    units = [[_foresee(request, one.session, one.to, reason) for one in own] for own in chosen]
    plans = [plan for own in units for plan in own]
    context = {
        "units": units,
        "count": len(plans),
        "reason": reason,
        "hidden": [(name, value) for name, values in _query(request.POST).items() for value in values] + _said(chosen),
        "back": back,
        "told": sum(plan.outlook.people for plan in plans),
        "untold": sum(len(plan.outlook.untold) for plan in plans),
        "yen": sum(plan.outlook.yen for plan in plans),
        "calls": sum(plan.outlook.calls for plan in plans),
    }
    return render(request, "desk/storm_sure.html", context)


def _chosen(request: ScopedRequest, units: Iterable[Unit]) -> list[list[Chosen]]:
    """What is to be done, those together that were chosen together."""
    found = []
    for unit in units:
        apart = [row for row in unit.rows if _choice(request, row) != TOGETHER]
        whole = CANCEL if "all" in request.POST else request.POST.get(f"unit-{unit.first.session.code}", KEEP)
        if "all" in request.POST:
            apart = []
        found.append([one for row in unit.rows if row not in apart for one in _one(row, whole, unit)])
        found += [list(_one(row, _choice(request, row))) for row in apart]
    return [own for own in found if own]


def _choice(request: ScopedRequest, row: Hit) -> str:
    return request.POST.get(f"choice-{row.session.code}", TOGETHER)


def _one(row: Hit, choice: str, unit: Unit | None = None) -> Iterable[Chosen]:
    """Nothing where the class is to stay; of a unit the choice is said for its first."""
    to = None if choice in {KEEP, CANCEL} else _moment(choice)
    if to and unit:
        to = unit.start(row, to)
    return [Chosen(row, to)] if to or choice == CANCEL else []


def _said(chosen: Iterable[list[Chosen]]) -> list[tuple[str, str]]:
    """The same as fields of a form, each class by itself, and which of them belong together."""
    fields = []
    for own in chosen:
        first = own[0]
        what = first.to.isoformat() if first.to else CANCEL
        fields += [(f"unit-{first.session.code}", what)] if len(own) > 1 else [(f"choice-{first.session.code}", what)]
    return fields


def _moment(raw: str) -> datetime | None:
    """A new start, in the months to come; None where it is none."""
    try:
        found = parse_datetime(raw)
    except ValueError:
        return None
    now = timezone.now()
    if found is None or timezone.is_naive(found) or not now < found < now + timedelta(days=120):
        return None
    return found


def _foresee(request: ScopedRequest, session: Session, to: datetime | None, reason: str) -> Plan:
    log_access(request.user, "see_bookings", session.subject)
    now = timezone.now()
    bookings = list(Booking.objects.filter(session=session, status__in=LIVE).select_related("resident"))
    seen_as = _moved(session, to) if to else session
    for booking in bookings:
        booking.session = seen_as
    best = {} if to else best_alternatives(bookings, request.scope, now)
    for booking in bookings:
        booking.others = best.get(booking.pk, [])  # type: ignore[attr-defined]
    kind = Kind.CHANGE if to else Kind.CANCELLATION
    words = {"changed": services.what_changes(session, to, None)} if to else {"reason": reason}
    in_time = services.told_in_time(session, to or session.starts_at, now)
    return Plan(session, to, outlook(bookings, kind, words, now, needed_by=in_time))


def _moved(session: Session, to: datetime) -> Session:
    """Not stored: only to show what people will be told."""
    moved = Session.objects.select_related("course", "venue", "municipality", "organisation").get(pk=session.pk)
    moved.ends_at = to + (session.ends_at - session.starts_at)
    moved.starts_at = to
    return moved


def _settle(request: ScopedRequest, chosen: Iterable[list[Chosen]], reason: str) -> None:
    done, told = 0, 0
    for own in chosen:
        try:
            told += _act(request, own, reason)
            done += len(own)
        except REFUSALS as error:
            words = f"{own[0].session.municipality} {own[0].session.venue}{dates.colon()}{error}"
            if isinstance(error, services.NeedsReason):
                gap = "" if dates.in_japanese() else " "
                words += gap + _("講習会の画面で日時を変えると、理由を書いて進められます。")
            messages.error(request, words)
    if done:
        messages.success(request, _("%(n)s件を変更しました。%(told)s人に連絡します。") % {"n": done, "told": told})


def _act(request: ScopedRequest, own: list[Chosen], reason: str) -> int:
    moves = [(one.session, one.to) for one in own if one.to]
    if moves:
        return services.move_sessions(moves=moves, by=request.user, reason=reason)
    return services.cancel_sessions(sessions=[one.session for one in own], by=request.user, reason=reason)
