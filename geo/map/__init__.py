"""Draws a map of the municipalities from values that it is given, with folium. Knows nothing of what they mean.

How a room above puts a map on a page:

    from geo.map import LegendEntry, Point, pack_points, pack_values, render_map

    LEGEND = (
        LegendEntry("none", _("ショップも講習会もない"), "#d55e00"),
        LegendEntry("covered", _("ショップはないが、講習会があった"), "#56b4e9"),
        LegendEntry("shop", _("ショップがある"), "#e6e6e6"),
        LegendEntry("held", _("実施した会場"), "#0b3d91", shape="point"),
    )

    # the page's view: no data, only addresses; `map` is a RenderedMap
    map = render_map(name="coverage", title=_("実施状況の地図"), legend=LEGEND,
                     values_url=reverse("reporting:map-values", args=[2022]),
                     points_url=reverse("reporting:map-points", args=[2022]))

    # the view behind values_url: at most 3 KB gzip for all 1,741. `notes` are told with the name: {"01202": "3か所"}
    JsonResponse(pack_values({"01202": "none", …}, notes=…))

    # the view behind points_url
    JsonResponse(pack_points([Point(lat, lon, "held", "公民館"), …]))

    # the same for ways, where `lines_url` names a view of them; each class of the legend with shape="line"
    JsonResponse(pack_lines([Line("night", ((lat, lon), (lat, lon))), …]))

    {# the template, which needs nothing else #}
    {% block sheets %}{{ map.sheets }}{% endblock %}
    {% block content %} {{ map.html }} … a table that says the same … {% endblock %}
    {% block scripts %}{{ map.scripts }}{% endblock %}

The page stays under `default-src 'self'`: folium's script and style are sent as files of their own (`geo:map-file`),
whose address carries their content's hash and, signed, all that they are made from. Give `values_url` a new address
(or no cache) when the values change.
"""

from geo.map.legend import LegendEntry
from geo.map.page import RenderedMap, render_map
from geo.map.values import Line, Point, pack_lines, pack_points, pack_values

__all__ = [
    "LegendEntry",
    "Line",
    "Point",
    "RenderedMap",
    "pack_lines",
    "pack_points",
    "pack_values",
    "render_map",
]
