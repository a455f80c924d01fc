"""Signing in and out of the office."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from outreach.people.access import open_to_all
from outreach.people.held import unseal


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
        response = render(self.request, "backend/held.html", {"held": held, "back": self.get_success_url()})
        response.headers["Cache-Control"] = "no-store, private"
        return response


sign_in = open_to_all(SignIn.as_view())
sign_out = open_to_all(LogoutView.as_view())
