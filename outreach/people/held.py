"""What someone sent in vain, to be sent once more by them: when their session had ended, sealed into the sign-in page;
from a page of before a sign-in in another tab, at once.
"""

from typing import TypedDict
from urllib.parse import urlsplit

from django.core import signing
from django.http import HttpRequest

SALT = "people.held"
AN_HOUR = 3600
MOST = 200_000  # characters, sealed
OURS = frozenset({"csrfmiddlewaretoken"})


class Held(TypedDict):
    """`fields`: name and value, in order, as often as each was sent."""

    path: str
    fields: list[tuple[str, str]]


def seal(request: HttpRequest) -> str:
    """Empty where it can't be kept: files are chosen again, passwords and what is too long are written again."""
    if request.FILES or has_password(request):
        return ""
    sealed = signing.dumps(hold(request), salt=SALT, compress=True)
    return sealed if len(sealed) <= MOST else ""


def has_password(request: HttpRequest) -> bool:
    return any("password" in name for name in request.POST)


def hold(request: HttpRequest) -> Held:
    fields = [(name, value) for name, values in request.POST.lists() if name not in OURS for value in values]
    return {"path": request.get_full_path(), "fields": fields}


def unseal(sealed: str) -> Held | None:
    """None where it is another's work, or older than an hour."""
    try:
        held: Held = signing.loads(sealed, salt=SALT, max_age=AN_HOUR)
    except signing.BadSignature:
        return None
    return held


def page_before(request: HttpRequest) -> str:
    """The page of ours that a form was sent from; empty where it isn't known."""
    came = urlsplit(request.headers.get("Referer", ""))
    return came._replace(scheme="", netloc="").geturl() if came.netloc == request.get_host() else ""


def is_navigation(request: HttpRequest) -> bool:
    """A form that someone sent, as the browser says; a script looks after itself."""
    return request.method == "POST" and request.headers.get("Sec-Fetch-Mode") == "navigate"


def is_of_ours(request: HttpRequest) -> bool:
    """A form on a page of this host, as the browser says, which no other site's page can make it say."""
    return is_navigation(request) and request.headers.get("Sec-Fetch-Site") == "same-origin"
