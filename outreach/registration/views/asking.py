"""A question from the web: a plain form, and a word on when the answer comes."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from outreach.classes import codes
from outreach.classes.models import Session
from outreach.classes.queries import find_session
from outreach.people.access import DAY, client_address, open_to_all
from outreach.people.counting import count
from outreach.registration import services
from outreach.registration.forms import AskForm
from outreach.registration.models import Intake

A_DAY = 20  # questions from one address: a hall shares one
ASKED = "asked"  # in the visitor's session: the day by which an answer is promised


@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Anyone asks, with a number to be rung at; the class, if there is one, comes along in the address (`?class=`)."""
    session = _class(request)
    form = AskForm(request.POST if request.method == "POST" else None, of_class=session is not None)
    status = 200
    if form.is_valid():
        if _may_ask(request):
            return _asked(request, form, session)
        form.add_error(None, _("今日はもう、たくさんのご質問を受け付けました。お急ぎの方は、お電話ください。"))
        status = 429
    response = render(request, "registration/ask.html", {"form": form, "session": session}, status=status)
    if form.is_bound:
        response.headers["Cache-Control"] = "no-store, private"
    return response


def _class(request: HttpRequest) -> Session | None:
    code = codes.clean_code(request.GET.get("class", "")[:40], codes.SESSION_DIGITS)
    return find_session(code) if code else None


def _may_ask(request: HttpRequest) -> bool:
    return count(f"ask:{client_address(request)}", seconds=DAY) <= A_DAY


def _asked(request: HttpRequest, form: AskForm, session: Session | None) -> HttpResponse:
    given = form.cleaned_data
    enquiry = services.ask(
        question=given["question"],
        name=given["name"],
        phone=given["phone"],
        source=Intake.WEB,
        session=session,
        municipality=form.town,
        key=services.once_a_day(given["phone"], given["question"]),
    )
    request.session[ASKED] = enquiry.due_on.isoformat()
    return redirect("registration:asked")


@open_to_all
@never_cache
@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    if ASKED not in request.session:
        return redirect("registration:ask")
    return render(request, "registration/asked.html", {"due": date.fromisoformat(request.session[ASKED])})
