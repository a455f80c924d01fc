"""Addresses of the room: open figures on both surfaces, and those that only staff see."""

from django.urls import path

from outreach.reporting import staff_views, views

app_name = "reporting"
both = [
    path("coverage/", views.coverage_page, name="coverage"),
    path("coverage/<int:fiscal_year>/values.json", views.map_values, name="map-values"),
    path("coverage/<int:fiscal_year>/points.json", views.map_points, name="map-points"),
    path("coverage/<int:fiscal_year>/table.<str:kind>", views.table, name="table"),
]
staff = [
    path("staff/figures/learning/", staff_views.learning, name="learning"),
]
