"""The report that whoever taught writes in two minutes, and the office's list of them."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from outreach.classes.models import ProgrammeYear, Session, SessionReport, SessionStatus
from outreach.classes.queries import sessions_in
from outreach.classes.rules import fiscal_year_of
from outreach.desk import services
from outreach.desk.exports.reports import reports_file
from outreach.desk.forms.attendance import ReportForm
from outreach.desk.rules import attendance_of
from outreach.desk.services import Words
from outreach.desk.views.common import attempt, reaches, session_or_404
from outreach.downloads import FORMATS
from outreach.people.access import ScopedRequest, allowed
from outreach.people.rules import Action
from outreach.registration.queries import roster

WRITABLE = frozenset({SessionStatus.CONFIRMED, SessionStatus.HELD})
A_PAGE = 20


@allowed(Action.TAKE_ATTENDANCE)
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: ScopedRequest, code: str) -> HttpResponse:
    """Attendance is taken first; then one number, one choice and a few words end the class."""
    one = session_or_404(request.scope, code)
    writable = one.status in WRITABLE and one.starts_at <= timezone.now()
    form = ReportForm(request.POST or None, initial={"walk_ins": one.walk_ins, "taught": _taught(one)})
    if writable and form.is_valid() and _write(request, one, form):
        return redirect("desk:report", code)
    context = {
        "session": one,
        "form": form,
        "writable": writable,
        "counts": attendance_of(roster(one).values_list("status", flat=True)),
        "edits": reaches(request.user, Action.EDIT_SESSIONS, one),
    }
    return render(request, "desk/report.html", context)


def _taught(one: Session) -> str:
    return f"{one.course.name}　{one.course.description}"[:200].strip()


def _write(request: ScopedRequest, one: Session, form: ReportForm) -> bool:
    data = form.cleaned_data
    walk_ins = one.walk_ins if data["walk_ins"] is None else data["walk_ins"]  # what was counted at the door stands
    words = Words(**{name: data[name] for name in ("could", "taught", "can_do", "trouble")})
    return attempt(
        request,
        lambda: services.write_report(session=one, walk_ins=walk_ins, words=words, by=request.user),
        _("報告しました。おつかれさまでした。"),
    )


@allowed(Action.EDIT_SESSIONS)
@require_safe
def reports(request: ScopedRequest) -> HttpResponse:
    """A year's reports; as a file, every one of them."""
    years = list(ProgrammeYear.objects.order_by("-fiscal_year"))
    asked = request.GET.get("fy", "")
    now = fiscal_year_of(timezone.localdate())
    year = next((one.pk for one in years if str(one.pk) == asked), now)
    around = (
        "session__course",
        "session__venue",
        "session__municipality__prefecture",
        "session__organisation",
        "made_by",
    )
    found = SessionReport.objects.filter(session__in=sessions_in(request.scope), session__programme_year=year)
    found = found.select_related("made_by", *around).order_by("-session__starts_at", "-pk")
    if (kind := request.GET.get("format", "")) in FORMATS:
        return reports_file(kind, year, found)
    context = {
        "page": Paginator(found, A_PAGE).get_page(request.GET.get("page")),
        "year": year,
        "years": years,
        "excel": f"?fy={year}&format=xlsx",
        "csv": f"?fy={year}&format=csv",
    }
    return render(request, "desk/reports.html", context)
