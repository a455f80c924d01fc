"""A couple, neighbours, a facility: several people on one form, reviewed with who gets a seat, booked at one press."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any, TypedDict

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from outreach.classes import codes
from outreach.classes.models import OPEN, Session
from outreach.classes.queries import find_session
from outreach.people.access import open_to_all, too_many
from outreach.people.keeping import Kept
from outreach.registration import flood, services, visits
from outreach.registration.forms import GroupForm, PeopleFormSet
from outreach.registration.forms.group import MORE, MOST, PeopleForms, people_of
from outreach.registration.forms.pages import WAYS
from outreach.registration.models import Booking, Intake
from outreach.registration.queries import senders
from outreach.registration.services import Application

SALT = "registration.group"
AN_HOUR = 30  # from one address: a relay or a town shares one
GROUP, ALL = Kept("group"), "group-all"  # in the visitor's session: the first of the bookings just made, and all


class Draft(TypedDict):
    """What was written, and how many seats the review promised. The nonce makes of two presses one group."""

    code: str
    nonce: str
    seats: int
    data: str


@open_to_all
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def group(request: HttpRequest, code: str) -> HttpResponse:
    """The form; more rows of it (`more`); its review, where it is right; or the form again to correct it."""
    session = _session(code)
    if session.status not in OPEN or session.starts_at <= timezone.now():
        return redirect("classes:detail", session.code)
    draft = _open(request.POST.get("draft", ""), session)
    if request.method != "POST":
        return _form(request, session, GroupForm(), PeopleFormSet(prefix="people"))
    data = QueryDict(draft["data"]) if draft else request.POST
    if draft or "more" in request.POST:
        return _form(request, session, *_unjudged(data, more="more" in request.POST))
    form, people = GroupForm(data), people_of(data)
    right = [form.is_valid(), people.is_valid()]
    return _review(request, session, form, people) if all(right) else _form(request, session, form, people)


@open_to_all
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, code: str) -> HttpResponse:
    """Book what the review showed; where fewer seats are left by now, show it again."""
    session = _session(code)
    draft = _open(request.POST.get("draft", ""), session)
    form = GroupForm(QueryDict(draft["data"])) if draft else None
    people = people_of(QueryDict(draft["data"])) if draft else None
    if draft is None or form is None or people is None or not (form.is_valid() and people.is_valid()):
        return redirect("registration:group", session.code)
    if too_many(request, "group", an_hour=AN_HOUR):
        messages.error(request, _("続けて送られた数が多すぎます。1時間ほどあけるか、お電話ください。"))
        return _form(request, session, form, people)
    applications = form.applications(people.people())
    if why := flood.stopped_by_number(request, session, applications):
        messages.error(request, why)
        return _review(request, session, form, people)
    try:
        made = services.book_group_once(
            key=f"group:{draft['nonce']}",
            fingerprint=hashlib.sha256(request.POST["draft"].encode()).hexdigest(),
            session=session,
            applications=applications,
            seats=draft["seats"],
            channel=Intake.WEB,
        )
    except services.SeatsChanged as error:
        messages.warning(request, str(error))
        return _review(request, _session(code), form, people)
    except services.OneAlreadyBooked as error:
        services.tell_of_what_stands(session=session, application=error.application)
        messages.info(request, _stands(error.application))
        return _form(request, session, form, people)
    except services.BookingError as error:
        messages.error(request, str(error))
        return _form(request, session, form, people)
    GROUP.remember(request, made[0].pk)
    request.session[ALL] = [booking.pk for booking in made]
    return redirect("registration:group-done")


@open_to_all
@never_cache
@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """Everyone's reference, for a quarter of an hour."""
    if GROUP.recall(request) is None:
        return redirect("registration:lookup")
    found = Booking.objects.filter(pk__in=request.session.get(ALL, [])).select_related(*visits.AROUND)
    bookings = list(found.order_by("pk"))
    context = {"bookings": bookings, "session": bookings[0].session, "senders": senders(bookings[0].session)}
    return render(request, "registration/group_done.html", context)


def _stands(one: Application) -> str:
    """As for one who applies alone: what stands is told to the number on file, not here."""
    return _(
        "%(name)sさんのお申し込みは、受け付けています。申込番号は、登録の電話番号にお知らせします。"
        "この方の行を消してから、もう一度お進みください。"
    ) % {"name": one.name or one.kana}


def _session(code: str) -> Session:
    clean = codes.clean_code(code, codes.SESSION_DIGITS)
    session = find_session(clean) if clean else None
    if session is None:
        raise Http404
    return session


def _open(sealed: str, session: Session) -> Draft | None:
    try:
        draft: Draft = signing.loads(sealed, salt=SALT, max_age=timedelta(days=1))
    except signing.BadSignature:
        return None
    return draft if draft["code"] == session.code else None


def _unjudged(data: QueryDict, *, more: bool) -> tuple[GroupForm, Any]:
    """The forms as they were written, with more rows, and nothing called wrong yet."""
    typed = data.get("people-TOTAL_FORMS", "")
    rows = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 0
    names = ("name", "kana", "phone")
    known = [{name: data.get(f"people-{at}-{name}", "") for name in names} for at in range(min(rows, MOST))]
    filled = [row for row in known if any(row.values())]
    people = PeopleFormSet(prefix="people", initial=filled)
    people.extra = min(MOST, len(known) + MORE * more) - len(filled)
    return GroupForm(initial={name: data.get(name, "") for name in GroupForm().fields}), people


def _form(request: HttpRequest, session: Session, form: GroupForm, people: Any) -> HttpResponse:
    context = {"session": session, "form": form, "people": people, "full": people.total_form_count() >= MOST}
    return render(request, "registration/group.html", context)


def _review(request: HttpRequest, session: Session, form: GroupForm, people: PeopleForms) -> HttpResponse:
    given = form.applications(people.people())
    seats = min(session.seats_left, len(given))
    written = QueryDict(mutable=True)
    written.update({name: value for name, value in form.data.items() if name not in {"csrfmiddlewaretoken", "draft"}})
    nonce = secrets.token_urlsafe(16)
    draft: Draft = {"code": session.code, "nonce": nonce, "seats": seats, "data": written.urlencode()}
    context = {
        "session": session,
        "draft": signing.dumps(draft, salt=SALT, compress=True),
        "seated": given[:seats],
        "waiting": given[seats:],
        "given": form.cleaned_data,
        "way": dict(WAYS)[form.cleaned_data["contact"]],
    }
    return render(request, "registration/group_review.html", context)
