"""Addresses of individual support: the public form, the office, the helper's phone."""

from django.urls import URLPattern, path

from outreach.registration.views import helping, supports

public: list[URLPattern] = [
    path("support/", supports.ask_for_support, name="support-ask"),
    path("support/done/", supports.support_asked, name="support-asked"),
]
staff: list[URLPattern] = [
    path("staff/supports/", supports.supports, name="supports"),
    path("staff/supports/new/", supports.support_new, name="support-new"),
    path("staff/supports/<int:pk>/", supports.support, name="support"),
    path("staff/supports/<int:pk>/time/", supports.support_time, name="support-time"),
    path("staff/supports/<int:pk>/match/", supports.support_match, name="support-match"),
    path("staff/supports/<int:pk>/act/", supports.support_act, name="support-act"),
    path("staff/mine/supports/<int:pk>/", helping.helping, name="helping"),
    path("staff/mine/supports/<int:pk>/act/", helping.helping_act, name="helping-act"),
]
