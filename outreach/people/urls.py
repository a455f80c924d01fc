"""The pages of people themselves: when they can come, what they learned. Who is whose crosses rooms: see the desk."""

from django.urls import URLPattern, path

from outreach.people.views import hours

app_name = "people"
staff: list[URLPattern] = [
    path("staff/mine/hours/", hours.own_hours, name="own-hours"),
    path("staff/people/<int:pk>/hours/", hours.hours, name="hours"),
]
