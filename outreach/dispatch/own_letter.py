"""The letter that a visitor has sent or proved theirs."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from outreach.dispatch.models import RequestLetter
from outreach.people.access import open_to_all
from outreach.people.keeping import Kept

KEPT = Kept("letter")
OwnView = Callable[[HttpRequest, RequestLetter], HttpResponse]


def for_own_letter(view: OwnView) -> Callable[[HttpRequest], HttpResponse]:
    """Open the view with the visitor's own letter; without one, ask for reference and number. Nothing is cached."""

    @open_to_all
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        kept = KEPT.recall(request)
        around = ("municipality__prefecture", "organisation")
        letter = RequestLetter.objects.select_related(*around).filter(pk=kept).first() if kept else None
        if letter is None:
            messages.info(request, _("依頼の内容は、受付番号と電話番号を入力すると見られます。"))
            return redirect("dispatch:ask-lookup")
        return view(request, letter)

    return guarded
