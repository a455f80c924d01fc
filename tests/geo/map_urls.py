"""The house with a page added that shows a map: the rooms above put it on theirs."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import RequestContext, Template
from django.urls import path

from backend.urls import urlpatterns as house
from geo.map import LegendEntry, Point, pack_points, pack_values, render_map
from geo.models import Municipality

LEGEND = (
    LegendEntry("none", "ショップも講習会もない", "#d55e00"),
    LegendEntry("covered", "ショップはないが、講習会があった", "#56b4e9"),
    LegendEntry("shop", "ショップがある", "#e6e6e6"),
    LegendEntry("held", "実施した会場", "#0b3d91", shape="point"),
)
PAGE = """{% extends "base.html" %}{% block title %}地図{% endblock %}{% block sheets %}{{ map.sheets }}{% endblock %}
{% block content %}<h1>実施状況</h1>{{ map.html }}{% endblock %}{% block scripts %}{{ map.scripts }}{% endblock %}"""
HOSTILE = "<img src=x onerror=alert(1)>"


def page(request: HttpRequest) -> HttpResponse:
    shown = render_map(
        name="coverage", title="実施状況の地図", legend=LEGEND, values_url="/test/values", points_url="/test/points"
    )
    return HttpResponse(Template(PAGE).render(RequestContext(request, {"map": shown})))


def values(request: HttpRequest) -> JsonResponse:
    codes = Municipality.objects.of_today().values_list("code", flat=True)
    kinds = {code: ("none", "covered", "shop", "shop")[int(code) % 4] for code in codes}
    return JsonResponse(pack_values(kinds, notes={"01202": HOSTILE}))


def points(request: HttpRequest) -> JsonResponse:
    places = Municipality.objects.of_today().values_list("lat", "lon", "name")
    return JsonResponse(pack_points(Point(lat, lon, "held", f"{name}公民館") for lat, lon, name in places))


urlpatterns = [
    path("test/map/", page),
    path("test/values", values),
    path("test/points", points),
    *house,
]
