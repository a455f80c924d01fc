"""What every page of the desk does the same way: find what the user may reach, act, and say what came of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from outreach.classes.models import Session
from outreach.classes.queries import sessions_in
from outreach.classes.services import SessionError
from outreach.desk.forms.sessions import LimitForm
from outreach.desk.queries.sessions import AROUND
from outreach.desk.services import Consent, NeedsReason
from outreach.people.access import ScopedRequest
from outreach.people.models import User
from outreach.people.queries import scope_of
from outreach.people.rules import Action, Scope
from outreach.people.services import PersonBusy
from outreach.registration.models import Booking
from outreach.registration.queries import bookings_in
from outreach.registration.services import BookingError, EnquiryError

REFUSALS = (SessionError, PersonBusy, BookingError, EnquiryError)  # each says to staff what to do instead


def session_or_404(scope: Scope, code: str) -> Session:
    """The session of this code, if the scope reaches it (law 7)."""
    return get_object_or_404(sessions_in(scope).select_related(*AROUND, "programme_year"), code=code)


def booking_or_404(scope: Scope, pk: int) -> Booking:
    around = ("session__municipality__prefecture", "session__organisation", "session__programme_year")
    return get_object_or_404(bookings_in(scope).select_related(*around), pk=pk)


def reaches(user: User, action: Action, session: Session) -> bool:
    scope = scope_of(user, action)
    return not scope.empty and sessions_in(scope).filter(pk=session.pk).exists()


@dataclass(frozen=True)
class Rights:
    """What this user may do with one session."""

    edit: bool
    residents: bool
    attendance: bool


def rights(request: ScopedRequest, session: Session) -> Rights:
    actions = (Action.EDIT_SESSIONS, Action.SEE_RESIDENTS, Action.TAKE_ATTENDANCE)
    return Rights(*(reaches(request.user, action, session) for action in actions))


def attempt(request: HttpRequest, act: Callable[[], Any], done: str | Callable[[Any], str] = "") -> bool:
    """Act, and keep a message of what came of it for the next page. `done` may be made from what `act` returned.

    Without `done`, success is silent: the page itself shows it. Raises: NeedsReason, for a page that can ask for one.
    """
    try:
        result = act()
    except NeedsReason:
        raise
    except REFUSALS as error:
        messages.error(request, str(error))
        return False
    if done:
        messages.success(request, done if isinstance(done, str) else done(result))
    return True


@dataclass(frozen=True)
class Asking:
    """The form by which the office says why a limit may be passed, and what it said."""

    form: LimitForm
    consent: Consent | None


def asking(request: ScopedRequest) -> Asking:
    form = LimitForm(request.POST if "limit_seen" in request.POST else None)
    if not form.is_valid():
        return Asking(form, None)
    data = form.cleaned_data
    return Asking(form, Consent(data["limit_reason"], frozenset(data["limit_seen"].split()), request.user))


def act_and_return(
    request: HttpRequest, act: Callable[[], Any], done: str | Callable[[Any], str], to: str, *args: Any
) -> HttpResponse:
    """`attempt`, then the page named `to`, whatever came of it."""
    attempt(request, act, done)
    return redirect(to, *args)
