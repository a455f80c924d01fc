"""計画: all for the office."""

from django.urls import URLPattern, path

from outreach.dispatch.views import plans

staff: list[URLPattern] = [
    path("staff/plans/", plans.plans, name="plans"),
]
