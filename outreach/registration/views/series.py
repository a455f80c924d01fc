"""A series as those who take it see it, its certificate, and the page where anyone checks one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outreach.paper import CannotPrint
from outreach.people.access import client_address, open_to_all
from outreach.people.tries import Guard, TooManyTries
from outreach.registration import services, visits
from outreach.registration.forms import CertificateForm
from outreach.registration.models import Booking
from outreach.registration.series.paper import certificate_paper
from outreach.registration.series.queries import find_certificate, make_up_sessions, progress_in


@visits.for_own_booking
@require_safe
def progress(request: HttpRequest, booking: Booking) -> HttpResponse:
    """How far one is, and where a missed lesson can be taken."""
    found = progress_in(booking)
    if found is None:
        return redirect("registration:mine")
    course = found.next.step.course if found.next else ""
    others = make_up_sessions(found.enrolment.series, course, booking.resident) if course else []
    return render(request, "registration/series.html", {"booking": booking, "progress": found, "others": others})


@visits.for_own_booking
@require_POST
def certificate(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Print the certificate of a finished series: made at the first press, the same ever after."""
    found = progress_in(booking)
    if found is None:
        return redirect("registration:mine")
    try:
        issued = services.issue_certificate(enrolment=found.enrolment)
        issued.enrolment = found.enrolment
        return paper_answer(certificate_paper(issued), f"certificate-{issued.code}")
    except services.BookingError as error:
        messages.error(request, str(error))
    except CannotPrint as error:
        messages.error(request, _("「%(character)s」の字が印刷できません。お電話ください。") % {"character": error})
    return redirect("registration:series")


def paper_answer(body: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(body, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer


@open_to_all
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Is this certificate real? The number travels by POST, and the answer names nobody."""
    form = CertificateForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "registration/certificate_check.html", {"form": form})
    code = form.cleaned_data["code"]
    guard = Guard(address=client_address(request), reference=code)
    try:
        guard.check()
    except TooManyTries as error:
        return render(request, "registration/too_many.html", {"why": str(error)}, status=429)
    found = find_certificate(code)
    if found is None:
        guard.failed()
    context = {"form": CertificateForm(), "asked": code, "certificate": found}
    return render(request, "registration/certificate_check.html", context)
