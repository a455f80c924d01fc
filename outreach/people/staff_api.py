"""Operations of the API for those who work here: signed in as on the pages, and within their scope (law 7).

    @router.post("/things", response={201: ThingOut}, auth=signed_in)
    @permitted(Action.EDIT_THINGS)
    def create_thing(request: ScopedRequest, payload: ThingIn) -> …

A write carries the CSRF token in the header `X-CSRFToken`: the cookie alone is never trusted.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from ninja.decorators import decorate_view
from ninja.security import SessionAuth

from outreach.people.queries import scope_of
from outreach.people.rules import Action

Operation = TypeVar("Operation", bound=Callable[..., Any])

signed_in = SessionAuth()


def permitted(action: Action) -> Callable[[Operation], Operation]:
    """Like `access.allowed`, for an operation with `auth=signed_in`: 403 where no role permits `action`."""

    def mark(operation: Operation) -> Operation:
        @wraps(operation)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> Any:
            request.scope = scope_of(request.user, action)
            if request.scope.empty:
                raise PermissionDenied(_("この操作をする権限がありません。"))
            return operation(request, *args, **kwargs)

        guarded.owner = action  # type: ignore[attr-defined]
        marked: Operation = decorate_view(never_cache)(guarded)  # type: ignore[assignment]
        return marked

    return mark
