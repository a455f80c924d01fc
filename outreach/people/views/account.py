"""One's own password: the first one was read from paper by two people."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from outreach.people.access import ScopedRequest, allowed
from outreach.people.rules import Action


@sensitive_post_parameters()
@allowed(Action.OWN_WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: ScopedRequest) -> HttpResponse:
    form = PasswordChangeForm(request.user, request.POST or None)
    if form.is_valid():
        form.save()
        update_session_auth_hash(request, request.user)
        messages.success(request, _("パスワードを変えました。"))
        return redirect("desk:own-work")
    return render(request, "people/password.html", {"form": form})
