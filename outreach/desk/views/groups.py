"""Several people at once: from a paper form or one caller, read back with who gets a seat, booked at one press."""

from dataclasses import dataclass, replace

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from outreach.classes.models import Session
from outreach.desk.forms.groups import GroupCallerForm
from outreach.desk.queries.residents import near_duplicates, residents_in
from outreach.desk.views.common import attempt, session_or_404
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.rules import Action
from outreach.registration import services as registration
from outreach.registration.models import Booking, Resident
from outreach.registration.services import Application


@dataclass(frozen=True)
class Row:
    """One of the group as they will be booked, and known people whom they may be."""

    application: Application
    alike: list[Resident]
    seat: bool


@allowed(Action.EDIT_RESIDENTS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def group(request: ScopedRequest, code: str) -> HttpResponse:
    one = session_or_404(request.scope, code)
    form = GroupCallerForm(request.POST or None)
    if not form.is_valid() or "again" in request.POST:
        return render(request, "desk/group.html", {"session": one, "form": form})
    if "sure" in request.POST and (made := _book(request, one, form)):
        return render(request, "desk/group_done.html", {"session": one, "bookings": made})
    return _read_back(request, one, form)


def _read_back(request: ScopedRequest, one: Session, form: GroupCallerForm) -> HttpResponse:
    """Who gets a seat as it stands now, and who may be known already: offered, not forced."""
    log_access(request.user, "search_residents", "residents")
    one.refresh_from_db(fields=["seats_taken", "capacity"])
    given, seats = form.applications(), max(one.seats_left, 0)
    rows = [
        Row(who, near_duplicates(who.kana, who.phone, request.scope)[:5], at < seats) for at, who in enumerate(given)
    ]
    context = {"session": one, "form": form, "rows": rows, "seats": min(seats, len(given))}
    return render(request, "desk/group_sure.html", context)


def _book(request: ScopedRequest, one: Session, form: GroupCallerForm) -> list[Booking]:
    """Book all, or nobody: then a message says why."""
    wanted = [_as_known(request, at, who) for at, who in enumerate(form.applications())]
    typed = request.POST.get("seats", "")
    seats = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else len(wanted)
    made: list[Booking] = []

    def act() -> None:
        made.extend(
            registration.book_group(
                session=one,
                applications=wanted,
                seats=seats,
                channel=form.cleaned_data["channel"],
                by=request.user,
            )
        )

    if attempt(request, act):
        for booking in made:
            log_access(request.user, "desk_book", booking.subject)
    return made


def _as_known(request: ScopedRequest, at: int, who: Application) -> Application:
    """The one whom staff said that this is, with their own name and number; else as written."""
    chosen = request.POST.get(f"as-{at}", "")
    if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 19):
        return who
    known = residents_in(request.scope).filter(pk=int(chosen)).first()
    return replace(who, name=known.name, kana=known.kana, phone=known.phone) if known else who
