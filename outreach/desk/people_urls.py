"""Addresses of those who teach and help: the register, applications, training. Names travel by POST."""

from django.urls import URLPattern, path

from outreach.desk.views import applications, hours, instructors, people, shifts, support_report, training

public: list[URLPattern] = [
    path("supporters/", applications.apply, name="supporter-apply"),
    path("supporters/done/", applications.applied, name="supporter-applied"),
]
staff: list[URLPattern] = [
    # the register
    path("staff/people/", people.people, name="people"),
    path("staff/people/ending/", people.ending, name="ending"),
    path("staff/people/register/", people.register, name="register"),
    path("staff/people/instructors/new/", instructors.new, name="instructor-new"),
    path("staff/people/<int:pk>/edit/", instructors.edit, name="person-edit"),
    path("staff/people/<int:pk>/retire/", instructors.retire, name="retire"),
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
    # a supporter's shifts
    path("staff/mine/shifts/", shifts.open_shifts, name="open-shifts"),
    path("staff/mine/shifts/<int:pk>/", shifts.own_shift, name="own-shift"),
    path("staff/mine/shifts/at/<str:code>/", shifts.sign_up, name="sign-up"),
    path("staff/mine/handovers/<int:pk>/", shifts.take, name="take"),
    path("staff/mine/handovers/<int:pk>/swap/", shifts.swap, name="swap"),
    path("staff/mine/texts/", shifts.own_texts, name="own-texts"),
    path("staff/mine/leave/", shifts.leave, name="leave"),
    path("staff/mine/given/", hours.own_given, name="own-given"),
    path("staff/mine/given/<int:year>/", hours.own_certificate, name="own-certificate"),
    path("staff/people/<int:pk>/given/<int:year>/", hours.certificate, name="hours-certificate"),
    path("staff/sessions/<str:code>/helpers/", shifts.helpers, name="helpers"),
    path("staff/sessions/<str:code>/staffing/<int:shift>/substitute/", shifts.substitute, name="substitute"),
    path("staff/supports/report/", support_report.report, name="support-report"),
    # training
    path("staff/mine/training/", training.own_training, name="own-training"),
    path("staff/mine/training/<int:pk>/", training.own_place, name="own-place"),
]
