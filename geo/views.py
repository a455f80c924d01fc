"""The areas as maps fetch them."""

import gzip

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from geo.access import open_to_all
from geo.models import BoundarySet

FOR_EVER = "public, max-age=31536000, immutable"


@open_to_all
@require_safe
def areas(request: HttpRequest, version: str) -> HttpResponse:
    """Send one version of the areas, packed as it is stored. Its address names its content, so it never changes."""
    boundary_set = get_object_or_404(BoundarySet, version=version)
    packed = bytes(boundary_set.topojson_gzip)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(packed, content_type="application/json", headers={"Content-Encoding": "gzip"})
    else:
        response = HttpResponse(gzip.decompress(packed), content_type="application/json")
    response.headers["Cache-Control"] = FOR_EVER
    patch_vary_headers(response, ["Accept-Encoding"])
    return response
