"""The call list: the most urgent first, claimed by one person, the outcome in one key, undone as easily."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from outreach import dates
from outreach.contact.models import CallOutcome, CallStatus, CallTask
from outreach.contact.queries import calls_to_make, cannot_be_told, within
from outreach.contact.services import CallTaken, claim_call
from outreach.desk import services
from outreach.desk.exports.lists import calls_file
from outreach.desk.queries.answers import Line as Asked
from outreach.desk.queries.answers import open_answers
from outreach.desk.queries.calls import Line, booking_of, just_finished, line_of, lines_with_others, next_call
from outreach.desk.queries.enquiries import enquiry_of
from outreach.desk.views.answers import read_answer, said_of_answers
from outreach.downloads import FORMATS
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.rules import Action, Scope
from outreach.people.writing import whole_number
from outreach.registration.models import Intake
from outreach.registration.queries import bookings_in, enquiries_in
from outreach.registration.services import BookingError

A_PAGE = 30
EACH = "each"


@allowed(Action.MAKE_CALLS)
@require_safe
def calls(request: ScopedRequest) -> HttpResponse:
    """Who must be rung now and why; `?print=1` gives the form to work from on paper."""
    now = timezone.now()
    log_access(request.user, "see_calls", "calls")
    waiting = calls_to_make(request.scope, now)
    kind = request.GET.get("format", "")
    if kind in FORMATS:
        return calls_file(kind, waiting)
    on_paper = request.GET.get("print") == "1"
    page = Paginator(waiting, 200 if on_paper else A_PAGE).get_page(request.GET.get("page"))
    context = {
        "now": now,
        "page": page,
        "lines": _lines(request.scope, page.object_list, now, on_paper=on_paper),
        "untold": cannot_be_told(request.scope, now)[:A_PAGE],
        "done": just_finished(request.scope, request.user, now),
        "outcomes": CallOutcome.choices,
    }
    return render(request, "desk/calls_print.html" if on_paper else "desk/calls.html", context)


def _lines(scope: Scope, tasks: Iterable[CallTask], now: datetime, *, on_paper: bool) -> list[Line]:
    """On paper with what else can be offered, since nobody can look it up there."""
    return lines_with_others(tasks, scope, now) if on_paper else [line_of(task) for task in tasks]


@allowed(Action.MAKE_CALLS)
@require_POST
def claim_next(request: ScopedRequest) -> HttpResponse:
    """Take the most urgent call that is free, and open it."""
    now = timezone.now()
    for _try in range(3):  # someone else may take it between looking and claiming
        task = next_call(request.scope, request.user, now)
        if task is None:
            break
        try:
            claim_call(task=task, by=request.user, now=now)
        except CallTaken:
            continue
        return redirect("desk:call", task.pk)
    messages.success(request, _("いまかける電話は、ありません。"))
    return redirect("desk:calls")


@allowed(Action.MAKE_CALLS)
@require_POST
def claim(request: ScopedRequest, pk: int) -> HttpResponse:
    task = _task(request, pk)
    try:
        claim_call(task=task, by=request.user, now=timezone.now())
    except CallTaken:
        messages.warning(request, _("この電話は、ほかの人がかけています。"))
        return redirect("desk:calls")
    return redirect("desk:call", pk)


@allowed(Action.MAKE_CALLS)
@require_safe
def call(request: ScopedRequest, pk: int) -> HttpResponse:
    """One call: the number, what to say, what was tried, and the five outcomes."""
    task = _task(request, pk)
    now = timezone.now()
    log_access(request.user, "see_call", task.subject)
    mine = task.claimed_by_id == request.user.pk and task.claimed_until is not None and task.claimed_until > now
    booking = booking_of(task.subject, bookings_in(request.scope))
    asked = open_answers(task, booking, request.scope, now)
    context = {
        "task": task,
        "line": line_of(task),
        "mine": mine and task.status == CallStatus.WAITING,
        "waiting": task.status == CallStatus.WAITING,
        "events": task.events.select_related("by"),
        "outcomes": list(enumerate(CallOutcome.choices, start=1)),
        "booking": booking,
        "enquiry": enquiry_of(task.subject, enquiries_in(request.scope)),
        "asked": asked,
        "others": list(zip("abc", asked[0].others, strict=False)) if asked else [],
    }
    return render(request, "desk/call.html", context)


@allowed(Action.MAKE_CALLS)
@require_POST
def finish(request: ScopedRequest, pk: int) -> HttpResponse:
    """Write the outcome down and go on to the next call."""
    task, outcome = _task(request, pk), request.POST.get("outcome", "")
    if whole_number(request.POST.get("tries", str(task.tries))) != task.tries:  # a second press of the same try
        messages.warning(request, _("この電話の結果は、もう記録してあります。"))
        return redirect("desk:calls")
    if "answer" in request.POST:
        return _finish_with_answer(request, task)
    if outcome not in CallOutcome.values:
        messages.error(request, _("結果を選んでください。"))
        return redirect("desk:call", pk)
    try:
        done = services.finish_call(
            task=task,
            outcome=CallOutcome(outcome),
            by=request.user,
            now=timezone.now(),
            note=request.POST.get("note", "").replace("\0", "")[:200],
        )
    except CallTaken:
        messages.warning(request, _("この電話は、ほかの人がかけているか、もう終わっています。"))
        return redirect("desk:calls")
    log_access(request.user, "finish_call", task.subject)
    messages.success(request, _said(done, CallOutcome(outcome)))
    return redirect("desk:calls")


def _finish_with_answer(request: ScopedRequest, task: CallTask) -> HttpResponse:
    """They were reached, and said what they want: one press for both, and for all of a group."""
    now = timezone.now()
    asked = open_answers(task, booking_of(task.subject, bookings_in(request.scope)), request.scope, now)
    said = _said_by_each(request, asked)
    if not said:
        messages.error(request, _("返事を選んでください。"))
        return redirect("desk:call", task.pk)
    log_access(request.user, "finish_call", task.subject)
    try:
        others = services.finish_call_with_answers(
            task=task,
            said=said,
            by=request.user,
            channel=Intake.STAFF_PHONE,
            now=now,
            note=request.POST.get("note", "").replace("\0", "")[:200],
        )
    except CallTaken:
        messages.warning(request, _("この電話は、ほかの人がかけているか、もう終わっています。"))
    except BookingError as error:
        messages.error(request, str(error))
        return redirect("desk:call", task.pk)
    else:
        messages.success(request, said_of_answers(others))
    return redirect("desk:calls")


def _said_by_each(request: ScopedRequest, asked: Iterable[Asked]) -> list[services.Said]:
    """One answer for all, or (`each`) one for everybody; who was not asked stays to be asked."""
    word = request.POST["answer"]
    found = []
    for line in asked:
        chosen = request.POST.get(f"answer-{line.answer.pk}", "") if word == EACH else word
        status, to = read_answer(chosen, request.scope)
        if status is not None:
            found.append(services.Said(line.answer, status, to))
    return found


def _said(task: CallTask, outcome: CallOutcome) -> str:
    said = _("「%(outcome)s」と記録しました。") % {"outcome": outcome.label}
    if task.status == CallStatus.WAITING:
        when = timezone.localtime(task.next_at)
        said += _("次は%(when)sごろ、もう一度一覧に出ます。") % {"when": f"{dates.month_day(when)} {when:%H:%M}"}
    return said


@allowed(Action.MAKE_CALLS)
@require_POST
def undo(request: ScopedRequest, pk: int) -> HttpResponse:
    task = _task(request, pk)
    try:
        services.undo_call(task=task, by=request.user, now=timezone.now())
    except CallTaken:
        messages.warning(request, _("この記録は、もう元に戻せません。ご本人が断っているか、取りやめになっています。"))
        return redirect("desk:calls")
    messages.success(request, _("元に戻しました。"))
    return redirect("desk:call", pk)


def _task(request: ScopedRequest, pk: int) -> CallTask:
    found = within(CallTask.objects.all(), request.scope).select_related("municipality", "claimed_by")
    return get_object_or_404(found, pk=pk)
