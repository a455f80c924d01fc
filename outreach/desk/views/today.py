"""Where everyone who works here lands: the office's day, one's own duties, or a year in counts."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from outreach.classes.models import Shift
from outreach.contact.services import takes_texts, way_to
from outreach.desk.queries import today as queries
from outreach.desk.queries.needs import LABELS, Need, moment
from outreach.dispatch.asking import own_letters
from outreach.people.access import ScopedRequest, allowed, open_to_all
from outreach.people.models import Supporter
from outreach.people.queries import scope_of
from outreach.people.rules import Action
from outreach.registration.supporting import own_supports

QUIET: dict[str, str | Promise] = {
    "calls": _("かける電話"),
    "messages_in_trouble": _("届かない連絡"),
    "offers": _("返事を待っている空席"),
    "slips": _("印刷する郵便"),
    "vacancies": _("代わりの講師が要る訪問"),
    "letters": _("確認待ちの派遣依頼"),
    "overdue": _("終えた記録がない支援"),
    "handovers": _("交代をさがしている担当"),
    "endings": _("終わりの近い資格"),
    "files": _("取り込めなかったファイル"),
    "unanswered": _("変更・中止への返事"),
    "enquiries": _("問い合わせ"),
}


@allowed(Action.EDIT_SESSIONS)
def office(request: ScopedRequest) -> HttpResponse:
    """Top to bottom what needs a hand now; each row opens its remedy."""
    now = timezone.now()
    calling, seeing = scope_of(request.user, Action.MAKE_CALLS), scope_of(request.user, Action.SEE_RESIDENTS)
    heaps = queries.session_heaps(request.scope, moment(request.user, now))
    people, planning = scope_of(request.user, Action.SEE_PEOPLE), scope_of(request.user, Action.PLAN_DISPATCH)
    others = {
        "calls": queries.calls(calling, now),
        "untold": queries.untold(calling, now),
        "messages_in_trouble": queries.troubled_messages(seeing, now),
        "offers": queries.offers_lapsing(seeing, now),
        "slips": queries.slips(seeing, now),
        "vacancies": queries.vacancies(planning, now),
        "letters": queries.letters(planning),
        "overdue": queries.overdue(seeing, now),
        "handovers": queries.handovers(request.scope, now),
        "endings": queries.endings(people, timezone.localdate(now)),
        "files": queries.failed_files(request.scope),
        "unanswered": queries.unanswered(seeing, now),
        "enquiries": queries.enquiries(seeing),
    }
    quiet = [LABELS[need] for need in Need if not heaps[need].count]
    quiet += [label for name, label in QUIET.items() if not others[name].count]
    context = {
        "now": now,
        "today": timezone.localdate(now),
        "needs": [(need.value, LABELS[need], heaps[need]) for need in Need],
        **others,
        "busy": any(heap.count for heap in (*heaps.values(), *others.values())),
        "quiet": quiet,
        "coming": queries.coming(request.scope, now),
    }
    return render(request, "desk/today.html", context)


@allowed(Action.OWN_WORK)
@require_safe
def own_work(request: ScopedRequest) -> HttpResponse:
    """An instructor's or supporter's duties, with the roster where they may see it."""
    now = timezone.now()
    shown, later = _first_fortnight(queries.own_sessions(request.scope.person, now), now, "all" in request.GET)
    attends = not scope_of(request.user, Action.TAKE_ATTENDANCE).empty
    supporter = Supporter.objects.filter(person=request.scope.person).select_related("person").first()
    context = {
        "now": now,
        "shifts": shown,
        "later": later,
        "attends": attends,
        "supports": own_supports(request.scope.person, now),
        "supporter": supporter,
        "way": way_to(supporter.person)[0] if supporter and takes_texts(supporter.person) else "",
        "letters": own_letters(request.scope.person, now),
    }
    return render(request, "desk/own_work.html", context)


def _first_fortnight(shifts: list[Shift], now: datetime, whole: bool) -> tuple[list[Shift], int]:
    """What a phone shows first: the duties of two weeks, with the next one however far off; how many come after."""
    near = sum(shift.session.starts_at < now + timedelta(days=14) for shift in shifts)
    past = sum(shift.session.ends_at <= now for shift in shifts)
    first = len(shifts) if whole else max(near, min(past + 1, len(shifts)))
    return shifts[:first], len(shifts) - first


@allowed(Action.SEE_FIGURES)
def figures(request: ScopedRequest) -> HttpResponse:
    """Counts, never a person."""
    now = timezone.now()
    context = {"now": now, "nation": request.scope.nation, "figures": queries.figures(request.scope, now)}
    return render(request, "desk/figures.html", context)


@open_to_all
@require_safe
def today(request: HttpRequest) -> HttpResponseBase:
    """The first of the three that the user may open; each asks for its own permission, and strangers sign in."""
    pages = ((Action.EDIT_SESSIONS, office), (Action.OWN_WORK, own_work), (Action.SEE_FIGURES, figures))
    if request.user.is_authenticated:
        for action, page in pages:
            if not scope_of(request.user, action).empty:
                return page(request)
    return office(request)
