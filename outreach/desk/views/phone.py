"""The phone desk: one box that takes a number, a name or a code; then a person, their bookings, and short commands.

Everything works by keyboard alone and without a script. What was typed never stands in an address.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outreach.classes.codes import show_code
from outreach.classes.models import Session
from outreach.contact.numbers import show
from outreach.desk import services
from outreach.desk.forms.bookings import BY_STAFF, CallerForm, usual_way
from outreach.desk.phrases import greeting, read_back, read_reference
from outreach.desk.queries import residents as queries
from outreach.desk.rules import Command, Verb, read_command
from outreach.desk.views.common import attempt, session_or_404
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.rules import Action
from outreach.people.writing import whole_number
from outreach.registration import services as registration
from outreach.registration.models import LIVE, Booking, Intake, Resident
from outreach.registration.queries import bookings_in
from outreach.registration.rules import clean_kana, clean_name
from outreach.registration.series.queries import progress_of_resident
from outreach.registration.services import Application

CHANNEL = "desk.channel"  # how the office takes bookings at the moment: kept, since forms come in piles


@allowed(Action.EDIT_RESIDENTS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: ScopedRequest) -> HttpResponse:
    """Find a caller. One match opens at once; a number that nobody has leads to a new caller."""
    words = request.POST.get("q", "").replace("\0", "").strip()[:80]
    if not words:
        return render(request, "desk/phone.html", {"asked": False})
    log_access(request.user, "search_residents", "residents")
    found = queries.find(words, request.scope)
    if found.booking:
        return redirect("desk:booking", found.booking.pk)
    if found.session:
        return redirect("desk:book", found.session.code)
    if len(found.residents) == 1 and not found.classes:
        return redirect("desk:person", found.residents[0].pk)
    known = {"kana": found.kana, "phone": show(found.number) if found.number else "", "channel": _channel(request)}
    context = {"asked": True, "found": found, "form": CallerForm(initial=known, scope=request.scope)}
    return render(request, "desk/phone.html", context)


@allowed(Action.EDIT_RESIDENTS)
@never_cache
@require_safe
def person(request: ScopedRequest, pk: int) -> HttpResponse:
    resident = _resident(request, pk)
    log_access(request.user, "see_resident", f"resident:{pk}")
    return render(request, "desk/person.html", _about(request, resident))


@allowed(Action.EDIT_RESIDENTS)
@require_POST
def correct_name(request: ScopedRequest, pk: int) -> HttpResponse:
    resident = _resident(request, pk)
    log_access(request.user, "correct_name", f"resident:{pk}")
    name, kana = clean_name(request.POST.get("name", "")[:80]), clean_kana(request.POST.get("kana", "")[:80])
    attempt(
        request,
        lambda: services.correct_name(resident=resident, name=name, kana=kana or ""),
        _("お名前を直しました。"),
    )
    return redirect("desk:person", pk)


def _resident(request: ScopedRequest, pk: int) -> Resident:
    return get_object_or_404(queries.residents_in(request.scope), pk=pk)


def _about(request: ScopedRequest, resident: Resident) -> dict[str, Any]:
    """What the person's page shows; commands count bookings and classes in this order."""
    bookings = queries.bookings_of(resident, request.scope)
    live = [b for b in bookings if b.status in LIVE and b.session.starts_at > timezone.now()]
    near = bookings[0].session if bookings else None
    classes = queries.offered_classes(request.scope, near, resident)
    return {
        "resident": resident,
        "live": live,
        "past": [b for b in bookings if b not in live],
        "classes": classes,
        "household": queries.household(resident, request.scope),
        "greeting": greeting(resident, near),
        "channel": _channel(request),
        "channels": BY_STAFF,
        "series": progress_of_resident(resident, request.scope),
    }


@allowed(Action.EDIT_RESIDENTS)
@never_cache
@require_POST
def command(request: ScopedRequest, pk: int) -> HttpResponse:
    """Read a short command, and show in full what it would do and what to say; `act` does it on the second Enter."""
    resident = _resident(request, pk)
    about = _about(request, resident)
    _keep_channel(request)
    asked = read_command(request.POST.get("command", "")[:40], bookings=len(about["live"]))
    booking = about["live"][asked.booking - 1] if asked and asked.booking else None
    session = _class(request, asked, about["classes"]) if asked else None
    if asked is None or (asked.choice and session is None):
        messages.error(request, _("この番号の講習会や申込は、見つかりません。もう一度打ってください。"))
        return redirect("desk:person", pk)
    words = read_back(asked.verb, booking, session)
    context = {"resident": resident, "verb": asked.verb, "booking": booking, "session": session, "words": words}
    return render(request, "desk/command.html", context)


def _class(request: ScopedRequest, asked: Command, classes: list[Session]) -> Session | None:
    """A class by its place in the list on the screen, or by its whole code."""
    if len(asked.choice) == 1:
        index = int(asked.choice) - 1
        return classes[index] if 0 <= index < len(classes) else None
    return queries.find(asked.choice, request.scope).session if asked.choice else None


@allowed(Action.EDIT_RESIDENTS)
@never_cache
@require_POST
def act(request: ScopedRequest, pk: int) -> HttpResponse:
    """Do what `command` showed: it names the booking and the class themselves, since lists move meanwhile."""
    resident = _resident(request, pk)
    verb = request.POST.get("verb", "")
    deed = DEEDS.get(verb)
    if deed is None:
        raise Http404
    log_access(request.user, f"desk_{verb}", f"resident:{pk}")
    made: list[Booking | None] = []
    if attempt(request, lambda: made.append(deed(request, resident))):
        said = read_reference(made[0]) if made[0] else SAID[Verb(verb)]
        messages.success(request, str(said))
    return redirect("desk:person", pk)


def _named_booking(request: ScopedRequest, resident: Resident) -> Booking:
    return get_object_or_404(
        bookings_in(request.scope), resident=resident, pk=whole_number(request.POST.get("booking"))
    )


def _named_session(request: ScopedRequest) -> Session:
    return session_or_404(request.scope, request.POST.get("session", "").replace("\0", ""))


def _book(request: ScopedRequest, resident: Resident) -> Booking:
    application, session = _known(request, resident), _named_session(request)
    return registration.book(session=session, application=application, channel=_channel(request), by=request.user)


def _move(request: ScopedRequest, resident: Resident) -> Booking:
    booking, to = _named_booking(request, resident), _named_session(request)
    return registration.change_class(
        booking=booking, to=to, channel=_channel(request), by=request.user, into_queue=True
    )


def _cancel(request: ScopedRequest, resident: Resident) -> None:
    registration.cancel(booking=_named_booking(request, resident), channel=_channel(request), by=request.user)


def _accept(request: ScopedRequest, resident: Resident) -> None:
    registration.accept_offer(booking=_named_booking(request, resident), channel=_channel(request), by=request.user)


DEEDS: dict[str, Callable[[ScopedRequest, Resident], Booking | None]] = {
    Verb.BOOK: _book,
    Verb.MOVE: _move,
    Verb.CANCEL: _cancel,
    Verb.ACCEPT: _accept,
}
SAID = {Verb.CANCEL: _l("取り消しました。"), Verb.ACCEPT: _l("お席を確定しました。")}


def _known(request: ScopedRequest, resident: Resident) -> Application:
    """As the person applied last time; how to reach someone new is read from the number."""
    bookings = queries.bookings_of(resident, request.scope)
    if bookings:
        return registration.application_of(max(bookings, key=lambda b: b.applied_at))
    return Application(name=resident.name, kana=resident.kana, phone=resident.phone, contact=usual_way(resident.phone))


@allowed(Action.EDIT_RESIDENTS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def book(request: ScopedRequest, code: str = "") -> HttpResponse:
    """A booking for someone new: a caller, the counter, a form. People who may be the same are offered, not forced."""
    known = {"code": show_code(code) if code else "", "channel": _channel(request), **_beside(request)}
    form = CallerForm(request.POST or None, initial=known, scope=request.scope)
    if not form.is_valid() or "again" in request.POST:
        return render(request, "desk/book.html", {"form": form, "code": code})
    application = form.application()
    alike = queries.near_duplicates(application.kana, application.phone, request.scope)
    if "sure" not in request.POST:
        words = read_back(Verb.BOOK, None, form.session)
        context = {
            "form": form,
            "session": form.session,
            "application": application,
            "alike": alike,
            "words": words,
        }
        log_access(request.user, "search_residents", "residents")
        return render(request, "desk/book_sure.html", context)
    return _book_new(request, form, application)


def _beside(request: ScopedRequest) -> dict[str, str]:
    """For a couple or a group: the number and the class of the one booked just before (`?with=`, a row's number)."""
    first = queries.residents_in(request.scope).filter(pk=whole_number(request.GET.get("with"))).first()
    if first is None:
        return {}
    log_access(request.user, "see_resident", f"resident:{first.pk}")
    last = bookings_in(request.scope).filter(resident=first).order_by("-applied_at", "-pk").first()
    return {"phone": show(first.phone), "code": show_code(last.session.code) if last else ""}


def _book_new(request: ScopedRequest, form: CallerForm, application: Application) -> HttpResponse:
    request.session[CHANNEL] = channel = form.cleaned_data["channel"]
    made: list[Booking] = []

    def act() -> None:
        assert form.session is not None  # noqa: S101 - the form found it
        made.append(registration.book(session=form.session, application=application, channel=channel, by=request.user))

    if not attempt(request, act):
        return render(request, "desk/book.html", {"form": form, "code": ""})
    log_access(request.user, "desk_book", made[0].subject)
    messages.success(request, read_reference(made[0]))
    return redirect("desk:person", made[0].resident_id)


def _channel(request: ScopedRequest) -> str:
    return str(request.session.get(CHANNEL, Intake.STAFF_PHONE))


def _keep_channel(request: ScopedRequest) -> None:
    wanted = request.POST.get("channel", "")
    if wanted in dict(BY_STAFF):
        request.session[CHANNEL] = wanted
