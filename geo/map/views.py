"""folium's script and style, as files of this host."""

from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from geo.access import open_to_all
from geo.map.files import digest, file_text
from geo.map.recipe import Recipe

TYPES = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"}


@open_to_all
@require_safe
def map_file(request: HttpRequest, content: str, token: str, kind: str) -> HttpResponse:
    """Send a map's script or style. Only what we signed is drawn, so that no one can put their words into a script."""
    try:
        text = file_text(Recipe.of_token(token), kind)
    except BadSignature as error:
        raise Http404 from error
    # A page of before an update asks for the file of before: it gets today's, which must not be kept under that name.
    fresh = "public, max-age=31536000, immutable" if content == digest(text) else "no-store"
    return HttpResponse(text, content_type=TYPES[kind], headers={"Cache-Control": fresh})
