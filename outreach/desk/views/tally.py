"""数取り: a big button at the door of a consultation that needs no booking."""

import secrets

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from outreach.classes import services as classes
from outreach.classes.models import Session
from outreach.desk.views.attendance import takes_attendance
from outreach.desk.views.common import attempt, reaches, session_or_404
from outreach.people.access import ScopedRequest, allowed
from outreach.people.rules import Action
from outreach.people.writing import whole_number


@allowed(Action.TAKE_ATTENDANCE)
@require_http_methods(["GET", "HEAD", "POST"])
def tally(request: ScopedRequest, code: str) -> HttpResponse:
    """One press, one person; the last can be taken back. Without a script the page comes back with the new count."""
    one = session_or_404(request.scope, code)
    if request.method == "POST":
        _press(request, one)
        if request.headers.get("X-Requested-With") != "fetch":
            return redirect("desk:tally", code)
        one.refresh_from_db()
    context = {
        "session": one,
        "open": takes_attendance(one),
        "nonce": secrets.token_urlsafe(15),
        "last": one.tally_marks.filter(undone_at=None).order_by("-at", "-pk").first(),
        "edits": reaches(request.user, Action.EDIT_SESSIONS, one),
    }
    fetched = request.headers.get("X-Requested-With") == "fetch"
    return render(request, "desk/tally_press.html" if fetched else "desk/tally.html", context)


def _press(request: ScopedRequest, one: Session) -> None:
    if not takes_attendance(one):
        messages.error(request, _("この回の人数は、いま数えられません。"))
    elif "undo" in request.POST:
        mark = whole_number(request.POST.get("last")) or None
        attempt(request, lambda: classes.uncount_one(session=one, mark=mark))
    else:
        nonce = request.POST.get("nonce", "").replace("\0", "")[:24] or secrets.token_urlsafe(15)
        attempt(request, lambda: classes.count_one(session=one, nonce=nonce, by=request.user))
