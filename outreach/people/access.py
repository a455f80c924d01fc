"""Who may do what: the one place that every view and every API operation passes (law 7).

A view or operation is marked either `@open_to_all` or `@allowed(Action…)`; `tests/test_architecture.py` finds any
that is not. A query of a staff screen starts from `request.scope`, which `allowed` sets.
"""

from collections.abc import Callable
from functools import wraps
from ipaddress import IPv6Network
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from outreach.people.counting import count
from outreach.people.held import is_navigation, page_before, seal
from outreach.people.models import AccessLog, User
from outreach.people.queries import scope_of
from outreach.people.rules import Action, Scope

HOUR, DAY = 3600, 86400  # seconds
View = TypeVar("View", bound=Callable[..., Any])


class ScopedRequest(HttpRequest):
    """A request whose user may do what the view does, as far as `scope` reaches."""

    user: User
    scope: Scope


def open_to_all(view: View) -> View:
    """Mark a view that anyone may open: residents and the open data."""
    view.owner = "everyone"  # type: ignore[attr-defined]
    return view


def allowed(action: Action) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Let in signed-in users whose role permits `action`; set `request.scope` to how far it reaches.

    No browser or proxy keeps the answer: on an office's shared PC, "back" after signing out would show it.
    Raises: PermissionDenied where no role of the user permits it. Strangers are sent to sign in.
    """

    def mark(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @never_cache
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return signed_out(request)
            request.scope = scope_of(request.user, action)
            if request.scope.empty:
                raise PermissionDenied(_("この操作をする権限がありません。"))
            return view(request, *args, **kwargs)

        guarded.owner = action  # type: ignore[attr-defined]
        return guarded

    return mark


def signed_out(request: HttpRequest) -> HttpResponseBase:
    """Strangers sign in first; a form that was sent after the session had ended waits meanwhile, to be sent again."""
    if not is_navigation(request):
        return redirect_to_login(request.get_full_path())
    context = {"form": AuthenticationForm(request), "next": page_before(request), "held": seal(request), "late": True}
    return render(request, "backend/sign_in.html", context, status=401)


def log_access(user: User, action: str, subject: str) -> None:
    """Record that `user` saw or changed what `subject` ("booking:12") names."""
    AccessLog.objects.create(user=user, action=action, subject=subject)


def too_many(request: HttpRequest, what: str, *, an_hour: int) -> bool:
    """Count a public form sent from this address; True from the one too many on. A hall or a school shares one."""
    return count(f"form:{what}:{client_address(request)}", seconds=HOUR) > an_hour


def too_many_for(number: str, what: str, *, most: int, seconds: int = HOUR) -> bool:
    """`too_many`, for a telephone number wherever it is written. The number itself is not kept."""
    return count(f"form:{what}:{seconds}:{number}", seconds=seconds) > most


def client_address(request: HttpRequest) -> str:
    """Whence a request came; behind our own proxy (TRUST_PROXY) the last hop that it saw.

    Of IPv6 the network: a household has 2^64 addresses of its own, and could send each form from another.
    """
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.TRUST_PROXY else ""
    address = forwarded.rsplit(",", 1)[-1].strip() or str(request.META.get("REMOTE_ADDR", ""))
    try:
        return str(IPv6Network((address, 64), strict=False)) if ":" in address else address
    except ValueError:  # whatever a proxy calls it
        return address
