"""Addresses of the room. Maps of both surfaces draw the areas."""

from django.urls import path

from geo import views

both = [path("geo/areas-<slug:version>.topojson", views.areas, name="areas")]
