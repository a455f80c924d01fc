"""Signing in and out of the office."""

from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from outreach.people.access import open_to_all


@open_to_all
def to_office(request: HttpRequest) -> HttpResponse:
    """The staff process has no resident pages: its front door leads to the day's work."""
    return redirect("desk:today")


sign_in = open_to_all(LoginView.as_view(template_name="backend/sign_in.html", redirect_authenticated_user=True))
sign_out = open_to_all(LogoutView.as_view())
