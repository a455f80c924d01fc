"""派遣依頼."""

from django.urls import URLPattern, path

from outreach.dispatch.views import asking, own_letter

public: list[URLPattern] = [
    path("dispatch/request/", asking.choose, name="ask-town"),
    path("dispatch/request/find/", own_letter.lookup, name="ask-lookup"),
    path("dispatch/request/done/", own_letter.done, name="ask-done"),
    path("dispatch/request/mine/", own_letter.mine, name="ask-mine"),
    path("dispatch/request/mine/slip/", own_letter.slip, name="ask-slip"),
    path("dispatch/request/mine/amend/", own_letter.amend, name="ask-amend"),
    path("dispatch/request/mine/withdraw/", own_letter.withdraw, name="ask-withdraw"),
    path("dispatch/request/leave/", own_letter.leave, name="ask-leave"),
    path("dispatch/request/<str:code>/", asking.ask, name="ask"),
    path("dispatch/request/<str:code>/confirm/", asking.confirm, name="ask-confirm"),
]
staff: list[URLPattern] = []
