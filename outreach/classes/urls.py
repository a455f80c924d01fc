"""The resident's way to a class. The office's screens of sessions stand in `outreach/desk`."""

from django.urls import URLPattern, path, re_path

from outreach.classes import staff_views, views
from outreach.classes.surveys import answering
from outreach.classes.surveys import views as surveys

app_name = "classes"
public: list[URLPattern] = [
    path("", views.home, name="home"),
    path("classes/", views.results, name="results"),
    path("classes/areas/", views.prefectures, name="prefectures"),
    re_path(r"^classes/areas/(?P<code>[0-9]{2})/$", views.municipalities, name="municipalities"),
    path("classes/by-code/", views.by_code, name="by-code"),
    path("classes/<str:code>/", views.detail, name="detail"),
    path("surveys/", answering.enter, name="survey-enter"),
    path("surveys/<str:code>/", answering.answer, name="survey-answer"),
]
staff: list[URLPattern] = [
    path("staff/uploads/", staff_views.uploads, name="uploads"),
    path("staff/uploads/template.csv", staff_views.plan_template, name="plan-template"),
    path("staff/uploads/<int:pk>/", staff_views.upload, name="upload"),
    path("staff/districts/", surveys.districts, name="districts"),
    path("staff/surveys/", surveys.surveys, name="surveys"),
    path("staff/surveys/new/", surveys.survey_new, name="survey-new"),
    path("staff/surveys/<int:pk>/", surveys.survey, name="survey"),
    path("staff/surveys/<int:pk>/act/", surveys.survey_act, name="survey-act"),
    path("staff/surveys/<int:pk>/letters/", surveys.survey_letters, name="survey-letters"),
    path("staff/surveys/<int:pk>/answers/<int:answer>/", surveys.survey_paper, name="survey-paper"),
    path("staff/surveys/<int:pk>/districts/<int:district>/<int:number>/", surveys.survey_row, name="survey-row"),
]
