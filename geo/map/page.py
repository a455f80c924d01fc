"""A map as a page takes it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from geo.map.files import drawing_of, file_url
from geo.map.legend import LegendEntry
from geo.map.recipe import Corner, Recipe
from geo.models import Prefecture
from geo.queries import areas_url, current_boundaries


@dataclass(frozen=True, slots=True)
class RenderedMap:
    """Three pieces of HTML: `sheets` for the head, `html` for the body, `scripts` for its end. None holds any code."""

    sheets: SafeString
    html: SafeString
    scripts: SafeString


def render_map(
    *,
    name: str,
    title: str,
    values_url: str,
    legend: Sequence[LegendEntry],
    points_url: str | None = None,
    lines_url: str | None = None,
    bounds: tuple[Corner, Corner] | None = None,
) -> RenderedMap:
    """Return a map of all municipalities, coloured by the values at `values_url` (see `pack_values`).

    `name` is an identifier, unique on the page. `bounds` are ((south, west), (north, east)) in degrees to show at
    first; all Japan without. Three statements; before `load_areas` it is a sentence instead of a map.
    """
    areas, boundaries = areas_url(), current_boundaries()
    if areas is None or boundaries is None:
        return RenderedMap(SafeString(), render_to_string("geo/map_missing.html"), SafeString())
    recipe = Recipe(
        name=name,
        areas_url=areas,
        values_url=values_url,
        points_url=points_url,
        colours=tuple((one.key, one.colour) for one in legend if one.shape == "area"),
        point_colours=tuple((one.key, one.colour) for one in legend if one.shape == "point"),
        bounds=bounds,
        lines_url=lines_url,
        line_colours=tuple((one.key, one.colour) for one in legend if one.shape == "line"),
    )
    drawing = drawing_of(recipe)
    context = {
        "map_id": f"map_{name}",
        "title": title,
        "legend": legend,
        "boundaries": boundaries,
        "search_url": reverse("api:list_municipalities"),
        "prefectures": Prefecture.objects.all(),
        "map": mark_safe(drawing.html),  # noqa: S308 (folium's, from our own template)
    }
    return RenderedMap(
        # The data is under way before the scripts that ask for it have been read.
        sheets=_links('<link rel="preload" href="{}" as="fetch" crossorigin="anonymous">', (areas, values_url))
        + _links('<link rel="stylesheet" href="{}">', (*drawing.style_links, file_url(recipe, "css"))),
        html=render_to_string("geo/map.html", context),
        scripts=_links('<script src="{}" defer></script>', (*drawing.script_links, file_url(recipe, "js"))),
    )


def _links(element: str, addresses: Sequence[str]) -> SafeString:
    return format_html_join("\n", element, ((address,) for address in addresses))
