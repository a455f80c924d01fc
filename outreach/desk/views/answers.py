"""What everyone said to a class moved or cancelled: how far all are reached, each answer noted or taken back."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from outreach.classes import codes
from outreach.classes.models import Session
from outreach.classes.queries import sessions_in
from outreach.desk import services
from outreach.desk.exports.lists import answers_file
from outreach.desk.queries.answers import answers_in, lines_of, progress_of
from outreach.desk.views.common import act_and_return, session_or_404
from outreach.downloads import FORMATS
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.rules import Action, Scope
from outreach.registration.models import MOVED, Answer, AnswerStatus, Booking, BookingStatus, Intake
from outreach.registration.services import BookingError


@allowed(Action.EDIT_RESIDENTS)
@never_cache
@require_safe
def answers(request: ScopedRequest, code: str) -> HttpResponse:
    """Everyone of the session, those who need a hand first, with what could be offered to each."""
    one = session_or_404(request.scope, code)
    log_access(request.user, "see_answers", one.subject)
    lines = lines_of(one, request.scope, timezone.now())
    kind = request.GET.get("format", "")
    if kind in FORMATS:
        return answers_file(kind, lines)
    moved = bool(lines) and lines[0].answer.kind in MOVED
    context = {"session": one, "lines": lines, "progress": progress_of(lines), "moved": moved}
    return render(request, "desk/answers.html", context)


@allowed(Action.EDIT_RESIDENTS)
@require_POST
def take(request: ScopedRequest, pk: int) -> HttpResponse:
    """Note an answer: `answer` is one of the words, or the code of the class that they take instead."""
    answer = _answer(request.scope, pk)
    log_access(request.user, "take_answer", answer.booking.subject)
    said, to = read_answer(request.POST.get("answer", ""), request.scope)
    note = request.POST.get("note", "").replace("\0", "")[:200]

    def act() -> Booking | None:
        if said is None:
            raise BookingError(_("返事を選んでください。"))
        return services.take_answer(
            answer=answer, status=said, by=request.user, channel=Intake.STAFF_PHONE, to=to, note=note
        )

    return act_and_return(request, act, said_of_answer, "desk:answers", answer.session.code)


@allowed(Action.EDIT_RESIDENTS)
@require_POST
def take_back(request: ScopedRequest, pk: int) -> HttpResponse:
    answer = _answer(request.scope, pk)
    log_access(request.user, "take_answer", answer.booking.subject)
    if answer.other_id or answer.status == AnswerStatus.GIVES_UP:
        messages.warning(request, _("申し込みそのものは変わりません。要るときは、その方の画面で直してください。"))
    return act_and_return(
        request,
        lambda: services.take_back_answer(answer=answer, by=request.user, channel=Intake.STAFF_PHONE),
        _("返事の記録を元に戻しました。"),
        "desk:answers",
        answer.session.code,
    )


def read_answer(word: str, scope: Scope) -> tuple[AnswerStatus | None, Session | None]:
    """One of the answers, or a class code: then another class is wanted, and this is it."""
    if word in AnswerStatus.values and word != AnswerStatus.WAITING:
        return AnswerStatus(word), None
    code = codes.clean_code(word[:40], codes.SESSION_DIGITS)
    to = sessions_in(scope).select_related("course", "venue", "municipality", "organisation").filter(code=code).first()
    return (AnswerStatus.ANOTHER, to) if code and to else (None, None)


def said_of_answer(other: Booking | None) -> str:
    return said_of_answers([other] if other else [])


def said_of_answers(others: Sequence[Booking]) -> str:
    """What was written down, to be read out: the new references, and how many found no seat."""
    if not others:
        return _("返事を記録しました。")
    references = "・".join(codes.show_code(other.reference) for other in others)
    said = _("ほかの回に申し込みました。申込番号は %(reference)s です。") % {"reference": references}
    waiting = sum(other.status == BookingStatus.WAITLISTED for other in others)
    return said + (_("満席のため、%(n)s人はキャンセル待ちです。") % {"n": waiting} if waiting else "")


def _answer(scope: Scope, pk: int) -> Answer:
    return get_object_or_404(answers_in(scope).select_related("booking", "session"), pk=pk)
