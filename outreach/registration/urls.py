"""The resident's way from a class to a seat, and back to it. Nothing personal stands in an address."""

from django.urls import URLPattern, path

from outreach.registration import support_urls
from outreach.registration.views import applying, arriving, asking, changing, group, lectures, own, series

app_name = "registration"
public: list[URLPattern] = [
    path("classes/<str:code>/apply/", applying.apply, name="apply"),
    path("classes/<str:code>/apply/confirm/", applying.confirm, name="confirm"),
    path("check-in/<str:code>/<str:token>/", arriving.arrive, name="arrive"),
    path("classes/<str:code>/group/", group.group, name="group"),
    path("classes/<str:code>/group/confirm/", group.confirm, name="group-confirm"),
    path("bookings/group/", group.done, name="group-done"),
    path("bookings/", own.lookup, name="lookup"),
    path("bookings/done/", own.done, name="done"),
    path("bookings/mine/", own.mine, name="mine"),
    path("bookings/mine/slip/", own.slip, name="slip"),
    path("bookings/mine/cancel/", own.cancel, name="cancel"),
    path("bookings/mine/change/", changing.change, name="change"),
    path("bookings/mine/comes/", changing.comes, name="comes"),
    path("bookings/mine/accept/", own.accept, name="accept"),
    path("bookings/mine/contact/", own.contact, name="contact"),
    path("bookings/mine/messages/", own.quiet, name="quiet"),
    path("bookings/mine/series/", series.progress, name="series"),
    path("bookings/mine/series/certificate/", series.certificate, name="certificate"),
    path("lectures/", lectures.lectures, name="lectures"),
    path("lectures/<int:pk>/ask/", lectures.ask, name="lecture-ask"),
    path("lectures/mine/", lectures.mine, name="lecture-mine"),
    path("lectures/mine/withdraw/", lectures.withdraw, name="lecture-withdraw"),
    path("certificates/", series.check, name="certificate-check"),
    path("ask/", asking.ask, name="ask"),
    path("ask/done/", asking.asked, name="asked"),
    path("bookings/leave/", own.leave, name="leave"),
]
public += support_urls.public
staff: list[URLPattern] = [
    path("staff/lectures/", lectures.lecture_list, name="lecture-list"),
    path("staff/lectures/<int:pk>/", lectures.lecture, name="lecture"),
    *support_urls.staff,
]
