"""The folium objects: a map without addresses of other hosts, and a layer that the browser fills by itself.

folium writes a page of its own with inline script and style. Here the same objects are rendered, and what they write
is handed out in three parts: files to link, a script, a style.
"""

import re
from dataclasses import dataclass
from typing import Any

import folium
from branca.element import CssLink, Element, Figure, JavascriptLink, MacroElement
from django.templatetags.static import static
from folium.map import FitBounds
from folium.template import Template

from geo.map.recipe import Recipe

STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
# Whole Japan, the Northern Territories and Yonaguni included, and how far one may wander off.
JAPAN = ((24.0, 122.7), (45.6, 146.5))
EDGES = ((15.0, 110.0), (52.0, 165.0))


@dataclass(frozen=True, slots=True)
class Drawing:
    """What folium made: a file each for `script` and `style`, an element for the page, and what must be linked."""

    html: str
    script: str
    style: str
    script_links: tuple[str, ...]
    style_links: tuple[str, ...]


class SelfHostedMap(folium.Map):
    """folium's map with our own copy of Leaflet, and a header that styles this map and nothing else.

    folium's own header forbids zooming by hand (maximum-scale=1) and styles html and body.
    """

    _template = Template(
        """
        {% macro header(this, kwargs) %}
            <style>
                #{{ this.get_name() }} {
                    position: {{ this.position }};
                    width: {{ this.width[0] }}{{ this.width[1] }};
                    height: {{ this.height[0] }}{{ this.height[1] }};
                }
                .leaflet-container { font-size: {{ this.font_size }}; }
            </style>
        {% endmacro %}
        {% macro html(this, kwargs) %}<div class="folium-map" id="{{ this.get_name() }}"></div>{% endmacro %}
        {% macro script(this, kwargs) %}{{ this.folium_script(kwargs) }}{% endmacro %}
        """
    )

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(tiles=None, **options)
        self._id = name  # folium's own is random, and so would be the hash of the script
        own = [(name, static(f"geo/{name}.js")) for name in ("map_data", "map_layer", "map")]
        self.default_js = [("leaflet", static("leaflet/leaflet.js")), *own]
        self.default_css = [("leaflet_css", static("leaflet/leaflet.css")), ("map_css", static("geo/map.css"))]

    def folium_script(self, kwargs: dict[str, Any]) -> str:
        script: str = folium.Map._template.module.script(self, kwargs)
        return script


class AreaLayer(MacroElement):
    """The municipalities, their classes and points: fetched by address, drawn on a canvas by geo/map.js."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = tsutsuuraMap.areas(
                {{ this._parent.get_name() }}, {{ this.options|tojavascript }}
            );
        {% endmacro %}
        """
    )

    def __init__(self, name: str, options: dict[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name, self._id, self.options = "AreaLayer", name, options


def draw(recipe: Recipe) -> Drawing:
    figure = Figure()
    chart = SelfHostedMap(
        recipe.name,
        location=(36.5, 137.5),
        zoom_start=5,
        min_zoom=3,
        max_zoom=12,
        max_bounds=True,
        min_lat=EDGES[0][0],
        min_lon=EDGES[0][1],
        max_lat=EDGES[1][0],
        max_lon=EDGES[1][1],
        zoom_snap=0.25,
        scroll_wheel_zoom=False,  # the wheel scrolls the page; the buttons and keys zoom
        attribution_control=False,  # the credits stand below the map, as text
    )
    chart.add_to(figure)
    start = FitBounds(recipe.bounds or JAPAN)
    start.options["animate"] = False  # an animation under way would undo what the reader does meanwhile
    chart.add_child(start)
    chart.add_child(AreaLayer(recipe.name, _options(recipe)))
    figure.render()
    return Drawing(
        html=_rendered(figure.html),
        script=_rendered(figure.script),
        style="\n".join(STYLE.findall(_rendered(figure.header))),
        script_links=tuple(one.url for one in _elements(figure.header, JavascriptLink)),
        style_links=tuple(one.url for one in _elements(figure.header, CssLink)),
    )


def _options(recipe: Recipe) -> dict[str, Any]:
    # folium camel-cases the keys of any object it writes, and a class may be called "no_shop": pairs stay as they are.
    return {
        "areas": recipe.areas_url,
        "values": recipe.values_url,
        "points": recipe.points_url,
        "lines": recipe.lines_url,
        "colours": [list(pair) for pair in recipe.colours],
        "point_colours": [list(pair) for pair in recipe.point_colours],
        "line_colours": [list(pair) for pair in recipe.line_colours],
    }


def _rendered(part: Element) -> str:
    text: str = part.render()
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def _elements(part: Element, kind: type[Element]) -> list[Any]:
    return [child for child in part._children.values() if isinstance(child, kind)]
