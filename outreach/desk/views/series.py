"""連続講座: the list, one series with everyone in it, its dates, and one person's lessons, certificate and subsidy."""

import secrets
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outreach.classes.codes import show_code
from outreach.classes.models import Series, SessionStatus
from outreach.classes.queries import series_in
from outreach.desk import services
from outreach.desk.forms.series import DatesForm, EnrolForm, SeriesForm, SubsidyForm
from outreach.desk.forms.sessions import USUAL_SCHEMES
from outreach.desk.queries.series import everyone_in, lines_of, series_rows, standings_of
from outreach.desk.views.common import act_and_return, attempt, session_or_404
from outreach.downloads import FORMATS, download
from outreach.paper import CannotPrint
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.queries import scope_of
from outreach.people.rules import Action
from outreach.registration import services as registration
from outreach.registration.models import Booking, Enrolment, SubsidyStatus
from outreach.registration.series.paper import certificate_paper
from outreach.registration.series.queries import Progress, enrolments_in, make_up_sessions, progress_of
from outreach.registration.services.changing import application_of


@allowed(Action.SEE_RESIDENTS)
@require_safe
def series_list(request: ScopedRequest) -> HttpResponse:
    return render(request, "desk/series_list.html", {"rows": series_rows(request.scope)})


@allowed(Action.EDIT_SESSIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def series_new(request: ScopedRequest) -> HttpResponse:
    form = SeriesForm(request.POST or None, scope=request.scope)
    if form.is_valid():
        words = {name: form.cleaned_data[name] for name in ("name", "organisation", "about", "subsidy")}
        made = services.make_series(**words, courses=form.courses())
        messages.success(request, _("連続講座を作りました。つぎに、日程を作ってください。"))
        return redirect("desk:series-dates", made.pk)
    return render(request, "desk/series_new.html", {"form": form})


@allowed(Action.SEE_RESIDENTS)
@require_safe
def series(request: ScopedRequest, pk: int) -> HttpResponse:
    """Sessions to come, and everyone in it with how far they are."""
    one = _series(request, pk)
    log_access(request.user, "see_series", f"series:{pk}")
    rows = everyone_in(one)
    kind = request.GET.get("format", "")
    lessons = list(one.lessons.select_related("course").order_by("position"))
    if kind in FORMATS:
        ends = [_("出席した回数"), _("証明番号"), _("補助の申請"), _("その日")]
        head = [_("氏名"), _("カナ"), *(f"{lesson.position} {lesson.course}" for lesson in lessons), *ends]
        made = timezone.localtime().strftime("%Y-%m-%d %H:%M")
        about = [[_("津々浦々 連続講座の受講者（個人情報を含みます）"), one.name], [_("作った日時"), made]]
        return download(kind, f"series-{pk}", head, lines_of(rows), about=about)
    hidden = {SessionStatus.CANCELLED, SessionStatus.REPORTED}
    context = {
        "series": one,
        "lessons": lessons,
        "rows": rows,
        "standings": standings_of(one),
        "sessions": one.session_set.exclude(status__in=hidden).select_related("course", "venue").order_by("starts_at"),
        "edits": not scope_of(request.user, Action.EDIT_SESSIONS).empty,
    }
    return render(request, "desk/series.html", context)


def _series(request: ScopedRequest, pk: int) -> Series:
    return get_object_or_404(series_in(request.scope), pk=pk)


@allowed(Action.EDIT_SESSIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def series_dates(request: ScopedRequest, pk: int) -> HttpResponse:
    """Make a session for every lesson at once."""
    one = _series(request, pk)
    form = DatesForm(request.POST or None, series=one, initial={"scheme": USUAL_SCHEMES[one.organisation.kind]})
    if form.is_valid():
        data = form.cleaned_data
        starts_at, ends_at = form.times(one.lessons.order_by("position")[0].course)
        names = ("venue", "scheme", "capacity", "publish")
        wanted: dict[str, Any] = {"starts_at": starts_at, "ends_at": ends_at, **{name: data[name] for name in names}}
        every = timedelta(days=data["every"])
        made = attempt(
            request,
            lambda: services.date_series(series=one, every=every, by=request.user, **wanted),
            lambda sessions: _("%(n)s回の日程を作りました。") % {"n": len(sessions)},
        )
        if made:
            return redirect("desk:series", pk)
    return render(request, "desk/series_dates.html", {"series": one, "form": form})


@allowed(Action.EDIT_RESIDENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def series_enrol(request: ScopedRequest, pk: int) -> HttpResponse:
    """Sign a caller up for the whole series."""
    one = _series(request, pk)
    form = EnrolForm(request.POST or None, scope=request.scope, series=one)
    nonce = request.POST.get("nonce", "").replace("\0", "")[:40] or secrets.token_urlsafe(16)
    if form.is_valid():
        made: list[list[Booking]] = []
        if attempt(request, lambda: made.append(_enrol(request, form, nonce))):
            log_access(request.user, "enrol", f"series:{pk}")
            words = {"n": len(made[0]), "reference": show_code(made[0][0].reference)}
            said = _(
                "%(n)s回をまとめて申し込みました。申込番号は %(reference)s です。進みぐあいも、この番号でわかります。"
            )
            messages.success(request, said % words)
            return redirect("desk:series", pk)
    return render(request, "desk/series_enrol.html", {"series": one, "form": form, "nonce": nonce})


def _enrol(request: ScopedRequest, form: EnrolForm, nonce: str) -> list[Booking]:
    assert form.session is not None  # noqa: S101 - the form found it
    return registration.enrol(
        start=form.session,
        application=form.application(),
        channel=form.cleaned_data["channel"],
        key=f"desk:{nonce}",
        fingerprint=form.session.code,
        by=request.user,
    )


# --- one person in a series -----------------------------------------------------------------------------------------
def _enrolment(request: ScopedRequest, pk: int) -> Enrolment:
    return get_object_or_404(enrolments_in(request.scope), pk=pk)


@allowed(Action.SEE_RESIDENTS)
@require_safe
def learner(request: ScopedRequest, pk: int) -> HttpResponse:
    one = _enrolment(request, pk)
    log_access(request.user, "see_enrolment", one.subject)
    progress = progress_of([one])[0]
    context = {
        "enrolment": one,
        "progress": progress,
        "others": _others(progress),
        "form": SubsidyForm(initial={"was": one.subsidy, "to": one.subsidy, "on": one.subsidy_on}),
        "events": one.events.select_related("by"),
        "edits": not scope_of(request.user, Action.EDIT_RESIDENTS).empty,
    }
    return render(request, "desk/learner.html", context)


def _others(progress: Progress) -> list[Any]:
    one = progress.enrolment
    return make_up_sessions(one.series, progress.next.step.course, one.resident) if progress.next else []


@allowed(Action.EDIT_RESIDENTS)
@require_POST
def make_up(request: ScopedRequest, pk: int) -> HttpResponse:
    """Book the session where a lesson can be taken (補講), as the person applied last time."""
    one = _enrolment(request, pk)
    session = session_or_404(request.scope, request.POST.get("session", "").replace("\0", ""))
    if session not in _others(progress_of([one])[0]):
        messages.error(request, _("この回では、次の講座を受けられません。"))
        return redirect("desk:learner", pk)
    last = Booking.objects.filter(resident=one.resident).select_related("resident").order_by("-applied_at").first()
    log_access(request.user, "make_up", one.subject)

    def act() -> Booking:
        if last is None:
            raise registration.BookingError(_("この方の申し込みが見つかりません。"))
        application = application_of(last)
        return registration.book(session=session, application=application, channel=last.channel, by=request.user)

    return act_and_return(request, act, _("申し込みました。"), "desk:learner", pk)


@allowed(Action.EDIT_RESIDENTS)
@require_POST
def certificate(request: ScopedRequest, pk: int) -> HttpResponse:
    """Issue the certificate, or print it again."""
    one = _enrolment(request, pk)
    log_access(request.user, "print_certificate", one.subject)
    try:
        issued = registration.issue_certificate(enrolment=one)
        issued.enrolment = one
        answer = HttpResponse(certificate_paper(issued), content_type="application/pdf")
    except registration.BookingError as error:
        messages.error(request, str(error))
        return redirect("desk:learner", pk)
    except CannotPrint as error:
        messages.error(request, _("「%(character)s」の字が印刷できません。") % {"character": error})
        return redirect("desk:learner", pk)
    answer["Content-Disposition"] = f'inline; filename="certificate-{issued.code}.pdf"'
    return answer


@allowed(Action.EDIT_RESIDENTS)
@require_POST
def revoke(request: ScopedRequest, pk: int) -> HttpResponse:
    """Take the certificate back, or give it again."""
    one = get_object_or_404(enrolments_in(request.scope).filter(certificate__isnull=False), pk=pk)
    log_access(request.user, "revoke_certificate", one.subject)
    held = one.certificate
    if held.revoked_on:
        act = lambda: registration.restore_certificate(certificate=held, by=request.user)  # noqa: E731
        done = _("修了証を有効に戻しました。")
    else:
        act = lambda: registration.revoke_certificate(certificate=held, by=request.user)  # noqa: E731
        done = _("修了証を取り消しました。")
    return act_and_return(request, act, done, "desk:learner", pk)


@allowed(Action.EDIT_RESIDENTS)
@require_POST
def subsidy(request: ScopedRequest, pk: int) -> HttpResponse:
    """Note how the resident's own application stands."""
    one = _enrolment(request, pk)
    form = SubsidyForm(request.POST)
    log_access(request.user, "note_subsidy", one.subject)
    if not form.is_valid():
        messages.error(request, _("状態と日付を確かめてください。"))
        return redirect("desk:learner", pk)
    was, to = form.cleaned_data["was"], SubsidyStatus(form.cleaned_data["to"])
    return act_and_return(
        request,
        lambda: registration.note_subsidy(enrolment=one, was=was, to=to, on=form.day(), by=request.user),
        _("補助の申請の状態を記録しました。"),
        "desk:learner",
        pk,
    )
