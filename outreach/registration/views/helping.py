"""The helper's phone: say yes or no, arrive, leave, and read what the one before noted. Each sees only their own."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.rules import Action
from outreach.registration import services
from outreach.registration.models import SupportHelper
from outreach.registration.services import SupportError
from outreach.registration.supporting import helping as own_part
from outreach.registration.supporting import history_for

A = SupportHelper.Answer
CLOSED = frozenset({"done", "cancelled", "requested"})


@allowed(Action.OWN_WORK)
@require_safe
def helping(request: ScopedRequest, pk: int) -> HttpResponse:
    """Before the yes: when, where about, what. After it, until it is done: who, the address and the number too."""
    helper = get_object_or_404(own_part(request.scope.person), pk=pk)
    log_access(request.user, "see_support", helper.support.subject)
    told = helper.answer == A.ACCEPTED and helper.support.status not in CLOSED
    context = {
        "helper": helper,
        "one": helper.support,
        "told": told,
        "others": helper.support.helpers.exclude(pk=pk).filter(answer=A.ACCEPTED).select_related("person"),
        "history": history_for(helper),
    }
    return render(request, "registration/helping.html", context)


@allowed(Action.OWN_WORK)
@require_POST
def helping_act(request: ScopedRequest, pk: int) -> HttpResponse:
    helper = get_object_or_404(own_part(request.scope.person), pk=pk)
    what, now = request.POST.get("what", ""), timezone.now()
    log_access(request.user, "edit_support", helper.support.subject)
    acts: dict[str, tuple[Callable[[], Any], str]] = {
        "yes": (
            lambda: services.answer_request(helper=helper, accepted=True),
            _("ありがとうございます。お願いします。"),
        ),
        "no": (
            lambda: services.answer_request(helper=helper, accepted=False),
            _("分かりました。ほかの人をさがします。"),
        ),
        "arrive": (lambda: services.arrive(helper=helper, now=now), _("着いたことを記録しました。")),
        "leave": (
            lambda: services.leave_visit(helper=helper, now=now, note=request.POST.get("note", "")),
            _("おつかれさまでした。時間を記録しました。"),
        ),
    }
    if what in acts:
        act, done = acts[what]
        try:
            act()
        except SupportError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, done)
    return redirect("registration:helping", pk)
