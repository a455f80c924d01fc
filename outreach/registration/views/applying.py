"""Applying: form, review, done. Until the last button nothing is stored: the review carries it all, signed."""

import hashlib
import secrets
from typing import Any, TypedDict

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from outreach.classes import codes
from outreach.classes.models import OPEN, Course, Entry, Session
from outreach.classes.queries import find_session
from outreach.people.access import open_to_all
from outreach.registration import flood, rules, services, visits
from outreach.registration.forms import FamilyForm, GuardianForm, ResidentForm
from outreach.registration.models import Booking, Intake
from outreach.registration.series.queries import planned_from
from outreach.registration.services import Application

SALT = "registration.draft"
FORMS: dict[str, type[ResidentForm | FamilyForm]] = {
    "self": ResidentForm,
    "family": FamilyForm,
    "guardian": GuardianForm,
}


class Draft(TypedDict):
    """What was written, as the review page carries it. The nonce makes of two presses one booking."""

    code: str
    whom: str
    whole: bool  # the whole series, not this lesson alone
    nonce: str
    data: dict[str, str]


@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest, code: str) -> HttpResponse:
    """The form; its review, where it is sent and right; or the form again with what a draft holds, to correct it."""
    session = _known_session(code)
    if not _takes_bookings(session):
        return redirect("classes:detail", session.code)
    draft = _open(request.POST.get("draft", ""), session)
    if draft:
        form = FORMS[draft["whom"]](initial=draft["data"])
        return _show_form(request, session, draft["whom"], form, whole=draft["whole"])
    whom, whole = _whom(request, session), _whole(request, session)
    if request.method != "POST":
        return _show_form(request, session, whom, FORMS[whom](), whole=whole)
    form = FORMS[whom](request.POST)
    show = _review if form.is_valid() else _show_form
    return show(request, session, whom, form, whole=whole)


def _whom(request: HttpRequest, session: Session) -> str:
    """Who writes: the learner, family, or for a child always the guardian."""
    if session.course.audience == Course.Audience.CHILDREN:
        return "guardian"
    return "family" if "family" in {request.GET.get("for"), request.POST.get("whom")} else "self"


def _whole(request: HttpRequest, session: Session) -> bool:
    return session.series_id is not None and "1" in {request.GET.get("series"), request.POST.get("series")}


@open_to_all
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, code: str) -> HttpResponse:
    """Book what the review showed. The same draft a second time leads to the same booking."""
    session = _known_session(code)
    if request.method != "POST":  # a reload, or another language chosen, after a press that led nowhere
        return redirect("registration:apply", session.code)
    draft = _open(request.POST.get("draft", ""), session)
    form = FORMS[draft["whom"]](draft["data"]) if draft else None
    if draft is None or form is None or not form.is_valid():
        messages.error(request, _("申し込みの内容を受け取れませんでした。お手数ですが、もう一度入力してください。"))
        return redirect("registration:apply", session.code)
    application = form.application()
    if why := flood.stopped(request, session, application):
        messages.error(request, why)
        return _review(request, session, draft["whom"], form, whole=draft["whole"], status=429)
    try:
        booking = _book(session, application, draft, request.POST["draft"])
    except services.AlreadyBooked:
        return _already_booked(request, session, application)
    except services.BookingError as error:
        messages.error(request, str(error))
        return redirect("classes:detail", session.code)
    visits.remember(request, booking)
    return redirect("registration:done")


def _book(session: Session, application: Application, draft: Draft, sealed: str) -> Booking:
    key, fingerprint = f"web:{draft['nonce']}", hashlib.sha256(sealed.encode()).hexdigest()
    wanted: dict[str, Any] = {"application": application, "channel": Intake.WEB, "key": key, "fingerprint": fingerprint}
    if draft["whole"]:
        return services.first_of(services.enrol(start=session, **wanted))
    return services.book_once(session=session, **wanted)[0]


def _already_booked(request: HttpRequest, session: Session, application: Application) -> HttpResponse:
    """Whoever made the booking a moment ago sees it; else what stands is told to the number on file, not here."""
    own = visits.recall(request)
    if own and own.session_id == session.pk and _is_of(own, application):
        return redirect("registration:done")
    services.tell_of_what_stands(session=session, application=application)
    return render(request, "registration/already.html", {"session": session})


def _is_of(booking: Booking, application: Application) -> bool:
    return (booking.resident.phone, booking.resident.kana) == (application.phone, application.kana)


def _known_session(code: str) -> Session:
    clean = codes.clean_code(code, codes.SESSION_DIGITS)
    session = find_session(clean) if clean else None
    if session is None:
        raise Http404
    return session


def _takes_bookings(session: Session) -> bool:
    return session.status in OPEN and session.entry == Entry.BOOKING and session.starts_at > timezone.now()


def _open(sealed: str, session: Session) -> Draft | None:
    """The draft of a review page of this session; None where it was changed on the way, or is another's."""
    try:
        draft: Draft = signing.loads(sealed, salt=SALT)
    except signing.BadSignature:
        return None
    return draft if draft["code"] == session.code else None


def _show_form(
    request: HttpRequest, session: Session, whom: str, form: ResidentForm | FamilyForm, *, whole: bool
) -> HttpResponse:
    """An empty form is no secret, and a browser that may keep it gives back what was written when going back."""
    form.mark_asked()
    context = {"session": session, "form": form, "whom": whom, **_lessons(session, whole)}
    response = render(request, f"registration/apply_{whom}.html", context)
    if form.is_bound or form.initial:
        response.headers["Cache-Control"] = "no-store, private"
    return response


def _lessons(session: Session, whole: bool) -> dict[str, Any]:
    """What is applied for besides the class itself, where it is the whole series."""
    return {"whole": whole, "lessons": [s for s in planned_from(session) if s] if whole else []}


def _review(
    request: HttpRequest,
    session: Session,
    whom: str,
    form: ResidentForm | FamilyForm,
    *,
    whole: bool,
    status: int = 200,
) -> HttpResponse:
    draft: Draft = {
        "code": session.code,
        "whom": whom,
        "whole": whole,
        "nonce": secrets.token_urlsafe(16),
        "data": {name: str(value) for name, value in form.data.items()},
    }
    context: dict[str, Any] = {
        "session": session,
        "draft": signing.dumps(draft, salt=SALT, compress=True),
        "whom": whom,
        "given": form.application(),
        "ways": _ways(form.application(), session),
        **_lessons(session, whole),
    }
    response = render(request, "registration/review.html", context, status=status)
    response.headers["Cache-Control"] = "no-store, private"
    return response


def _ways(given: Application, session: Session) -> list[rules.Way]:
    return rules.ways(
        tell=given.tell,
        contact=given.contact,
        resident=(given.name, given.phone),
        proxy=(given.proxy_name, given.proxy_phone),
        left=session.starts_at - timezone.now(),
    )
