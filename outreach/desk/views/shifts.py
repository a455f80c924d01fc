"""A supporter's shifts: where help is missing near home, one's own, handing over and swapping; and the day itself."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from geo.sketch import Pin, sketch
from outreach.classes import services as classes
from outreach.classes.codes import clean_code
from outreach.classes.helping import Chance, chances, own_shifts
from outreach.classes.models import Handover, Session, Shift
from outreach.contact.services import takes_texts
from outreach.desk.queries.substitutes import substitutes
from outreach.desk.services import NeedsReason
from outreach.desk.services import supporters as services
from outreach.desk.views.common import asking, attempt, session_or_404
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.models import Supporter
from outreach.people.ranking import hindered, rank
from outreach.people.rules import Action
from outreach.people.writing import whole_number

OPEN = Handover.Status.OPEN
SHOWN = 60


def me(request: ScopedRequest) -> Supporter:
    around = ("person__municipality", "organisation")
    return get_object_or_404(Supporter.objects.select_related(*around), person=request.scope.person)


@allowed(Action.OWN_WORK)
@require_safe
def open_shifts(request: ScopedRequest) -> HttpResponse:
    """Where help is missing, as a list and on a map, and one's own shifts to come."""
    supporter, now = me(request), timezone.now()
    everywhere = chances(supporter, now)
    districts = sorted({one for row in everywhere for one in row.districts}, key=lambda one: (one.name, one.pk))
    chosen = next((one for one in districts if str(one.pk) == request.GET.get("district")), None)
    found = [row for row in everywhere if chosen is None or chosen in row.districts][:SHOWN]
    mine = own_shifts(supporter.person_id, now)
    context = {
        "supporter": supporter,
        "rows": list(enumerate(found, 1)),
        "map": _map(supporter, found),
        "mine": mine,
        "districts": districts,
        "chosen": chosen,
        "swappable": [shift for shift in mine if shift.open_handover is None],  # type: ignore[attr-defined]
    }
    return render(request, "desk/people/shifts.html", context)


def _map(supporter: Supporter, found: list[Chance]) -> str:
    pins = [
        Pin(n, row.session.venue.lat, row.session.venue.lon, f"#shift-{n}", f"{n} {row.session.venue}")
        for n, row in enumerate(found, 1)
    ]
    home = (supporter.person.lat, supporter.person.lon)
    return sketch(home=home, reach_km=supporter.reach_km, pins=pins, title=_("手伝える会場の地図"))


def _done(request: ScopedRequest, act: Callable[[], Any], done: str) -> HttpResponse:
    attempt(request, act, done)
    return redirect("desk:open-shifts")


@allowed(Action.OWN_WORK)
@require_POST
def sign_up(request: ScopedRequest, code: str) -> HttpResponse:
    session = get_object_or_404(Session, code=clean_code(code, 7) or "")
    done = _("お願いします。前の日にお知らせします。")
    return _done(request, lambda: services.sign_up(session=session, supporter=me(request)), done)


@allowed(Action.OWN_WORK)
@require_POST
def own_shift(request: ScopedRequest, pk: int) -> HttpResponse:
    """One's own shift: give it back, look for someone else, or look no more."""
    mine = Shift.objects.filter(person=me(request).person, duty=Shift.Duty.HELPER)
    shift = get_object_or_404(mine.select_related("session__venue", "person"), pk=pk)
    if "give_back" in request.POST:
        return _done(request, lambda: classes.give_back(shift=shift), _("担当をやめました。"))
    if "keep" in request.POST:
        handover = get_object_or_404(Handover, shift=shift, status=OPEN)
        return _done(request, lambda: classes.withdraw_handover(handover=handover), _("交代をさがすのをやめました。"))
    done = _("交代の人をさがしています。見つかるまでは、あなたの担当です。")
    return _done(request, lambda: classes.ask_handover(shift=shift), done)


@allowed(Action.OWN_WORK)
@require_POST
def take(request: ScopedRequest, pk: int) -> HttpResponse:
    """Take someone's shift, or offer one's own for it."""
    supporter = me(request)
    handover = _handover(pk)
    if raw := request.POST.get("own"):
        own = get_object_or_404(
            Shift.objects.select_related("session"),
            pk=whole_number(raw),
            person=supporter.person,
            duty=Shift.Duty.HELPER,
        )
        done = _("取りかえを申し出ました。相手の返事をお待ちください。")
        return _done(request, lambda: classes.offer_swap(handover=handover, own=own), done)
    done = _("交代しました。お願いします。")
    return _done(request, lambda: services.take_over(handover=handover, supporter=supporter), done)


def _handover(pk: int) -> Handover:
    around = (
        "shift__session__venue",
        "shift__person",
        "giver",
        "taker",
        "in_return__session__venue",
        "in_return__person",
    )
    return get_object_or_404(Handover.objects.select_related(*around), pk=pk, status=OPEN)


@allowed(Action.OWN_WORK)
@require_POST
def swap(request: ScopedRequest, pk: int) -> HttpResponse:
    """Answer someone who offers their shift for one's own."""
    handover = _handover(pk)
    if handover.giver_id != me(request).person_id:
        return redirect("desk:open-shifts")
    agreed = "agree" in request.POST
    done = _("取りかえました。") if agreed else _("申し出をことわりました。")
    return _done(request, lambda: services.answer_swap(handover=handover, agreed=agreed), done)


@allowed(Action.OWN_WORK)
@require_POST
def own_texts(request: ScopedRequest) -> HttpResponse:
    """By SMS instead of a call, or by a call again."""
    supporter = me(request)
    by_sms = request.POST.get("by") == "sms"
    if not takes_texts(supporter.person):
        raise Http404
    services.agree_to_texts(number=supporter.person.phone, given=by_sms, sample=supporter.person.sample)
    messages.success(request, _("これからは、SMSでお知らせします。") if by_sms else _("これからは、お電話します。"))
    return redirect("desk:own-work")


@allowed(Action.OWN_WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: ScopedRequest) -> HttpResponse:
    """Stop being a supporter; asked once more, since duties come free at once."""
    supporter = get_object_or_404(Supporter.objects.select_related("person"), person=request.scope.person, active=True)
    if "sure" not in request.POST:
        return render(request, "desk/people/leave.html", {"mine": own_shifts(supporter.person_id, timezone.now())})
    services.leave(supporter=supporter)
    messages.success(request, _("これまでの活動、ありがとうございました。"))
    return redirect("sign-in")


# --- the office -----------------------------------------------------------------------------------------------------
@allowed(Action.EDIT_SESSIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def substitute(request: ScopedRequest, code: str, shift: int) -> HttpResponse:
    """Whom to ask instead, the fittest first; chosen, the shift changes hands and both are told."""
    one = session_or_404(request.scope, code)
    helping = one.shifts.filter(duty=Shift.Duty.HELPER)  # a teacher's place is filled on the page of the staff
    found = get_object_or_404(helping.select_related("person", "session__venue", "session__course"), pk=shift)
    everyone = substitutes(found, request.scope)
    if request.method == "POST":
        chosen = {candidate.person for candidate in rank(everyone)}
        person = whole_number(request.POST.get("person", ""))
        if person not in chosen:
            messages.error(request, _("この人には、いま頼めません。"))
            return redirect("desk:substitute", code, shift)
        new = Supporter.objects.select_related("person").get(person=person).person
        done = _("%(person)sさんに代わりました。二人に知らせます。") % {"person": new}
        why = asking(request)
        try:
            attempt(request, lambda: services.substitute(shift=found, person=new, consent=why.consent), done)
        except NeedsReason as passed:
            context = {"session": one, "person": new, "leaving": found, "passed": passed, "limits": why.form}
            return render(request, "desk/over_limits.html", context)
        return redirect("desk:staffing", code)
    log_access(request.user, "see_people", one.subject)
    context = {
        "session": one,
        "shift": found,
        "ranked": rank(everyone, most=15),
        "hindered": hindered(everyone, most=15),
    }
    return render(request, "desk/people/substitute.html", context)


@allowed(Action.TAKE_ATTENDANCE)
@require_http_methods(["GET", "HEAD", "POST"])
def helpers(request: ScopedRequest, code: str) -> HttpResponse:
    """Who came to teach and help, and for how long."""
    one = session_or_404(request.scope, code)
    if request.method == "POST":
        shift = get_object_or_404(
            one.shifts.select_related("person", "session__course"), pk=whole_number(request.POST.get("shift", ""))
        )
        _note(request, shift)
        return redirect("desk:helpers", code)
    now = timezone.now()
    context = {
        "session": one,
        "shifts": one.shifts.select_related("person"),
        "begun": one.starts_at <= now,
        "usual": int((one.ends_at - one.starts_at).total_seconds() // 60),
    }
    return render(request, "desk/people/helpers.html", context)


def _note(request: ScopedRequest, shift: Shift) -> None:
    now = timezone.now()
    if "minutes" not in request.POST:
        attempt(request, lambda: classes.check_in(shift=shift, now=now))
        return
    raw = request.POST["minutes"].strip()
    minutes = whole_number(raw)
    if minutes > 1440 or (raw.strip("0") and not minutes):
        messages.error(request, _("分数は、1440までの数で入れてください。"))
        return
    done = _("%(person)sさんの時間を記録しました。") % {"person": shift.person}
    attempt(request, lambda: services.count_and_thank(shift=shift, minutes=minutes, now=now), done)
