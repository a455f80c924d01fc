"""The office: requests for individual support, matched and followed to the end. Helpers' notes are not shown here."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outreach.contact.numbers import show
from outreach.people.access import ScopedRequest, allowed, log_access, open_to_all, too_many
from outreach.people.models import Organisation, Person
from outreach.people.ranking import hindered, rank
from outreach.people.rules import Action, Scope
from outreach.people.services import PersonBusy
from outreach.people.writing import whole_number
from outreach.registration import services
from outreach.registration.forms.supports import StaffSupportForm, SupportForm, TimeForm
from outreach.registration.matching import candidates
from outreach.registration.models import Intake, Resident, Support, SupportHelper, SupportStatus
from outreach.registration.queries import bookings_in
from outreach.registration.services import SupportError
from outreach.registration.supporting import (
    AROUND,
    is_first,
    not_arrived,
    overdue_helpers,
    supports_in,
    waiting_in,
    with_helpers,
)
from outreach.registration.visit_notices import reminder_of
from outreach.registration.yearly import warnings

A_PAGE = 50
SHOWN = 12
AN_HOUR = 20  # from one address


# --- the resident ---------------------------------------------------------------------------------------------------
@open_to_all
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask_for_support(request: HttpRequest) -> HttpResponse:
    """The public form; its number stands on the next page, out of the session."""
    form = SupportForm(request.POST or None)
    if form.is_valid() and too_many(request, "support", an_hour=AN_HOUR):
        form.add_error(None, _("続けて送られた数が多すぎます。1時間ほどあけるか、お電話ください。"))
    elif form.is_valid():
        made = services.request_support(asked=form.asked(), channel=Intake.WEB)
        request.session["support"] = made.reference
        return redirect("registration:support-asked")
    return render(request, "registration/support_ask.html", {"form": form})


@open_to_all
@never_cache
@require_safe
def support_asked(request: HttpRequest) -> HttpResponse:
    reference = request.session.get("support", "")
    return render(request, "registration/support_asked.html", {"reference": reference})


# --- the office -----------------------------------------------------------------------------------------------------
def organisations_in(scope: Scope) -> Any:
    found = Organisation.objects.all()
    if scope.nation:
        return found
    return found.filter(pk__in=scope.organisations) | found.filter(municipality__in=scope.municipalities)


@allowed(Action.EDIT_RESIDENTS)
@require_safe
def supports(request: ScopedRequest) -> HttpResponse:
    """What waits, what is agreed, what was done."""
    log_access(request.user, "see_supports", "supports")
    state = request.GET.get("state", "")
    if state in SupportStatus.values:
        found = with_helpers(supports_in(request.scope).filter(status=state)).select_related(*AROUND)
        found = found.order_by("-starts_at", "-pk")
    else:
        state, found = "", waiting_in(request.scope)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    now = timezone.now()
    mine = supports_in(request.scope)
    context = {
        "warnings": warnings(request.scope, timezone.localdate(now)),
        "page": page,
        "state": state,
        "states": [(value, label) for value, label in SupportStatus.choices if value not in {"requested", "matched"}],
        "overdue": overdue_helpers(now).filter(support__in=mine)[:SHOWN],
        "missing": not_arrived(now).filter(support__in=mine)[:SHOWN],
    }
    return render(request, "registration/supports.html", context)


@allowed(Action.EDIT_RESIDENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def support_new(request: ScopedRequest) -> HttpResponse:
    """A request taken on the telephone or from paper; from a caller's page, who it is stands there already."""
    form = StaffSupportForm(
        request.POST or None, organisations=organisations_in(request.scope), initial=_caller(request)
    )
    if form.is_valid():
        made = services.request_support(asked=form.asked(), channel=form.cleaned_data["channel"], by=request.user)
        messages.success(request, _("依頼を受け付けました。"))
        return redirect("registration:support", made.pk)
    return render(request, "registration/support_new.html", {"form": form})


def _caller(request: ScopedRequest) -> dict[str, str]:
    """The resident of `?resident=`, where the user may see them (law 7)."""
    key = whole_number(request.GET.get("resident"))
    known = bookings_in(request.scope).filter(resident=key)
    if not known.exists() and not supports_in(request.scope).filter(resident=key).exists():
        return {}
    log_access(request.user, "see_resident", f"resident:{key}")
    one = Resident.objects.get(pk=key)
    fields = {name: getattr(one, name) for name in ("name", "kana", "postal_code", "address")}
    return {**fields, "phone": show(one.phone), "channel": Intake.STAFF_PHONE}


def one_or_404(request: ScopedRequest, pk: int) -> Support:
    return get_object_or_404(supports_in(request.scope).select_related(*AROUND), pk=pk)


@allowed(Action.EDIT_RESIDENTS)
@require_safe
def support(request: ScopedRequest, pk: int) -> HttpResponse:
    """One request: who asks, when, whom to ask, and how it stands."""
    one = one_or_404(request, pk)
    log_access(request.user, "see_support", one.subject)
    return render(request, "registration/support.html", _about(one, TimeForm(initial=_time_of(one))))


def _time_of(one: Support) -> dict[str, Any]:
    if one.starts_at is None or one.ends_at is None:
        return {}
    start, end = timezone.localtime(one.starts_at), timezone.localtime(one.ends_at)
    return {"day": start.date(), "starts": start.time(), "ends": end.time()}


def _about(one: Support, form: TimeForm) -> dict[str, Any]:
    helpers = list(one.helpers.select_related("person__municipality"))
    asked = sum(helper.answer != SupportHelper.Answer.DECLINED for helper in helpers)
    asking = (
        one.status in {SupportStatus.REQUESTED, SupportStatus.MATCHED}
        and one.starts_at is not None
        and one.starts_at > timezone.now()
        and asked < one.helpers_needed
    )
    everyone = candidates(one) if asking else []
    return {
        "one": one,
        "form": form,
        "helpers": helpers,
        "first": is_first(one),
        "reminder": reminder_of(one),
        "asking": asking,
        "left": one.helpers_needed - asked,
        "ranked": rank(everyone, most=SHOWN),
        "hindered": hindered(everyone, most=60),
        "events": one.events.select_related("by"),
    }


def _acted(request: ScopedRequest, pk: int, act: Callable[[], Any], done: str) -> HttpResponse:
    try:
        act()
    except (SupportError, PersonBusy) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("registration:support", pk)


@allowed(Action.EDIT_RESIDENTS)
@require_POST
def support_time(request: ScopedRequest, pk: int) -> HttpResponse:
    one, form = one_or_404(request, pk), TimeForm(request.POST)
    if not form.is_valid():
        return render(request, "registration/support.html", _about(one, form))
    starts_at, ends_at = form.times()
    return _acted(
        request,
        pk,
        lambda: services.set_time(support=one, starts_at=starts_at, ends_at=ends_at, by=request.user),
        _("日時を決めました。頼む人を選んでください。"),
    )


@allowed(Action.EDIT_RESIDENTS)
@require_POST
def support_match(request: ScopedRequest, pk: int) -> HttpResponse:
    one = one_or_404(request, pk)
    raw = request.POST.get("person", "")
    own = Person.objects.filter(supporter__organisation=one.organisation_id)
    person = get_object_or_404(own, pk=whole_number(raw))
    done = _("%(person)sさんに打診しました。") % {"person": person}
    return _acted(request, pk, lambda: services.ask_helper(support=one, person=person, by=request.user), done)


@allowed(Action.EDIT_RESIDENTS)
@require_POST
def support_act(request: ScopedRequest, pk: int) -> HttpResponse:
    """Withdraw what was asked, cancel, or note an answer or times that a helper told by telephone."""
    one, what = one_or_404(request, pk), request.POST.get("what", "")
    log_access(request.user, "edit_support", one.subject)
    if what == "take_back":
        return _acted(
            request, pk, lambda: services.take_back(support=one, by=request.user), _("打診を取り下げました。")
        )
    if what == "cancel":
        reason = request.POST.get("reason", "").replace("\0", "")[:200]
        knows = request.POST.get("knows") == "1"
        return _acted(
            request,
            pk,
            lambda: services.cancel_support(support=one, by=request.user, reason=reason, resident_knows=knows),
            _("取り消しました。"),
        )
    raw = request.POST.get("helper", "")
    helpers = one.helpers.select_related("support", "person")
    helper = get_object_or_404(helpers, pk=whole_number(raw))
    if what in {"yes", "no"}:
        done = _("返事を記録しました。")
        return _acted(request, pk, lambda: services.answer_request(helper=helper, accepted=what == "yes"), done)
    return _note_times(request, one, helper)


def _note_times(request: ScopedRequest, one: Support, helper: SupportHelper) -> HttpResponse:
    form = TimeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("日と時刻を入れてください。"))
        return redirect("registration:support", one.pk)
    start, end = form.times()
    return _acted(
        request,
        one.pk,
        lambda: services.note_hours(helper=helper, arrived_at=start, left_at=end, by=request.user),
        _("時間を記録しました。"),
    )
