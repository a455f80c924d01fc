"""Signing in and out of the office, and what was sent from a page that is too old for it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure

from outreach.people.access import open_to_all, signed_out
from outreach.people.held import Held, has_password, hold, is_of_ours, page_before, unseal
from outreach.people.rules import Action


@open_to_all
def to_office(request: HttpRequest) -> HttpResponse:
    """The staff process has no resident pages: its front door leads to the day's work."""
    return redirect("desk:today")


class SignIn(LoginView):
    """With what was sent when the session had ended, to be looked at and sent again."""

    template_name = "backend/sign_in.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        held = self.request.POST.get("held", "")
        return super().get_context_data(**kwargs) | {"held": held, "late": bool(held)}

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        answer = super().form_valid(form)
        held = unseal(self.request.POST.get("held", ""))
        if held is None:
            return answer
        return send_again(self.request, held, back=self.get_success_url())


def send_again(request: HttpRequest, held: Held, *, back: str, stale: bool = False) -> HttpResponse:
    """What was sent in vain, and a button. `stale`: for the age of its page alone."""
    base = "base_staff.html" if held["path"].startswith("/staff/") else "base.html"
    context = {"held": held, "back": back, "stale": stale, "base": base}
    response = render(request, "backend/held.html", context, status=403 if stale else 200)
    response.headers["Cache-Control"] = "no-store, private"
    return response


def token_refused(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """A form with another token than the browser's: of before a sign-in in another tab, which changes it, or a forgery.

    Nothing that was typed is lost, but for passwords and files. The other site's page, which could press no button of
    ours, gets nothing that it could use.
    """
    if not is_of_ours(request) or request.FILES:
        return csrf_failure(request, reason)
    match, back = request.resolver_match, page_before(request) or "/"
    if match and match.url_name == "sign-in":
        return _at_the_door(request)
    if has_password(request):
        messages.error(request, _("画面が古くなっていました。お手数ですが、もう一度入力してください。"))
        return redirect(request.get_full_path())
    owner = getattr(match.func, "owner", None) if match else None
    if isinstance(owner, Action) and not request.user.is_authenticated:
        return signed_out(request)
    return send_again(request, hold(request), back=back, stale=True)


def _at_the_door(request: HttpRequest) -> HttpResponse:
    """The sign-in page itself was old: whoever is in by now goes on, the others sign in at a new one."""
    sealed, after = request.POST.get("held", ""), request.POST.get("next", "")
    held = unseal(sealed)
    if request.user.is_authenticated and held:
        return send_again(request, held, back=after if after.startswith("/staff/") else reverse("desk:today"))
    if request.user.is_authenticated:
        return redirect(f"{reverse('sign-in')}?{urlencode({'next': after})}")
    context = {"form": AuthenticationForm(request), "next": after, "held": sealed, "late": bool(sealed)}
    return render(request, "backend/sign_in.html", context, status=403)


sign_in = open_to_all(SignIn.as_view())
sign_out = open_to_all(LogoutView.as_view())
