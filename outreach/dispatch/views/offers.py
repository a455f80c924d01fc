"""Offers as the office sees them: what waits, what needs a substitute, and answers taken by telephone."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, F, Q, QuerySet, When
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outreach.contact.models import Message
from outreach.dispatch import services
from outreach.dispatch.asking import Found, offers_in, unasked_in, unreachable_in, vacancies_in
from outreach.dispatch.asking import substitutes as find_substitutes
from outreach.dispatch.forms.offers import NoForm, OfferFilter
from outreach.dispatch.models import Offer, OfferLetter, OfferStatus, Visit
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.models import Person
from outreach.people.rules import Action

A_PAGE = 30
AROUND = ("lead", "second", "plan__prefecture", "venue", "request__municipality", "request__course")


@allowed(Action.PLAN_DISPATCH)
@require_safe
def offers(request: ScopedRequest) -> HttpResponse:
    """What needs a hand first: places left open, classes not made; then every offer, those that wait first."""
    now = timezone.now()
    form = OfferFilter(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    found = offers_in(request.scope).select_related("person", *(f"visit__{name}" for name in AROUND))
    if wanted.get("status"):
        found = found.filter(status=wanted["status"])
    if wanted.get("plan"):
        found = found.filter(visit__plan=wanted["plan"])
    page = Paginator(_in_order(found, now), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "now": now,
        "vacancies": vacancies_in(request.scope, now).select_related(*AROUND)[:A_PAGE],
        "unasked": unasked_in(request.scope, now),
        "unreachable": unreachable_in(request.scope)[:A_PAGE],
        "stuck": Visit.objects.filter(pk__in=_stuck(request)).select_related(*AROUND)[:A_PAGE],
    }
    return render(request, "dispatch/offers.html", context)


def _in_order(found: QuerySet[Offer], now: datetime) -> QuerySet[Offer]:
    """Those that wait, by their deadline; then visits to come, the next first; then the past, the latest first."""
    waits = Q(status=OfferStatus.OPEN)
    group = Case(When(waits, then=0), When(starts_at__gt=now, then=1), default=2)
    deadline = Case(When(waits, then=F("answer_by")))
    coming = Case(When(starts_at__gt=now, then=F("starts_at")))
    return found.order_by(group, deadline, coming, "-starts_at", "pk")


def _stuck(request: ScopedRequest) -> Any:
    return offers_in(request.scope).exclude(visit__trouble="").values("visit")


def _offer(request: ScopedRequest, pk: int) -> Offer:
    around = ("person__instructor__organisation", *(f"visit__{name}" for name in AROUND))
    return get_object_or_404(offers_in(request.scope).select_related(*around), pk=pk)


@allowed(Action.PLAN_DISPATCH)
@require_safe
def offer(request: ScopedRequest, pk: int) -> HttpResponse:
    """One offer: what became of it, whether they were told, and their answer as heard by telephone."""
    one = _offer(request, pk)
    log_access(request.user, "see_offer", f"offer:{one.pk}")
    letter = OfferLetter.objects.filter(plan=one.visit.plan_id, person=one.person_id).first()
    told = Message.objects.filter(subject=letter.subject).order_by("-pk") if letter else []
    context = {
        "offer": one,
        "visit": one.visit,
        "now": timezone.now(),
        "events": one.events.select_related("by"),
        "letter": letter,
        "told": told,
        "no_form": NoForm(),
    }
    return render(request, "dispatch/offer.html", context)


@allowed(Action.PLAN_DISPATCH)
@require_POST
def answer(request: ScopedRequest, pk: int) -> HttpResponse:
    """What they said by telephone, or taking the offer back."""
    one, now, by = _offer(request, pk), timezone.now(), request.user
    act = request.POST.get("act", "")
    if act == "accept":
        return _done(request, lambda: services.accept_offer(offer=one, now=now, by=by), _("承諾を記録しました。"), one)
    form = NoForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("理由を選んでください。"))
    elif act in NO:
        service, words = NO[act]
        return _said_no(request, one, lambda: service(offer=one, now=now, by=by, reason=form.reason()), str(words))
    return redirect("dispatch:offer", pk)


NO: dict[str, tuple[Callable[..., None], str | Promise]] = {
    "decline": (services.decline_offer, gettext_lazy("辞退を記録しました。代わりの講師を選んでください。")),
    "return": (services.return_offer, gettext_lazy("承諾を取り消しました。代わりの講師を選んでください。")),
}


def _done(request: ScopedRequest, act: Callable[[], Any], done: str, one: Offer) -> HttpResponse:
    _attempt(request, act, done)
    return redirect("dispatch:offer", one.pk)


def _said_no(request: ScopedRequest, one: Offer, act: Callable[[], Any], done: str) -> HttpResponse:
    """Straight to who could come instead."""
    if not _attempt(request, act, done) or one.person_id not in one.visit.crew:
        return redirect("dispatch:offer", one.pk)
    return redirect("dispatch:substitutes", one.visit_id, one.person_id)


def _attempt(request: ScopedRequest, act: Callable[[], Any], done: str) -> bool:
    try:
        act()
    except (services.OfferError, services.PlanRefused, services.RequestError) as error:
        messages.error(request, str(error))
        return False
    messages.success(request, done)
    return True


@allowed(Action.PLAN_DISPATCH)
@require_POST
def tell(request: ScopedRequest, pk: int) -> HttpResponse:
    """Send the letter once more: it was lost, or the number has changed."""
    one = _offer(request, pk)
    letter = OfferLetter.objects.filter(plan=one.visit.plan_id, person=one.person_id).first()
    if letter and services.tell_again(letter=letter, now=timezone.now()):
        messages.success(request, _("もう一度知らせます。"))
    else:
        messages.error(request, _("知らせる打診がないか、連絡先がありません。"))
    return redirect("dispatch:offer", pk)


def _visit(request: ScopedRequest, pk: int) -> Visit:
    visits = Visit.objects.filter(pk__in=offers_in(request.scope).values("visit"))
    return get_object_or_404(visits.select_related("plan__version__problem", *AROUND), pk=pk)


@allowed(Action.PLAN_DISPATCH)
@require_POST
def classes(request: ScopedRequest, pk: int) -> HttpResponse:
    """Make the classes of a visit that everyone accepted, once what stood against them is settled."""
    visit = _visit(request, pk)
    _attempt(request, lambda: services.try_classes_again(visit=visit), _("講習会をつくりました。"))
    return redirect("dispatch:offers")


@allowed(Action.PLAN_DISPATCH)
@require_http_methods(["GET", "HEAD", "POST"])
def substitutes(request: ScopedRequest, pk: int, person: int) -> HttpResponse:
    """Who could come in someone's place, with rule, weight and reason; one tap asks them."""
    visit = _visit(request, pk)
    once = Person.objects.filter(Q(pk__in=visit.crew) | Q(offers__visit=visit)).distinct()
    leaving = get_object_or_404(once, pk=person)
    if request.method == "POST":
        chosen = get_object_or_404(Person, pk=_number(request.POST.get("person")))
        done = _("%(person)sさんに打診しました。") % {"person": chosen}
        asked = _attempt(
            request, lambda: services.offer_to(visit=visit, leaving=leaving, person=chosen, by=request.user), done
        )
        return redirect("dispatch:offers") if asked else redirect("dispatch:substitutes", pk, person)
    if leaving.pk not in visit.crew:
        raise Http404
    log_access(request.user, "see_substitutes", f"visit:{visit.pk}")
    standing = visit.offers.filter(person=leaving).order_by("-pk").first()
    held = standing is not None and standing.status == OfferStatus.ACCEPTED
    found = Found() if held else find_substitutes(visit, leaving.pk)
    context = {
        "visit": visit,
        "leaving": leaving,
        "offer": standing,
        "held": held,
        "ranked": [one.candidate for one in found.able][:20],
        "hindered": found.unable[:40],
        "whole": found.whole,
    }
    return render(request, "dispatch/substitutes.html", context)


def _number(raw: str | None) -> int:
    return int(raw) if raw and raw.isascii() and raw.isdigit() and len(raw) < 19 else 0
