"""Check-in on the resident's own phone, by the poster's code: a number, and never a name."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from outreach.classes.models import OPEN, Session
from outreach.classes.queries import find_session
from outreach.people.access import client_address, open_to_all
from outreach.people.tries import TooManyTries
from outreach.registration import posters, services
from outreach.registration.forms import ReferenceForm
from outreach.registration.queries import find_seat_holder
from outreach.registration.rules import POSTER_CLOSES, POSTER_OPENS, poster_counts


@open_to_all
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def arrive(request: HttpRequest, code: str, token: str) -> HttpResponse:
    """Ask for the booking's number while the code counts; what is found is confirmed by staff, not by the phone."""
    session = _session_or_404(code, token)
    counts = session.status in OPEN and poster_counts(timezone.now(), session.starts_at, session.ends_at)
    context = {
        "session": session,
        "counts": counts,
        "opens": session.starts_at - POSTER_OPENS,
        "closes": session.ends_at + POSTER_CLOSES,
    }
    form = ReferenceForm(request.POST if request.method == "POST" and counts else None)
    try:
        arrived = form.is_valid() and _arrive(request, session, form)
    except TooManyTries as error:
        return render(request, "registration/too_many.html", {"why": str(error)}, status=429)
    return render(request, "registration/arrive.html", {**context, "form": form, "arrived": arrived})


def _session_or_404(code: str, token: str) -> Session:
    session = find_session(code)
    if session is None or not posters.opens(session, token):
        raise Http404
    return session


def _arrive(request: HttpRequest, session: Session, form: ReferenceForm) -> bool:
    reference = form.cleaned_data["reference"]
    booking = find_seat_holder(session=session, reference=reference, address=client_address(request))
    if booking is None:
        form.add_error(
            "reference", _("この講習会に、その申込番号はありません。番号を確かめるか、職員にお声がけください。")
        )
        return False
    services.check_in_by_poster(booking=booking)
    return True
