"""地域連携型: a partner writes and sends a proposal, the town answers, sessions follow, costs come back."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outreach.classes import services
from outreach.classes.models import Proposal
from outreach.classes.models.proposals import WRITABLE
from outreach.desk.exports.proposals import proposal_file
from outreach.desk.forms.proposals import AnswerForm, CostForm, ProposalForm, SlotForm
from outreach.desk.queries.proposals import (
    decides,
    lines_of,
    partners_in,
    proposals_in,
    sum_of,
    with_counts,
    writes,
)
from outreach.desk.views.common import act_and_return, attempt
from outreach.downloads import FORMATS
from outreach.people.access import ScopedRequest, allowed
from outreach.people.rules import Action

PAGE = "desk:proposal"


@allowed(Action.EDIT_SESSIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def proposals(request: ScopedRequest) -> HttpResponse:
    """Those within reach, newest first, and for a partner the form of a new one."""
    partners = partners_in(request.scope)
    form = ProposalForm(request.POST or None, organisations=partners) if partners.exists() else None
    if form and form.is_valid():
        data = form.cleaned_data
        made = services.propose(
            organisation=data["organisation"],
            municipality=data["town"],
            title=data["title"],
            words=data["words"],
            by=request.user,
        )
        return redirect(PAGE, made.pk)
    return render(
        request, "desk/proposals.html", {"form": form, "rows": with_counts(proposals_in(request.scope))[:100]}
    )


def _found(request: ScopedRequest, pk: int) -> Proposal:
    return get_object_or_404(proposals_in(request.scope), pk=pk)


def _own(request: ScopedRequest, pk: int) -> Proposal:
    one = _found(request, pk)
    if not writes(request.scope, one):
        raise Http404
    return one


@allowed(Action.EDIT_SESSIONS)
@require_safe
def proposal(request: ScopedRequest, pk: int) -> HttpResponse:
    return _show(request, _found(request, pk))


def _show(request: ScopedRequest, one: Proposal, form: SlotForm | None = None) -> HttpResponse:
    lines = lines_of(one)
    total = sum_of(lines)
    if (kind := request.GET.get("format", "")) in FORMATS:
        return proposal_file(kind, one, lines, total)
    writable = writes(request.scope, one) and one.status in WRITABLE
    context = {
        "proposal": one,
        "lines": lines,
        "total": total,
        "writable": writable,
        "form": form or (SlotForm(municipality=one.municipality) if writable else None),
        "writes": writes(request.scope, one),
        "decides": one.status == "sent" and decides(request.scope, one),
        "answer": AnswerForm(),
        "events": one.events.select_related("by"),
    }
    return render(request, "desk/proposal.html", context)


@allowed(Action.EDIT_SESSIONS)
@require_POST
def add_slot(request: ScopedRequest, pk: int) -> HttpResponse:
    one = _own(request, pk)
    form = SlotForm(request.POST, municipality=one.municipality)
    if not form.is_valid():
        return _show(request, one, form)
    starts_at, ends_at = form.times(form.cleaned_data["course"])
    wanted = {name: form.cleaned_data[name] for name in ("venue", "course", "capacity", "cost")}
    attempt(request, lambda: services.add_slot(proposal=one, starts_at=starts_at, ends_at=ends_at, **wanted))
    return redirect(PAGE, pk)


@allowed(Action.EDIT_SESSIONS)
@require_POST
def remove_slot(request: ScopedRequest, pk: int, slot: int) -> HttpResponse:
    gone = get_object_or_404(_own(request, pk).slots.select_related("proposal"), pk=slot)
    return act_and_return(request, lambda: services.remove_slot(slot=gone), "", PAGE, pk)


@allowed(Action.EDIT_SESSIONS)
@require_POST
def act(request: ScopedRequest, pk: int) -> HttpResponse:
    """`do`: send and withdraw are the partner's, back and approve the town's."""
    one, do = _found(request, pk), request.POST.get("do", "")
    may = writes if do in {"send", "withdraw"} else decides
    if do not in {"send", "withdraw", "back", "approve"} or not may(request.scope, one):
        raise Http404
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(words) for errors in form.errors.values() for words in errors))
        return redirect(PAGE, pk)
    acts: dict[str, tuple[Callable[[], Any], str]] = {
        "send": (lambda: services.send_proposal(proposal=one, by=request.user), _("市区町村に送りました。")),
        "withdraw": (lambda: services.withdraw_proposal(proposal=one, by=request.user), _("取り下げました。")),
        "back": (
            lambda: services.send_back(proposal=one, by=request.user, words=form.cleaned_data["words"]),
            _("差し戻しました。"),
        ),
        "approve": (
            lambda: services.approve_proposal(proposal=one, by=request.user),
            _("承認しました。すべての回の受付を始めました。"),
        ),
    }
    return act_and_return(request, *acts[do], PAGE, pk)


@allowed(Action.EDIT_SESSIONS)
@require_POST
def costs(request: ScopedRequest, pk: int) -> HttpResponse:
    """What each slot cost in the end, a field a slot."""
    one = _own(request, pk)
    noted: dict[int, int | None] = {}
    for slot in one.slots.all():
        form = CostForm({"cost": request.POST.get(f"cost{slot.pk}", "")})
        if not form.is_valid():
            messages.error(request, _("費用は、円で、数字だけを入れてください。"))
            return redirect(PAGE, pk)
        noted[slot.pk] = form.cleaned_data["cost"]
    return act_and_return(
        request, lambda: services.note_costs(proposal=one, costs=noted), _("費用を書きとめました。"), PAGE, pk
    )
