"""The pages of people themselves: when they can come, what they learned. Who is whose crosses rooms: see the desk."""

from django.urls import URLPattern, path

from outreach.people.views import account, hours

app_name = "people"
staff: list[URLPattern] = [
    path("staff/mine/hours/", hours.own_hours, name="own-hours"),
    path("staff/mine/password/", account.password, name="password"),
    path("staff/people/<int:pk>/hours/", hours.hours, name="hours"),
]
