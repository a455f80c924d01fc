"""Addresses of those who teach and help: the register, applications, training. Names travel by POST."""

from django.urls import URLPattern, path

from outreach.desk.views import applications, people, training

public: list[URLPattern] = [
    path("supporters/", applications.apply, name="supporter-apply"),
    path("supporters/done/", applications.applied, name="supporter-applied"),
]
staff: list[URLPattern] = [
    # the register
    path("staff/people/", people.people, name="people"),
    path("staff/people/ending/", people.ending, name="ending"),
    path("staff/people/register/", people.register, name="register"),
    path("staff/people/<int:pk>/", people.person, name="someone"),
    path("staff/people/<int:pk>/qualify/", people.qualify, name="qualify"),
    path("staff/people/<int:pk>/insured/", people.insured, name="insured"),
    path("staff/people/<int:pk>/account/", people.account, name="account"),
    # becoming a supporter
    path("staff/applications/", applications.applications, name="applications"),
    path("staff/applications/<int:pk>/", applications.application, name="application"),
    path("staff/applications/<int:pk>/decide/", applications.decide, name="application-decide"),
    path("staff/training/", training.training, name="training"),
    path("staff/training/<int:pk>/", training.curriculum, name="curriculum"),
    path("staff/training/meetings/<int:pk>/", training.meeting, name="meeting"),
    path("staff/mine/training/", training.own_training, name="own-training"),
    path("staff/mine/training/<int:pk>/", training.own_place, name="own-place"),
]
