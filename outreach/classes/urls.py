"""The resident's way to a class. The office's screens of sessions stand in `outreach/desk`."""

from django.urls import URLPattern, path

from outreach.classes import views

app_name = "classes"
public: list[URLPattern] = [
    path("", views.home, name="home"),
    path("classes/", views.results, name="results"),
    path("classes/areas/", views.prefectures, name="prefectures"),
    path("classes/areas/<str:code>/", views.municipalities, name="municipalities"),
    path("classes/by-code/", views.by_code, name="by-code"),
    path("classes/<str:code>/", views.detail, name="detail"),
]
