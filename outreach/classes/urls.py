"""The resident's way to a class. The office's screens of sessions stand in `outreach/desk`."""

from django.urls import URLPattern, path, re_path

from outreach.classes import staff_views, views

app_name = "classes"
public: list[URLPattern] = [
    path("", views.home, name="home"),
    path("classes/", views.results, name="results"),
    path("classes/areas/", views.prefectures, name="prefectures"),
    re_path(r"^classes/areas/(?P<code>[0-9]{2})/$", views.municipalities, name="municipalities"),
    path("classes/by-code/", views.by_code, name="by-code"),
    path("classes/<str:code>/", views.detail, name="detail"),
]
staff: list[URLPattern] = [
    path("staff/uploads/", staff_views.uploads, name="uploads"),
    path("staff/uploads/template.csv", staff_views.plan_template, name="plan-template"),
    path("staff/uploads/<int:pk>/", staff_views.upload, name="upload"),
]
