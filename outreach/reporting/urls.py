"""Addresses of the room: open figures, on both surfaces."""

from django.urls import path

from outreach.reporting import views

app_name = "reporting"
both = [
    path("coverage/", views.coverage_page, name="coverage"),
    path("coverage/<int:fiscal_year>/values.json", views.map_values, name="map-values"),
    path("coverage/<int:fiscal_year>/points.json", views.map_points, name="map-points"),
    path("coverage/<int:fiscal_year>/table.<str:kind>", views.table, name="table"),
]
