"""派遣依頼."""

from django.urls import URLPattern, path

from outreach.dispatch.views import asking, explaining, figures, instructors, letters, own_letter, requests, uploads

ONE = "staff/requests/<int:pk>/"
WHY_NOT = "staff/plans/<int:pk>/requests/<int:asked>/why-not/"
LETTER = "staff/requests/letters/<int:pk>/"
public: list[URLPattern] = [
    path("dispatch/request/", asking.choose, name="ask-town"),
    path("dispatch/request/paper/", asking.paper, name="ask-paper"),
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
staff: list[URLPattern] = [
    path("staff/requests/", requests.requests, name="requests"),
    path("staff/requests/figures/", figures.figures, name="request-figures"),
    path("staff/requests/new/", letters.new, name="request-letter-new"),
    path("staff/requests/uploads/", uploads.uploads, name="request-uploads"),
    path("staff/requests/uploads/example/", uploads.upload_example, name="request-upload-example"),
    path("staff/requests/uploads/<int:pk>/", uploads.upload, name="request-upload"),
    path(ONE, requests.one, name="request"),
    path(f"{ONE}withdraw/", requests.withdraw, name="request-withdraw"),
    path(f"{ONE}venues/<int:other>/", explaining.take_venue, name="take-venue"),
    path(LETTER, letters.one, name="request-letter"),
    path(f"{LETTER}accept/", letters.accept, name="request-letter-accept"),
    path(f"{LETTER}amend/", letters.amend, name="request-letter-amend"),
    path(f"{LETTER}<str:how>/", letters.settle, name="request-letter-settle"),
    path("staff/instructors/", instructors.instructors, name="instructors"),
    path("staff/instructors/<int:pk>/", instructors.one, name="instructor"),
    path(WHY_NOT, explaining.explain_unserved, name="explain-request"),
    path(f"{WHY_NOT}search/", explaining.search, name="search"),
    path(f"{WHY_NOT}progress/", explaining.search_progress, name="search-progress"),
    path("staff/plans/<int:pk>/requests/<int:asked>/why/", explaining.explain_served, name="explain-visit"),
]
