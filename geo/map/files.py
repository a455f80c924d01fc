"""The script and the style that folium made for a map, by address."""

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from django.urls import reverse

from geo.map.recipe import Recipe

if TYPE_CHECKING:
    from geo.map.drawing import Drawing

Kind = Literal["js", "css"]


@lru_cache(maxsize=64)
def drawing_of(recipe: Recipe) -> "Drawing":
    from geo.map.drawing import draw  # folium takes most of a second to load

    return draw(recipe)


def file_text(recipe: Recipe, kind: str) -> str:
    drawing = drawing_of(recipe)
    return drawing.script if kind == "js" else drawing.style


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def file_url(recipe: Recipe, kind: Kind) -> str:
    return reverse("geo:map-file", args=[digest(file_text(recipe, kind)), recipe.token(), kind])
