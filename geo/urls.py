"""Addresses of the room. Maps of both surfaces draw the areas."""

from django.urls import path, re_path

from geo import views
from geo.map.views import map_file

app_name = "geo"

both = [
    path("geo/areas-<slug:version>.topojson", views.areas, name="areas"),
    re_path(r"^geo/map-([0-9a-f]{12})/([\w:.-]{1,2000})\.(js|css)$", map_file, name="map-file"),
]
