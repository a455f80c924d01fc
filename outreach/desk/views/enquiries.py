"""Questions: those to be answered, the soonest due first; each with its answer; and one that staff hear."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from geo.models import Municipality
from outreach.contact.queries import history
from outreach.desk.exports.lists import enquiries_file
from outreach.desk.forms.enquiries import AnswerForm, HeardForm
from outreach.desk.queries.enquiries import closed_enquiries, open_enquiries
from outreach.desk.views.common import act_and_return
from outreach.downloads import FORMATS
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.models import Organisation
from outreach.people.rules import Action, Scope
from outreach.registration import services as registration
from outreach.registration.models import Enquiry
from outreach.registration.queries import enquiries_in

A_PAGE = 40


@allowed(Action.SEE_RESIDENTS)
@never_cache
@require_safe
def enquiries(request: ScopedRequest) -> HttpResponse:
    """What waits for an answer; `?closed=1` what was answered."""
    log_access(request.user, "see_enquiries", "enquiries")
    closed = request.GET.get("closed") == "1"
    found = closed_enquiries(request.scope) if closed else open_enquiries(request.scope)
    kind = request.GET.get("format", "")
    if kind in FORMATS:
        return enquiries_file(kind, found)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    mark = "closed=1&" if closed else ""
    context = {
        "page": page,
        "closed": closed,
        "today": timezone.localdate(),
        "csv": f"?{mark}format=csv",
        "excel": f"?{mark}format=xlsx",
    }
    return render(request, "desk/enquiries.html", context)


@allowed(Action.EDIT_RESIDENTS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: ScopedRequest) -> HttpResponse:
    """Someone asks at the counter or on the telephone."""
    form = HeardForm(request.POST or None, scope=request.scope, initial={"code": request.GET.get("class", "")[:40]})
    if not form.is_valid():
        return render(request, "desk/enquiry_new.html", {"form": form})
    given = form.cleaned_data
    town, holder = whose(request.scope) if form.session is None else (None, None)
    made = registration.ask(
        question=given["question"],
        name=given["name"],
        phone=given["phone"],
        source=given["source"],
        session=form.session,
        municipality=town,
        organisation=holder,
        by=request.user,
    )
    log_access(request.user, "note_enquiry", made.subject)
    messages.success(request, _("問い合わせを記録しました。"))
    return redirect("desk:enquiry", made.pk)


def whose(scope: Scope) -> tuple[Municipality | None, Organisation | None]:
    """To whom a question about no class belongs: the office of whoever noted it."""
    holder = Organisation.objects.filter(pk__in=scope.organisations).order_by("pk").first()
    town = Municipality.objects.filter(pk__in=scope.municipalities).order_by("pk").first()
    return town or (holder.municipality if holder else None), holder


@allowed(Action.SEE_RESIDENTS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enquiry(request: ScopedRequest, pk: int) -> HttpResponse:
    """One question: what was asked, what was tried, and the answer."""
    one = _one(request, pk)
    log_access(request.user, "see_enquiry", one.subject)
    context = {
        "enquiry": one,
        "form": AnswerForm(),
        "today": timezone.localdate(),
        "events": one.events.select_related("by"),
        "history": history([one.subject]),
    }
    return render(request, "desk/enquiry.html", context)


@allowed(Action.EDIT_RESIDENTS)
@require_POST
def answer(request: ScopedRequest, pk: int) -> HttpResponse:
    one, form = _one(request, pk), AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(words) for errors in form.errors.values() for words in errors))
        return redirect("desk:enquiry", pk)
    log_access(request.user, "answer_enquiry", one.subject)
    words, way = form.cleaned_data["words"], form.cleaned_data["way"]

    def act() -> None:
        if way == "none":
            registration.drop_enquiry(enquiry=one, words=words, by=request.user)
        else:
            registration.answer_enquiry(enquiry=one, words=words, way=way, by=request.user)

    return act_and_return(request, act, _("記録しました。"), "desk:enquiry", pk)


@allowed(Action.EDIT_RESIDENTS)
@require_POST
def reopen(request: ScopedRequest, pk: int) -> HttpResponse:
    one = _one(request, pk)
    log_access(request.user, "reopen_enquiry", one.subject)
    return act_and_return(
        request,
        lambda: registration.reopen_enquiry(enquiry=one, by=request.user),
        _("元に戻しました。"),
        "desk:enquiry",
        pk,
    )


def _one(request: ScopedRequest, pk: int) -> Enquiry:
    return get_object_or_404(enquiries_in(request.scope), pk=pk)
